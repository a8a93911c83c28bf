// The read tables inside of a write transaction, once they hold all that its commands have appended. Whoever reads tables
// across streams takes these in place of a transaction, in which what a neighbour in the same commit did may be missing.
import type { Statements, Transaction } from '../database/transaction.js';

declare const isProjected: unique symbol;

/** They are so until the next command is executed: whoever reads after one asks for them again. */
export interface ProjectedTables extends Pick<Statements, 'all' | 'get'> {
  /** No transaction has it. */
  readonly [isProjected]: true;
}

/** For `Streams` alone, which knows when that is so. */
export const asProjected = (transaction: Transaction): ProjectedTables =>
  transaction as Transaction & ProjectedTables;
