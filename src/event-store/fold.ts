// The one fold of a stream: its events read page by page, decoded, and evolved onto a state.
import { sliceCharacters, type Slice } from '../database/slice.js';
import type { Awaitable, Value } from '../database/transaction.js';
import type { Decider, DomainEvent } from './decider.js';
import type { LoggedEvent } from './events-table.js';
import type { StreamKind } from './kind.js';

/** A folded state, exactly as of `version`. */
export interface Folded<State> {
  readonly state: State;
  readonly version: number;
  /** The position of the stream's first event in the log; 0 while it has none. */
  readonly firstPosition: number;
}

/** A stream of which nothing is folded yet. */
export const unfolded = <State>({
  initialState: state,
}: Pick<Decider<State, never, DomainEvent>, 'initialState'>): Folded<State> => ({
  state,
  version: 0,
  firstPosition: 0,
});

/** What can be asked for rows: a reader, or a transaction. */
export interface Source {
  slice<Row>(charactersMax: number, sql: string, ...parameters: readonly Value[]): Awaitable<Slice<Row>>;
}

export interface FoldOptions<State, Event> {
  /** What is folded already; nothing when not given. */
  from?: Folded<State>;
  /** Ends the fold before the event for which it says so. */
  until?: (event: LoggedEvent) => boolean;
  /** Told of each event, with the state after it. */
  folded?: (event: LoggedEvent, decoded: Event, state: State) => unknown;
  /** Lets other work in between two pages. */
  nextTurn?: () => Promise<void>;
}

/** The most events of a page; of large ones, there are fewer. */
const pageSize = 256;

/**
 * @throws Error when a version is missing, or an event cannot be read or folded
 */
export async function foldStream<State, Event extends DomainEvent>(
  { decider, codec }: Pick<StreamKind<State, never, Event>, 'decider' | 'codec'>,
  source: Source,
  streamId: string,
  { from = unfolded(decider), until, folded, nextTurn }: FoldOptions<State, Event> = {},
): Promise<Folded<State>> {
  let { state, version, firstPosition } = from;
  // An event before the first has no place in a stream, and would be found by whoever reads it.
  for (let after = version === 0 ? Number.MIN_SAFE_INTEGER : version; ;) {
    const { rows, isWhole } = await source.slice<LoggedEvent>(
      sliceCharacters,
      `SELECT position, stream_id, version, type, schema_version, data, metadata, recorded_at FROM events
       WHERE stream_id = ? AND version > ? ORDER BY version LIMIT ${pageSize}`,
      streamId,
      after,
    );
    for (const event of rows) {
      if (until?.(event) === true) return { state, version, firstPosition };
      if (event.version !== version + 1) throw new Error(`stream ${streamId} has no version ${version + 1}`);
      const decoded = codec.decode(event);
      state = decider.evolve(state, decoded);
      version = event.version;
      if (version === 1) firstPosition = event.position;
      folded?.(event, decoded, state);
    }
    if (isWhole && rows.length < pageSize) return { state, version, firstPosition };
    after = version;
    await nextTurn?.();
  }
}
