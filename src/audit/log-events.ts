// What happens to the log itself: events in a stream of its own, in the same log as those of all other streams.
import { EventCodec } from '../event-store/codec.js';
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

export const logStreamPrefix = 'log-';

/** @param origin the log's name */
export const logStreamOf = (origin: string): string => `${logStreamPrefix}${origin}`;

export const logCodec = new EventCodec<RollbackAccepted>({ RollbackAccepted: { schemaVersion: 1 } });

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
  if (event.type !== 'RollbackAccepted' || !event.stream_id.startsWith(logStreamPrefix)) return undefined;
  try {
    const { data } = logCodec.decode(event);
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
