// An admin accepts that the log contradicts what was signed of it, after a backup was put back. First the acceptance
// becomes an event, then the newest signed checkpoint is replaced: whatever ends the process between the two, the old
// one still stands, nothing is signed, and doing it again finds the event and goes on from there.
import type { Log } from '../event-store/log.js';
import { timestamp } from '../runtime/runtime.js';
import { readKeyChanges } from './key-files.js';
import { readKeyLine } from './key-line.js';
import { acceptanceIn, logStreamOf, type Acceptance } from './log-kind.js';
import { reasonLengthMax, recordInLog, requireText, type OwnLog } from './log-stream.js';
import type { Notary, Rollback } from './notary.js';
import { logOf } from './signed-log.js';
import { formatCheckpoint } from '../proof/checkpoint.js';

export interface AcceptRollback extends Omit<OwnLog, 'origin'> {
  notary: Notary;
  keyFile: string;
  reason: string;
}

export interface AcceptedRollback {
  acceptance: Acceptance;
  /** The acceptance was in the log already: an earlier call did not get to its end. */
  wasRecorded: boolean;
  /** The new signed note, which covers the acceptance. */
  checkpoint: string;
}

/** @throws Error when the log continues what was signed, or the reason or the actor is none; nothing is changed */
export async function acceptRollback(request: AcceptRollback): Promise<AcceptedRollback> {
  requireText('reason', request.reason, reasonLengthMax);
  const rollback = await request.notary.rollback();
  if (rollback === undefined) {
    throw new Error('There is nothing to accept: the log continues the newest checkpoint that was signed.');
  }
  const isNew = await record(request, rollback);
  const acceptance = await findAcceptance(logOf(request.database), rollback);
  if (acceptance === undefined) throw new Error('The acceptance was written and is not in the log.');
  await recordLostKeyChanges(request, rollback);
  const checkpoint = await request.notary.signAfter(acceptance.position);
  return { acceptance, wasRecorded: !isNew, checkpoint };
}

/** False when it is in the log already. */
function record(request: AcceptRollback, { note, present }: Rollback): Promise<boolean> {
  return recordInLog(
    { ...request, origin: present.origin },
    {
      type: 'AcceptRollback',
      reason: request.reason,
      signedCheckpoint: note,
      presentCheckpoint: formatCheckpoint(present),
      now: timestamp(request.runtime.nowMs()),
    },
  );
}

/**
 * The key may have been changed by an event that was lost; the key itself was not. What was kept of that beside the key
 * is written into the log again, as it was signed then.
 */
async function recordLostKeyChanges(
  request: AcceptRollback,
  { present: { origin } }: Rollback,
): Promise<void> {
  const { database, keyFile } = request;
  for (const change of readKeyChanges(keyFile)) {
    const line = await readKeyLine(logOf(database), origin);
    const follows = line.newest === undefined || line.newest === change.data.old_key;
    if (follows && !line.has(change.data.statement))
      await recordInLog({ ...request, origin }, { type: 'ChangeKey', change });
  }
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
