// Spans for a command and for its way through the write queue, below the request or the execution that gave it.
import type { CommandBus } from '@nestjs/cqrs';
import { context, ROOT_CONTEXT, SpanStatusCode, trace, type Span, type Tracer } from '@opentelemetry/api';
import type { Work, WriteQueue } from '../database/write-queue.js';
import { isRefusal } from '../runtime/refusal.js';
import { kindOf, outcomeOf } from './observed-commands.js';

/** What nobody asked for (looking for work, ending leases) happens all the time and begins no trace. */
const isTraced = (): boolean => trace.getActiveSpan() !== undefined;

export function traceCommands(bus: CommandBus, tracer: Tracer): void {
  const execute: (command: object) => Promise<unknown> = bus.execute.bind(bus);
  const traced = (command: object): Promise<unknown> => {
    if (!isTraced()) return execute(command);
    return tracer.startActiveSpan(kindOf(command), async (span) => {
      try {
        const answer = await execute(command);
        span.setAttribute('daybook.command.outcome', outcomeOf(answer));
        return answer;
      } catch (error) {
        tell(span, error);
        throw error;
      } finally {
        span.end();
      }
    });
  };
  bus.execute = traced;
}

/** A refusal is an answer like any other; its text may hold what was asked, so the code is enough. */
function tell(span: Span, error: unknown): void {
  const refused = isRefusal(error);
  span.setAttribute('daybook.command.outcome', refused ? 'refused' : 'failed');
  if (refused) span.setAttribute('daybook.refusal', error.code);
  else span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The commands of one transaction belong to many traces: each has a span, and all say how many they were. */
export function traceWrites(queue: WriteQueue, tracer: Tracer): void {
  const run = queue.run.bind(queue);
  const traced = async <T>(work: Work<T>): Promise<T> => {
    if (!isTraced()) return run(work);
    const span = tracer.startSpan('commit');
    let commands = { count: 0 };
    // Whoever comes first also drives the queue for all others: it must not do so in a trace of its own.
    const written = context.with(ROOT_CONTEXT, () =>
      run<T>((transaction) => {
        span.addEvent('transaction');
        commands = transaction.once(traceWrites, () => ({ count: 0 }));
        commands.count += 1;
        return work(transaction);
      }),
    );
    try {
      return await written;
    } finally {
      span.setAttribute('daybook.transaction.traced_commands', commands.count);
      span.end();
    }
  };
  queue.run = traced;
}
