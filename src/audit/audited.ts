// What an audit must know of a kind of stream: how it folds, and which rows its state stands for.
import type { EventCodec } from '../event-store/codec.js';
import type { Decider, DomainEvent } from '../event-store/decider.js';

export type Row = Readonly<Record<string, string | number | null>>;

/** A table that a projection keeps; each of its rows belongs to one stream. */
export interface AuditedTable {
  name: string;
  /** The column that names the stream's subject, as in `job_id`. */
  subjectColumn: string;
  /** What names a row among those of its subject. */
  keyColumns: readonly string[];
  columns: readonly string[];
}

export interface Audited<State, Event extends DomainEvent> {
  /** The streams of this kind: `job-` and the subject. */
  streamPrefix: string;
  decider: Decider<State, never, Event>;
  codec: EventCodec<Event>;
  tables: readonly AuditedTable[];
  /** The table that names the subjects which were removed while some of their rows are still to be deleted. */
  removals: { name: string; subjectColumn: string };
  /** The rows of one table that a state stands for. */
  rowsOf(state: State, table: string): Iterable<Row>;
}
