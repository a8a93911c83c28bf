// How far a projection has come, kept in the transaction that projects: a start sees at once whether something is
// missing, whatever the length of the log.
import type { Reader } from '../database/sqlite/sqlite-reader.js';
import type { Transaction } from '../database/transaction.js';

export interface Checkpoint {
  name: string;
  /** Of the rules that made its rows. */
  version: number;
  /** Every event up to here is in its tables. */
  position: number;
}

export async function saveCheckpoint(
  transaction: Transaction,
  name: string,
  position: number,
): Promise<void> {
  await transaction.run('UPDATE projections SET position = ? WHERE name = ?', position, name);
}

/** After a rebuild: its tables are of these rules. */
export async function replaceCheckpoint(
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
