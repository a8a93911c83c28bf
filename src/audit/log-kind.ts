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

/** Another key signs the log's checkpoints from here on. */
export interface KeyChanged {
  /** By the old key's signature; or without it, because that one is lost. */
  type: 'SigningKeyRotated' | 'SigningKeyReplaced';
  data: {
    /** A verifier key; `<name>+<id>` when only that is known of a lost one, or null when nothing is. */
    old_key: string | null;
    new_key: string;
    reason: string;
    changed_at: string;
    /** The same as a signed note. */
    statement: string;
  };
}

/** An admin accepts that the log contradicts what was signed of it. */
interface AcceptRollback {
  type: 'AcceptRollback';
  reason: string;
  /** The signed note that no longer holds. */
  signedCheckpoint: string;
  /** What the log is now, as the body of a note. */
  presentCheckpoint: string;
  now: string;
}

interface ChangeKey {
  type: 'ChangeKey';
  change: KeyChanged;
}

type LogEvent = RollbackAccepted | KeyChanged;
export type LogCommand = AcceptRollback | ChangeKey;

/** The signed notes that the events are about: checkpoints that were given up, and changes of the key. */
type LogState = ReadonlySet<string>;

const noteOf = (event: LogEvent): string =>
  event.type === 'RollbackAccepted' ? event.data.signed_checkpoint : event.data.statement;

function eventOf(command: LogCommand): LogEvent {
  if (command.type === 'ChangeKey') return command.change;
  const { reason, signedCheckpoint, presentCheckpoint, now } = command;
  const data = {
    reason,
    signed_checkpoint: signedCheckpoint,
    present_checkpoint: presentCheckpoint,
    accepted_at: now,
  };
  return { type: 'RollbackAccepted', data };
}

export const logKind: StreamKind<LogState, LogCommand, LogEvent> = {
  name: 'log',
  streamPrefix: 'log-',
  codec: new EventCodec<LogEvent>({
    RollbackAccepted: { schemaVersion: 1 },
    SigningKeyRotated: { schemaVersion: 1 },
    SigningKeyReplaced: { schemaVersion: 1 },
  }),
  decider: {
    initialState: new Set(),
    /** To say again what was said of a note adds nothing. */
    decide(notes, command) {
      const event = eventOf(command);
      return notes.has(noteOf(event)) ? [] : [event];
    },
    evolve: (notes, event) => new Set([...notes, noteOf(event)]),
    sizeOf: (notes) => notes.size,
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

/** A change of the key, where it is in the log. */
export interface RecordedKeyChange {
  position: number;
  actor: string;
  change: KeyChanged;
}

/** Undefined for every other event, and for one that cannot be read. */
export function acceptanceIn(event: StoredLogEvent): Acceptance | undefined {
  const read = logEventIn(event);
  if (read?.type !== 'RollbackAccepted') return undefined;
  const { data } = read;
  try {
    return {
      position: event.position,
      actor: actorOf(event),
      reason: data.reason,
      note: data.signed_checkpoint,
      abandoned: parseNote(data.signed_checkpoint),
      acceptedAt: data.accepted_at,
    };
  } catch {
    return undefined;
  }
}

/** Undefined for every other event, and for one that cannot be read. */
export function keyChangeIn(event: StoredLogEvent): RecordedKeyChange | undefined {
  const change = logEventIn(event);
  if (change === undefined || change.type === 'RollbackAccepted') return undefined;
  return { position: event.position, actor: actorOf(event), change };
}

const types: readonly string[] = ['RollbackAccepted', 'SigningKeyRotated', 'SigningKeyReplaced'];

function logEventIn(event: StoredLogEvent): LogEvent | undefined {
  if (!types.includes(event.type) || !event.stream_id.startsWith(logKind.streamPrefix)) return undefined;
  try {
    return logKind.codec.decode(event);
  } catch {
    return undefined;
  }
}

function actorOf({ metadata }: StoredLogEvent): string {
  try {
    return String((JSON.parse(metadata) as { actor: unknown }).actor);
  } catch {
    return 'nobody that can be read';
  }
}
