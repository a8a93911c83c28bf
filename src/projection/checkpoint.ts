// How far a projection has come, kept in the transaction that projects: a start sees at once whether something is
// missing, whatever the length of the log.
import type { Reader } from '../database/sqlite/sqlite-reader.js';
import type { Transaction } from '../database/transaction.js';
import type { LogGrowth } from '../event-store/event-store.js';

export interface Checkpoint {
  name: string;
  /** Of the rules that made its rows. */
  version: number;
  /** Every event up to here is in its tables. */
  position: number;
}

/**
 * In each transaction that appends: every projection that was at the end of the log is at its new end, since each one
 * has projected what is its own by then. One that is behind stays there, for the next start.
 */
export const advanceCheckpoints: LogGrowth = (transaction, from, to) =>
  transaction.run('UPDATE projections SET position = ? WHERE position = ?', to, from);

/** After a rebuild or a catch-up: its tables are of these rules, as of this position. */
export async function saveCheckpoint(
  transaction: Transaction,
  { name, version, position }: Checkpoint,
): Promise<void> {
  await transaction.run(
    'INSERT OR REPLACE INTO projections (name, version, position) VALUES (?, ?, ?)',
    name,
    version,
    position,
  );
}

/** At the beginning of the log, by no rules, when there is none. */
export function readCheckpoint(reader: Reader, name: string): Checkpoint {
  const [found] = reader.query<Checkpoint>(
    'SELECT name, version, position FROM projections WHERE name = ?',
    name,
  );
  return found ?? { name, version: 0, position: 0 };
}
