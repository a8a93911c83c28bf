// Holds all tables of a projection against what the events stand for, subject by subject, and keeps what differs.
import type { Reader } from '../database/reader.js';
import { cellsOf, type Table } from '../database/table.js';
import type { Folded } from '../event-store/fold.js';
import { subjectColumnOf, type ProjectedKind } from './projected.js';
import { RowComparison, type Difference } from './row-comparison.js';

/** How many differences are shown. */
export const reportedMax = 100;

export class TableComparison {
  differenceCount = 0;
  /** The first hundred. */
  readonly differences: Difference[] = [];
  private readonly rows: readonly RowComparison[];

  constructor(
    private readonly kind: ProjectedKind,
    private readonly reader: Reader,
  ) {
    this.rows = kind.projection.tables.map((table) => new RowComparison(reader, table));
  }

  /** False, and nothing is a difference, for a subject that was removed and whose rows are still being deleted. */
  async compare(subject: string, { state, firstPosition }: Folded<unknown>): Promise<boolean> {
    const { projection } = this.kind;
    const expected = projection.tables.map((table) =>
      Array.from(projection.rowsOf(state, table.name, firstPosition), (row) => cellsOf(table, row)),
    );
    const isGone = expected.every(({ length }) => length === 0);
    if (isGone && (await this.isLeaving(subject))) return false;
    for (const [place, comparison] of this.rows.entries())
      this.keep(await comparison.differences(subject, expected[place] ?? []));
    return true;
  }

  /** Of a subject that is gone by its events: whether its rows bear the mark of a removal under way. */
  private async isLeaving(subject: string): Promise<boolean> {
    const { tables, presence } = this.kind.projection;
    const [first] = tables;
    // Somebody may have dropped one of them.
    const marking = tables.find(({ name }) => name === presence?.name);
    if (first === undefined || marking === undefined) return false;
    return (await this.hasRow(first, subject)) && !(await this.hasRow(marking, subject));
  }

  private async hasRow(table: Table, subject: string): Promise<boolean> {
    const sql = `SELECT 1 FROM ${table.name} WHERE ${subjectColumnOf(table)} = ?`;
    return (await this.reader.get(sql, subject)) !== undefined;
  }

  /** Rows of subjects that have no events at all. */
  async compareStrays(): Promise<void> {
    const { projection, streamPrefix } = this.kind;
    for (const [place, table] of projection.tables.entries()) {
      const column = subjectColumnOf(table);
      const strays = await this.reader.values<[subject: string]>(
        `SELECT DISTINCT ${column} FROM ${table.name} AS stray
         WHERE NOT EXISTS (SELECT 1 FROM events WHERE stream_id = ? || stray.${column})`,
        streamPrefix,
      );
      for (const [subject] of strays) this.keep((await this.rows[place]?.differences(subject, [])) ?? []);
    }
  }

  private keep(differences: readonly Difference[]): void {
    this.differenceCount += differences.length;
    this.differences.push(...differences.slice(0, reportedMax - this.differences.length));
  }
}
