// What a projection is: streams of one kind, folded by their decider, and the rows of read tables that a folded state
// stands for. The live projector writes the rows that an event touched, a rebuild writes all, an audit compares.
import type { Cell, Table } from '../database/table.js';
import type { DomainEvent } from '../event-store/decider.js';
import type { StreamKind } from '../event-store/kind.js';

export type Row = Readonly<Record<string, Cell>>;

export interface Projection<State = unknown, Event = DomainEvent> {
  /** As in the table `projections`, and what admins call it. */
  name: string;
  /** Goes up when the same events stand for other rows: then every database rebuilds its tables. */
  version: number;
  /** Parents before the tables that refer to them. The first column of each key names the stream's subject. */
  tables: readonly Table[];
  /**
   * The table that has a row of each subject that is there. A subject that was removed and has a row in the first table
   * and none in this one is marked by that: its rows are still being deleted. Without it, rows always go at once.
   */
  presence?: Table;
  /**
   * The rows of one table that a state stands for.
   * @param firstPosition of the stream's first event in the log: the order in which subjects came to be
   */
  rowsOf(state: State, table: string, firstPosition: number): Iterable<Row>;
  /** Those among them that these events, the latest of the state, may have changed; undefined when it may be any. */
  rowsTouchedBy(
    state: State,
    events: readonly Event[],
    table: string,
    firstPosition: number,
  ): Iterable<Row> | undefined;
}

/** A kind of stream that has read tables. */
export interface ProjectedKind<
  State = unknown,
  Command = never,
  Event extends DomainEvent = DomainEvent,
> extends StreamKind<State, Command, Event> {
  readonly projection: Projection<State, Event>;
}

/** Those among them that have read tables. */
export const projectedAmong = <Kind extends StreamKind & { projection?: Projection }>(
  kinds: readonly Kind[],
): (Kind & { projection: Projection })[] => kinds.filter(isProjected);

const isProjected = <Kind extends { projection?: Projection }>(
  kind: Kind,
): kind is Kind & { projection: Projection } => kind.projection !== undefined;

/** The column that names the subject, as in `job_id`. */
export const subjectColumnOf = ({ key }: Table): string => key[0] as string;
