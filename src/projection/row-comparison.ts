// Holds the rows of one subject in a table against those that its events stand for.
import type { Reader } from '../database/reader.js';
import { columnsOf, type Cell, type Table } from '../database/table.js';
import { subjectColumnOf } from './projected.js';

export interface Difference {
  table: string;
  /** The columns that name the row, like `job_id`, each as a member. */
  [key: string]: unknown;
  /** Undefined when a whole row is missing or should not be there. */
  column?: string;
  /** What the events say. */
  expected: unknown;
  /** What the table says. */
  actual: unknown;
}

type Cells = readonly Cell[];

export class RowComparison {
  private readonly select: string;
  private readonly columns: readonly string[];
  /** Of the key, the subject first. */
  private readonly keyPlaces: readonly number[];

  constructor(
    private readonly reader: Reader,
    private readonly table: Table,
  ) {
    this.columns = columnsOf(table);
    this.select = `SELECT ${this.columns.join(', ')} FROM ${table.name} WHERE ${subjectColumnOf(table)} = ?`;
    this.keyPlaces = table.key.map((column) => this.columns.indexOf(column));
  }

  /** @param expected the rows that the events stand for, as `cellsOf` lists them */
  async differences(subject: string, expected: readonly Cells[]): Promise<Difference[]> {
    const actual = await this.reader.values<Cells>(this.select, subject);
    // Rows lie in the order in which they were made, unless somebody has been there.
    if (actual.length === expected.length && actual.every((row, place) => isSame(row, expected[place])))
      return [];
    return [...this.differencesByKey(actual, expected)];
  }

  private *differencesByKey(
    actualRows: readonly Cells[],
    expectedRows: readonly Cells[],
  ): Generator<Difference> {
    const actual = new Map(actualRows.map((row) => [this.keyOf(row), row]));
    for (const expected of expectedRows) {
      const key = this.keyOf(expected);
      const found = actual.get(key);
      actual.delete(key);
      if (found === undefined)
        yield { ...this.nameOf(expected), expected: this.asRow(expected), actual: null };
      else yield* this.differingColumns(expected, found);
    }
    for (const stray of actual.values())
      yield { ...this.nameOf(stray), expected: null, actual: this.asRow(stray) };
  }

  private *differingColumns(expected: Cells, actual: Cells): Generator<Difference> {
    for (const [place, column] of this.columns.entries()) {
      if (expected[place] === actual[place]) continue;
      yield { ...this.nameOf(expected), column, expected: expected[place], actual: actual[place] };
    }
  }

  private keyOf(row: Cells): string {
    return JSON.stringify(this.keyPlaces.map((place) => row[place]));
  }

  private nameOf(row: Cells): Record<string, unknown> & { table: string } {
    const key = this.keyPlaces.map((place) => [this.columns[place], String(row[place])] as const);
    return { table: this.table.name, ...(Object.fromEntries(key) as Record<string, unknown>) };
  }

  private asRow(row: Cells): object {
    return Object.fromEntries(this.columns.map((column, place) => [column, row[place]]));
  }
}

const isSame = (one: Cells, other: Cells | undefined): boolean =>
  one.every((cell, place) => cell === other?.[place]);
