// What work inside a write transaction may do. Only the write queue makes one.

import type { Awaitable } from './awaitable.js';

export type Value = string | number | bigint | Buffer | null;

export interface Transaction {
  /** All rows of a query. */
  all<Row>(sql: string, ...parameters: readonly Value[]): Awaitable<Row[]>;
  /** The first row of a query, if there is one. */
  get<Row>(sql: string, ...parameters: readonly Value[]): Awaitable<Row | undefined>;
  /** Changes rows; tells how many. */
  run(sql: string, ...parameters: readonly Value[]): Awaitable<number>;
  /**
   * What is kept for the length of this transaction under `key`, made by `make` when asked for the first time:
   * the place for facts that all commands of one commit share.
   */
  once<T>(key: object, make: () => T): T;
  /**
   * Does what all commands of the commit share, for whichever asks first: what it writes is not held against the
   * command that happened to ask, should that be refused afterwards.
   */
  shared(work: () => Awaitable<void>): Awaitable<void>;
  /** Called when all commands of the commit are done and before it is made durable. */
  beforeCommit(call: () => Awaitable<void>): void;
  /** Called when everything is durable. It must not throw: the commit has happened. */
  afterCommit(call: () => void): void;
}
