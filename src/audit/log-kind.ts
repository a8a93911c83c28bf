// The log's own kind: what happens to the log itself, as events in a stream of its own, in the same log as those of all
// other streams. No table tells of it.
import { EventCodec } from '../event-store/codec.js';
import { streamOf, type StreamKind } from '../event-store/kind.js';
import { parseNote, type Checkpoint } from '../proof/checkpoint.js';

/** The log contradicts a checkpoint that was signed of it (it was put back to an older copy), and an admin accepts that. */
interface RollbackAccepted {
  type: 'RollbackAccepted';
  data: {
    reason: string;
    /** The signed note that no longer holds. */
    signed_checkpoint: string;
    /** Origin, size and root of the log as it was found, a line each; not signed, and without this event. */
    present_checkpoint: string;
    accepted_at: string;
  };
}

/** An admin accepts that the log contradicts what was signed of it. */
interface AcceptRollback {
  reason: string;
  /** The signed note that no longer holds. */
  signedCheckpoint: string;
  /** What the log is now, as the body of a note. */
  presentCheckpoint: string;
  now: string;
}

/** The signed notes that were given up, by their texts. */
type LogState = ReadonlySet<string>;

export const logKind: StreamKind<LogState, AcceptRollback, RollbackAccepted> = {
  name: 'log',
  streamPrefix: 'log-',
  codec: new EventCodec<RollbackAccepted>({ RollbackAccepted: { schemaVersion: 1 } }),
  decider: {
    initialState: new Set(),
    /** To give up again what was given up already adds nothing. */
    decide(givenUp, { reason, signedCheckpoint, presentCheckpoint, now }) {
      if (givenUp.has(signedCheckpoint)) return [];
      const data = {
        reason,
        signed_checkpoint: signedCheckpoint,
        present_checkpoint: presentCheckpoint,
        accepted_at: now,
      };
      return [{ type: 'RollbackAccepted', data }];
    },
    evolve: (givenUp, { data }) => new Set([...givenUp, data.signed_checkpoint]),
    sizeOf: (givenUp) => givenUp.size,
  },
};

/** @param origin the log's name */
export const logStreamOf = (origin: string): string => streamOf(logKind, origin);

export interface Acceptance {
  position: number;
  actor: string;
  reason: string;
  /** The signed note that no longer holds. */
  note: string;
  abandoned: Checkpoint;
  acceptedAt: string;
}

interface StoredLogEvent {
  position: number;
  stream_id: string;
  type: string;
  schema_version: number;
  data: string;
  metadata: string;
}

/** Undefined for every other event, and for one that cannot be read. */
export function acceptanceIn(event: StoredLogEvent): Acceptance | undefined {
  if (event.type !== 'RollbackAccepted' || !event.stream_id.startsWith(logKind.streamPrefix))
    return undefined;
  try {
    const { data } = logKind.codec.decode(event);
    const { actor } = JSON.parse(event.metadata) as { actor: string };
    return {
      position: event.position,
      actor,
      reason: data.reason,
      note: data.signed_checkpoint,
      abandoned: parseNote(data.signed_checkpoint),
      acceptedAt: data.accepted_at,
    };
  } catch {
    return undefined;
  }
}
