// What a start does about a projection: nothing when its tables are as far as the log, which it sees without reading
// the log; catch up when they are behind; refuse when they are ahead of the log or of this Daybook.
import type { Database } from '../database/database.js';
import type { Transaction } from '../database/transaction.js';
import { UnusableDatabase } from '../database/unusable-database.js';
import type { DomainEvent } from '../event-store/decider.js';
import { readCheckpoint, saveCheckpoint } from './checkpoint.js';
import { cellsOf, type Projected } from './projected.js';

/** Further behind than this, building the tables anew is faster. */
const eventsBehindMax = 50_000;

/**
 * Brings tables that are behind up to the end of the log, stream by stream.
 *
 * @returns whether that is enough; if not, the tables must be rebuilt
 * @throws UnusableDatabase when the tables are ahead of the log or made by a newer Daybook
 */
export async function catchUp<State, Event extends DomainEvent>(
  database: Database,
  projected: Projected<State, Event>,
): Promise<boolean> {
  const { name, version, position } = readCheckpoint(database, projected.name);
  const end = endOf(database);
  if (version > projected.version) {
    throw new UnusableDatabase(
      `the tables of its projection "${name}" come from a newer Daybook (version ${version}, this one knows ${projected.version}); update this one`,
    );
  }
  if (position > end) {
    throw new UnusableDatabase(
      `the tables of its projection "${name}" are at position ${position}, but its log ends at ${end}: events are missing; restore a backup, or ask daybook verify what differs`,
    );
  }
  if (version < projected.version || end - position > eventsBehindMax) return false;
  if (position === end) return true;
  const streams = database.query<{ stream_id: string }>(
    'SELECT DISTINCT stream_id FROM events WHERE position > ?',
    position,
  );
  await database.queue.run(async (transaction) => {
    for (const { stream_id: streamId } of streams) {
      if (streamId.startsWith(projected.streamPrefix)) await project(transaction, projected, streamId);
    }
    await saveCheckpoint(transaction, name, end);
  });
  return true;
}

/** Writes all rows of a stream anew. */
async function project<State, Event extends DomainEvent>(
  transaction: Transaction,
  projected: Projected<State, Event>,
  streamId: string,
): Promise<void> {
  const { decider, codec, tables, streamPrefix } = projected;
  const events = await transaction.all<{ type: string; schema_version: number; data: string }>(
    'SELECT type, schema_version, data FROM events WHERE stream_id = ? ORDER BY version',
    streamId,
  );
  const state = events.reduce(
    (before, event) => decider.evolve(before, codec.decode(event)),
    decider.initialState,
  );
  const subject = streamId.slice(streamPrefix.length);
  for (const { name, subjectColumn } of tables.toReversed())
    await transaction.run(`DELETE FROM ${name} WHERE ${subjectColumn} = ?`, subject);
  for (const table of tables) {
    const { name, columns } = table;
    const sql = `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
    for (const row of projected.rowsOf(state, name)) await transaction.run(sql, ...cellsOf(table, row));
  }
}

function endOf(database: Database): number {
  const [row] = database.query<{ end: number }>('SELECT coalesce(max(position), 0) AS end FROM events');
  return row?.end ?? 0;
}
