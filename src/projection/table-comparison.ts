// Holds all tables of a projection against what the events stand for, subject by subject, and keeps what differs.
import type BetterSqlite3 from 'better-sqlite3';
import type { DomainEvent } from '../event-store/decider.js';
import { cellsOf, type ProjectedKind } from './projected.js';
import { RowComparison, type Difference } from './row-comparison.js';

/** How many differences are shown. */
export const reportedMax = 100;

export class TableComparison<State = unknown, Event extends DomainEvent = DomainEvent> {
  differenceCount = 0;
  /** The first hundred. */
  readonly differences: Difference[] = [];
  private readonly rows: readonly RowComparison[];
  private readonly isLeaving: BetterSqlite3.Statement | undefined;

  constructor(
    private readonly kind: ProjectedKind<State, never, Event>,
    private readonly connection: BetterSqlite3.Database,
  ) {
    const { tables, removals } = kind.projection;
    this.rows = tables.map((table) => new RowComparison(connection, table));
    if (removals === undefined) return;
    const { name, subjectColumn } = removals;
    // There is none in a database from before there was such a table.
    const columns = connection.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(name);
    if (columns.length > 0)
      this.isLeaving = connection.prepare(`SELECT 1 FROM ${name} WHERE ${subjectColumn} = ?`);
  }

  /** False, and nothing is compared, for a subject that was removed and whose rows are still being deleted. */
  compare(subject: string, state: State): boolean {
    const { projection } = this.kind;
    const expected = projection.tables.map((table) =>
      Array.from(projection.rowsOf(state, table.name), (row) => cellsOf(table, row)),
    );
    const isGone = expected.every(({ length }) => length === 0);
    if (isGone && this.isLeaving?.get(subject) !== undefined) return false;
    this.rows.forEach((comparison, place) => {
      this.keep(comparison.differences(subject, expected[place] ?? []));
    });
    return true;
  }

  /** Rows of subjects that have no events at all. */
  compareStrays(): void {
    const { projection, streamPrefix } = this.kind;
    for (const [place, { name, subjectColumn }] of projection.tables.entries()) {
      const strays = this.connection
        .prepare(
          `SELECT DISTINCT ${subjectColumn} FROM ${name} AS stray
           WHERE NOT EXISTS (SELECT 1 FROM events WHERE stream_id = ? || stray.${subjectColumn})`,
        )
        .pluck()
        .all(streamPrefix) as string[];
      for (const subject of strays) this.keep(this.rows[place]?.differences(subject, []) ?? []);
    }
  }

  private keep(differences: readonly Difference[]): void {
    this.differenceCount += differences.length;
    this.differences.push(...differences.slice(0, reportedMax - this.differences.length));
  }
}
