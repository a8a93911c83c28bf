// Writes what happens to the log itself into the log's own stream, for a command that holds the lock of the service.
import type { Database } from '../database/database.js';
import { EventStore } from '../event-store/event-store.js';
import { LogSignal } from '../event-store/log-signal.js';
import { Streams } from '../event-store/streams.js';
import { advancePositions } from '../projection/position.js';
import type { Runtime } from '../runtime/runtime.js';
import { logKind, logStreamOf, type LogCommand } from './log-kind.js';

export interface OwnLog {
  /** Opened by whoever holds the service lock: nothing else writes meanwhile. */
  database: Database;
  /** The log's name. */
  origin: string;
  runtime: Runtime;
  actor: string;
}

const actorLengthMax = 200;
export const reasonLengthMax = 1_000;

/** False when it is in the log already. @throws Error when the actor is none */
export async function recordInLog(
  { database, origin, runtime, actor }: OwnLog,
  command: LogCommand,
): Promise<boolean> {
  requireText('actor', actor, actorLengthMax);
  const streams = new Streams(logKind, new EventStore(runtime, new LogSignal(), advancePositions));
  const metadata = { actor, correlation_id: runtime.uuid(), causation_id: runtime.uuid() };
  const { events } = await database.queue.run((transaction) =>
    streams.execute(transaction, logStreamOf(origin), command, metadata),
  );
  return events.length > 0;
}

/** @throws Error */
export function requireText(what: string, text: string, lengthMax: number): void {
  if (text.trim() !== '' && text.length <= lengthMax && /^\P{Cc}*$/u.test(text) && text.isWellFormed())
    return;
  throw new Error(`The ${what} must have 1 to ${lengthMax} characters, and no control characters.`);
}
