// What a projection is: streams of one kind, folded by their decider, and the rows of read tables that a folded state
// stands for. The live projection writes the rows that an event touched, a rebuild writes all, an audit compares.
import type { EventCodec } from '../event-store/codec.js';
import type { Decider, DomainEvent } from '../event-store/decider.js';

export type Cell = string | number | null;
export type Row = Readonly<Record<string, Cell>>;

/** A table that a projection keeps; each of its rows belongs to one stream. */
export interface ProjectedTable {
  name: string;
  /** The column that names the stream's subject, as in `job_id`. */
  subjectColumn: string;
  /** What names a row among those of its subject. */
  keyColumns: readonly string[];
  columns: readonly string[];
}

export interface Projected<State, Event extends DomainEvent> {
  name: string;
  /** Goes up when the same events stand for other rows: then every database rebuilds its tables. */
  version: number;
  /** The streams of this kind: `job-` and the subject. */
  streamPrefix: string;
  decider: Decider<State, never, Event>;
  codec: EventCodec<Event>;
  /** Parents before the tables that refer to them. */
  tables: readonly ProjectedTable[];
  /** The table that names the subjects which were removed while some of their rows are still to be deleted. */
  removals: { name: string; subjectColumn: string };
  /** The rows of one table that a state stands for. */
  rowsOf(state: State, table: string): Iterable<Row>;
  /** Those among them that these events, the latest of the state, may have changed; undefined when it may be any. */
  rowsTouchedBy(state: State, events: readonly Event[], table: string): Iterable<Row> | undefined;
}

/** A row as its table's columns list it. */
export const cellsOf = (table: ProjectedTable, row: Row): Cell[] =>
  table.columns.map((column) => row[column] ?? null);
