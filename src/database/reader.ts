// Reads of committed rows. Everything comes asynchronously: some databases are behind a network.
import type { Slice } from './slice.js';
import type { Value } from './transaction.js';

export interface Reader {
  all<Row>(sql: string, ...parameters: readonly Value[]): Promise<Row[]>;
  /** The first row, if there is one. */
  get<Row>(sql: string, ...parameters: readonly Value[]): Promise<Row | undefined>;
  /**
   * The first rows, until they have about so many characters of text: at least one, if there is one. What one step of a
   * long read holds in memory has a bound, whatever a caller has put into a row.
   */
  slice<Row>(charactersMax: number, sql: string, ...parameters: readonly Value[]): Promise<Slice<Row>>;
  /** Each row as an array, in the order of its columns: two thirds of the time, for long reads. */
  values<Row extends readonly unknown[]>(sql: string, ...parameters: readonly Value[]): Promise<Row[]>;
}

/** Many reads of one moment, which others' commits do not change. */
export interface Snapshot extends Reader {
  /** Must be called, also after an error. Calling it twice does no harm. */
  close(): void;
}
