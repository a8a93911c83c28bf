// A kind of stream, as the log knows it: how its streams are named, decided, folded and stored.
import type { Codec } from './codec.js';
import type { Decider, DomainEvent } from './decider.js';

export interface StreamKind<State = unknown, Command = never, Event extends DomainEvent = DomainEvent> {
  /** Of one of them, like `job`. */
  readonly name: string;
  /** The id of a stream is the prefix and the id of its subject, as in `job-550e…`. No prefix begins another. */
  readonly streamPrefix: string;
  readonly decider: Decider<State, Command, Event>;
  readonly codec: Codec<Event>;
}

/** The kind that a stream is of; undefined when this Daybook knows none. */
export const kindOfStream = <Kind extends Pick<StreamKind, 'streamPrefix'>>(
  kinds: readonly Kind[],
  streamId: string,
): Kind | undefined => kinds.find(({ streamPrefix }) => streamId.startsWith(streamPrefix));

export const streamOf = ({ streamPrefix }: Pick<StreamKind, 'streamPrefix'>, subject: string): string =>
  streamPrefix + subject;

export const subjectOf = ({ streamPrefix }: Pick<StreamKind, 'streamPrefix'>, streamId: string): string =>
  streamId.slice(streamPrefix.length);
