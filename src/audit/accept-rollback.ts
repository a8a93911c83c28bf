// An admin accepts that the log contradicts what was signed of it, after a backup was put back. First the acceptance
// becomes an event, then the newest signed checkpoint is replaced: whatever ends the process between the two, the old
// one still stands, nothing is signed, and doing it again finds the event and goes on from there.
import type { Database } from '../database/database.js';
import { EventStore } from '../event-store/event-store.js';
import type { Log } from '../event-store/log.js';
import { LogSignal } from '../event-store/log-signal.js';
import { Streams } from '../event-store/streams.js';
import { advancePositions } from '../projection/position.js';
import { timestamp, type Runtime } from '../runtime/runtime.js';
import { acceptanceIn, logKind, logStreamOf, type Acceptance } from './log-kind.js';
import type { Notary, Rollback } from './notary.js';
import { logOf } from './signed-log.js';
import { formatCheckpoint } from '../proof/checkpoint.js';

export interface AcceptRollback {
  /** Opened by whoever holds the service lock: nothing else writes meanwhile. */
  database: Database;
  notary: Notary;
  runtime: Runtime;
  reason: string;
  actor: string;
}

export interface AcceptedRollback {
  acceptance: Acceptance;
  /** The acceptance was in the log already: an earlier call did not get to its end. */
  wasRecorded: boolean;
  /** The new signed note, which covers the acceptance. */
  checkpoint: string;
}

const reasonLengthMax = 1_000;
const actorLengthMax = 200;

/** @throws Error when the log continues what was signed, or the reason or the actor is none; nothing is changed */
export async function acceptRollback(request: AcceptRollback): Promise<AcceptedRollback> {
  requireText('reason', request.reason, reasonLengthMax);
  requireText('actor', request.actor, actorLengthMax);
  const rollback = await request.notary.rollback();
  if (rollback === undefined) {
    throw new Error('There is nothing to accept: the log continues the newest checkpoint that was signed.');
  }
  const isNew = await record(request, rollback);
  const acceptance = await findAcceptance(logOf(request.database), rollback);
  if (acceptance === undefined) throw new Error('The acceptance was written and is not in the log.');
  const checkpoint = await request.notary.signAfter(acceptance.position);
  return { acceptance, wasRecorded: !isNew, checkpoint };
}

function requireText(what: string, text: string, lengthMax: number): void {
  if (text.trim() !== '' && text.length <= lengthMax && /^\P{Cc}*$/u.test(text) && text.isWellFormed())
    return;
  throw new Error(`The ${what} must have 1 to ${lengthMax} characters, and no control characters.`);
}

/** False when it is in the log already. */
async function record(
  { database, runtime, reason, actor }: AcceptRollback,
  { note, present }: Rollback,
): Promise<boolean> {
  const streams = new Streams(logKind, new EventStore(runtime, new LogSignal(), advancePositions));
  const command = {
    reason,
    signedCheckpoint: note,
    presentCheckpoint: formatCheckpoint(present),
    now: timestamp(runtime.nowMs()),
  };
  const metadata = { actor, correlation_id: runtime.uuid(), causation_id: runtime.uuid() };
  const { events } = await database.queue.run((transaction) =>
    streams.execute(transaction, logStreamOf(present.origin), command, metadata),
  );
  return events.length > 0;
}

const pageSize = 100;

/** The event that accepts that this very checkpoint no longer holds. */
async function findAcceptance(log: Log, { note, present }: Rollback): Promise<Acceptance | undefined> {
  for await (const page of log.pages({ streamId: logStreamOf(present.origin) }, { pageSize }))
    for (const event of page) {
      const acceptance = acceptanceIn(event);
      if (acceptance?.note === note) return acceptance;
    }
  return undefined;
}
