// What work inside a write transaction may do. Only the write queue makes one.
import type { Slice } from './slice.js';
import type { RowWrite } from './row-write.js';

/** What is there at once, as everything is on SQLite, or comes from behind a network. */
export type Awaitable<T> = T | Promise<T>;

export type Value = string | number | bigint | Buffer | null;

/** The statements of a transaction, as an engine runs them. `?` stands for a parameter. */
export interface Statements {
  /** All rows of a query. */
  all<Row>(sql: string, ...parameters: readonly Value[]): Awaitable<Row[]>;
  /** As of a reader: the first rows, at least one, until they have about so many characters of text. */
  slice<Row>(charactersMax: number, sql: string, ...parameters: readonly Value[]): Awaitable<Slice<Row>>;
  /** The first row of a query, if there is one. */
  get<Row>(sql: string, ...parameters: readonly Value[]): Awaitable<Row | undefined>;
  /** Changes rows by a set-based statement; tells how many. */
  run(sql: string, ...parameters: readonly Value[]): Awaitable<number>;
  /**
   * Writes one row, as data: in place, or gathered and sent before the next read and before the commit. Nothing is waited
   * for, and what cannot be written is an error of the transaction.
   */
  write<Row extends object>(write: RowWrite<Row>, row: Row): void;
  /**
   * Writes many rows at once.
   * @param rows a JSON array of arrays of cells, in the order of the table's columns: as one text they cross threads,
   *   and go into the database, without becoming objects
   */
  writeAll(write: RowWrite, rows: string): Awaitable<unknown>;
}

export interface Transaction extends Statements {
  /**
   * What is kept for the length of this transaction under `key`, made by `make` when asked for the first time:
   * the place for facts that all commands of one commit share.
   */
  once<T extends object>(key: object, make: () => T): T;
  /**
   * Does what all commands of the commit share, for whichever asks first: what it writes is not held against the
   * command that happened to ask, should that be refused afterwards.
   */
  shared(work: () => Promise<void>): Promise<void>;
  /** Called when all commands of the commit are done and before it is made durable. */
  beforeCommit(call: () => Awaitable<unknown>): void;
  /** Called when everything is durable. It must not throw: the commit has happened. */
  afterCommit(call: () => void): void;
}
