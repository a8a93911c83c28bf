// How far a projection has come in the log, kept in the transaction that projects: a start sees at once whether something
// is missing, whatever the length of the log. Event stores call this position a checkpoint, too; here a checkpoint is what
// is signed of the log (src/proof).
import type { Reader } from '../database/reader.js';
import { put } from '../database/row-write.js';
import type { Transaction } from '../database/transaction.js';
import type { LogGrowth } from '../event-store/event-store.js';
import { projections, type ProjectionPosition } from './tables.js';

/**
 * In each transaction that appends: every projection that was at the end of the log is at its new end, since each one
 * has projected what is its own by then. One that is behind stays there, for the next start.
 */
export const advancePositions: LogGrowth = (transaction, from, to) =>
  transaction.run('UPDATE projections SET position = ? WHERE position = ?', to, from);

const putPosition = put(projections);

/** After a rebuild or a catch-up: its tables are of these rules, as of this position. */
export function savePosition(transaction: Transaction, position: ProjectionPosition): void {
  transaction.write(putPosition, position);
}

/** At the beginning of the log, by no rules, when there is none. */
export async function readPosition(reader: Reader, name: string): Promise<ProjectionPosition> {
  const found = await reader.get<ProjectionPosition>(
    'SELECT name, version, position FROM projections WHERE name = ?',
    name,
  );
  return found ?? { name, version: 0, position: 0 };
}

/**
 * What is wrong with tables that are ahead of the log, or of this Daybook: a service does not start on them.
 * @param known the version of the rules that this Daybook has
 * @param end of the log
 */
export function aheadOf(
  { name, version, position }: ProjectionPosition,
  known: number,
  end: number,
): string | undefined {
  if (version > known)
    return `the tables of the projection "${name}" come from a newer Daybook (version ${version}, this one knows ${known})`;
  if (position > end)
    return `the tables of the projection "${name}" are at position ${position}, and the log ends at ${end}: events are missing, or the row in projections was changed`;
  return undefined;
}
