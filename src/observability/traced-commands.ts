// Spans for a command and for its way through the write queue, below the request or the execution that gave it.
import { context, ROOT_CONTEXT, SpanStatusCode, trace, type Span, type Tracer } from '@opentelemetry/api';
import type { WriteWatch } from '../database/write-queue.js';
import { isRefusal } from '../runtime/refusal.js';
import { kindOf, outcomeOf } from './observed-commands.js';
import type { CommandWatch } from './watched-command-bus.js';

/** What nobody asked for (looking for work, ending leases) happens all the time and begins no trace. */
const isTraced = (): boolean => trace.getActiveSpan() !== undefined;

export const tracedCommands =
  (tracer: Tracer): CommandWatch =>
  (command, execute) => {
    if (!isTraced()) return execute();
    return tracer.startActiveSpan(kindOf(command), async (span) => {
      try {
        const answer = await execute();
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

/** A refusal is an answer like any other; its text may hold what was asked, so the code is enough. */
function tell(span: Span, error: unknown): void {
  const refused = isRefusal(error);
  span.setAttribute('daybook.command.outcome', refused ? 'refused' : 'failed');
  if (refused) span.setAttribute('daybook.refusal', error.code);
  else span.setStatus({ code: SpanStatusCode.ERROR });
}

/** The commands of one transaction belong to many traces: each has a span, and all say how many they were. */
export const tracedWrites =
  (tracer: Tracer): WriteWatch =>
  async (work, run) => {
    if (!isTraced()) return run(work);
    const span = tracer.startSpan('commit');
    let commands = { count: 0 };
    // Whoever comes first also drives the queue for all others: it must not do so in a trace of its own.
    const written = context.with(ROOT_CONTEXT, () =>
      run((transaction) => {
        span.addEvent('transaction');
        commands = transaction.once(tracedWrites, () => ({ count: 0 }));
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
