// What a projection is: streams of one kind, folded by their decider, and the rows of read tables that a folded state
// stands for. The live projector writes the rows that an event touched, a rebuild writes all, an audit compares.
import type { DomainEvent } from '../event-store/decider.js';
import type { StreamKind } from '../event-store/kind.js';

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

export interface Projection<State = unknown, Event = DomainEvent> {
  /** As in the table `projections`, and what admins call it. */
  name: string;
  /** Goes up when the same events stand for other rows: then every database rebuilds its tables. */
  version: number;
  /** Parents before the tables that refer to them. */
  tables: readonly ProjectedTable[];
  /** The table that names the subjects which were removed while some of their rows are still to be deleted. */
  removals?: { name: string; subjectColumn: string };
  /** The rows of one table that a state stands for. */
  rowsOf(state: State, table: string): Iterable<Row>;
  /** Those among them that these events, the latest of the state, may have changed; undefined when it may be any. */
  rowsTouchedBy(state: State, events: readonly Event[], table: string): Iterable<Row> | undefined;
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

/** A row as its table's columns list it. */
export const cellsOf = (table: ProjectedTable, row: Row): Cell[] =>
  table.columns.map((column) => row[column] ?? null);
