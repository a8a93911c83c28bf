// A trace for each attempt of the built-in worker: it may run hours after the request that asked for it, so it is
// linked to that one's trace and no part of it (docs/decisions/0009-a-trace-for-each-attempt.md).
import { context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context, Tracer } from '@opentelemetry/api';
import type { Executors } from '../work/at-work.js';
import type { Executor } from '../work/executors/executor.js';
import { factsOf, type Claim, type WorkSource } from '../work/work-source.js';
import { spanContextOf, traceparentOf } from './trace-context.js';

/** What the built-in worker works with. */
export interface WorkerParts {
  source: WorkSource;
  executors: Executors;
}

export function traceWork(
  { source, executors }: WorkerParts,
  triggerOf: (streamId: string) => Promise<string | undefined>,
  tracer: Tracer,
): WorkerParts {
  const claimOf = new WeakMap<object, Claim>();
  const contextOf = new WeakMap<object, Context>();
  const within = <T>(claim: Claim, work: () => Promise<T>): Promise<T> =>
    context.with(contextOf.get(claim.request) ?? ROOT_CONTEXT, work);

  const traced = (executor: Executor): Executor => ({
    close: () => executor.close(),
    async execute(request, execution) {
      const claim = claimOf.get(request);
      const span = tracer.startSpan(
        'attempt',
        {
          kind: SpanKind.CONSUMER,
          root: true,
          attributes: attributesOf(claim),
          links: await linksOf(claim, triggerOf),
        },
        ROOT_CONTEXT,
      );
      const own = trace.setSpan(ROOT_CONTEXT, span);
      contextOf.set(request, own);
      const traceparent = traceparentOf(span.spanContext());
      try {
        return await context.with(own, () => executor.execute({ ...request, traceparent }, execution));
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      } finally {
        span.end();
      }
    },
  });

  return {
    source: {
      // The worker was woken by somebody's commit, and looks for everybody's work.
      async claim(...asked) {
        const claimed = await context.with(ROOT_CONTEXT, () => source.claim(...asked));
        for (const claim of claimed.claims) claimOf.set(claim.request, claim);
        return claimed;
      },
      renew: (claim, progress) => within(claim, () => source.renew(claim, progress)),
      complete: (claim, result) => within(claim, () => source.complete(claim, result)),
      fail: (claim, failure) => within(claim, () => source.fail(claim, failure)),
      release: (claim) => within(claim, () => source.release(claim)),
      expire: (work) => context.with(ROOT_CONTEXT, () => source.expire(work)),
    },
    executors: new Map([...executors].map(([kind, executor]) => [kind, traced(executor)])),
  };
}

function attributesOf(claim: Claim | undefined): Record<string, string | number> {
  if (claim === undefined) return {};
  return Object.fromEntries(Object.entries(factsOf(claim)).map(([name, fact]) => [`daybook.${name}`, fact]));
}

async function linksOf(
  claim: Claim | undefined,
  triggerOf: (streamId: string) => Promise<string | undefined>,
) {
  const traceparent = claim === undefined ? undefined : await triggerOf(claim.streamId);
  const trigger = traceparent === undefined ? undefined : spanContextOf(traceparent);
  return trigger === undefined ? [] : [{ context: trigger }];
}
