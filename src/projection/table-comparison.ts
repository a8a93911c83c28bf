// Holds all tables of a projection against what the events stand for, subject by subject, and keeps what differs.
import type { OpenReader } from '../database/engine.js';
import type { Reader } from '../database/reader.js';
import { cellsOf } from '../database/table.js';
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

  private constructor(
    private readonly kind: ProjectedKind,
    private readonly reader: Reader,
    /** Finds a subject that was removed and whose rows are still being deleted. */
    private readonly isLeaving: string | undefined,
  ) {
    this.rows = kind.projection.tables.map((table) => new RowComparison(reader, table));
  }

  static async of(kind: ProjectedKind, opened: OpenReader): Promise<TableComparison> {
    const { removals } = kind.projection;
    // There is none in a database from before there was such a table.
    const isThere = removals !== undefined && (await opened.tables()).has(removals.name);
    const isLeaving = isThere
      ? `SELECT 1 FROM ${removals.name} WHERE ${subjectColumnOf(removals)} = ?`
      : undefined;
    return new TableComparison(kind, opened.reader, isLeaving);
  }

  /** False, and nothing is compared, for a subject that was removed and whose rows are still being deleted. */
  async compare(subject: string, { state, firstPosition }: Folded<unknown>): Promise<boolean> {
    const { projection } = this.kind;
    const expected = projection.tables.map((table) =>
      Array.from(projection.rowsOf(state, table.name, firstPosition), (row) => cellsOf(table, row)),
    );
    const isGone = expected.every(({ length }) => length === 0);
    if (
      isGone &&
      this.isLeaving !== undefined &&
      (await this.reader.get(this.isLeaving, subject)) !== undefined
    )
      return false;
    for (const [place, comparison] of this.rows.entries())
      this.keep(await comparison.differences(subject, expected[place] ?? []));
    return true;
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
