// What a start does about a projection: nothing when its tables are as far as the log, which it sees without reading
// the log; catch up when they are behind; refuse when they are ahead of the log or of this Daybook.
import type { Database } from '../database/database.js';
import type { Transaction } from '../database/transaction.js';
import { UnusableDatabase } from '../database/unusable-database.js';
import { subjectOf } from '../event-store/kind.js';
import { readCheckpoint, saveCheckpoint } from './checkpoint.js';
import { cellsOf, type ProjectedKind } from './projected.js';

/** Further behind than this, building the tables anew is faster. */
const eventsBehindMax = 50_000;

/**
 * Brings tables that are behind up to the end of the log, stream by stream.
 *
 * @returns whether that is enough; if not, the tables must be rebuilt
 * @throws UnusableDatabase when the tables are ahead of the log or made by a newer Daybook
 */
export async function catchUp(database: Database, kind: ProjectedKind): Promise<boolean> {
  const known = kind.projection.version;
  const { name, version, position } = readCheckpoint(database, kind.projection.name);
  const end = endOf(database);
  if (version > known) {
    throw new UnusableDatabase(
      `the tables of its projection "${name}" come from a newer Daybook (version ${version}, this one knows ${known}); update this one`,
    );
  }
  if (position > end) {
    throw new UnusableDatabase(
      `the tables of its projection "${name}" are at position ${position}, but its log ends at ${end}: events are missing; restore a backup, or ask daybook verify what differs`,
    );
  }
  if (version === known && position === end) return true;
  // Without events of its kind, there are no rows that could be wrong or missing.
  const isWithoutEvents = countOf(database, kind, 0, 1) === 0;
  if (!isWithoutEvents && version < known) return false;
  if (countOf(database, kind, position, eventsBehindMax + 1) > eventsBehindMax) return false;
  const [from, to] = rangeOf(kind);
  const streams = database.query<{ stream_id: string }>(
    'SELECT DISTINCT stream_id FROM events WHERE position > ? AND stream_id >= ? AND stream_id < ?',
    position,
    from,
    to,
  );
  await database.queue.run(async (transaction) => {
    for (const { stream_id: streamId } of streams) await project(transaction, kind, streamId);
    await saveCheckpoint(transaction, { name, version: known, position: end });
  });
  return true;
}

/** How many events of its streams there are after a position, as far as `max`. */
function countOf(database: Database, kind: ProjectedKind, after: number, max: number): number {
  const [row] = database.query<{ count: number }>(
    `SELECT count(*) AS count FROM (SELECT 1 FROM events
       WHERE position > ? AND stream_id >= ? AND stream_id < ? LIMIT ?) AS some`,
    after,
    ...rangeOf(kind),
    max,
  );
  return row?.count ?? 0;
}

/** The ids of its streams, by bytes: from the first that could be, up to the first that could not. */
function rangeOf({ streamPrefix }: ProjectedKind): [from: string, to: string] {
  const last = streamPrefix.length - 1;
  return [streamPrefix, streamPrefix.slice(0, last) + String.fromCharCode(streamPrefix.charCodeAt(last) + 1)];
}

/** Writes all rows of a stream anew. */
async function project(transaction: Transaction, kind: ProjectedKind, streamId: string): Promise<void> {
  const { decider, codec, projection } = kind;
  const events = await transaction.all<{ type: string; schema_version: number; data: string }>(
    'SELECT type, schema_version, data FROM events WHERE stream_id = ? ORDER BY version',
    streamId,
  );
  const state = events.reduce(
    (before, event) => decider.evolve(before, codec.decode(event)),
    decider.initialState,
  );
  const subject = subjectOf(kind, streamId);
  for (const { name, subjectColumn } of projection.tables.toReversed())
    await transaction.run(`DELETE FROM ${name} WHERE ${subjectColumn} = ?`, subject);
  for (const table of projection.tables) {
    const { name, columns } = table;
    const sql = `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
    for (const row of projection.rowsOf(state, name)) await transaction.run(sql, ...cellsOf(table, row));
  }
}

function endOf(database: Database): number {
  const [row] = database.query<{ end: number }>('SELECT coalesce(max(position), 0) AS end FROM events');
  return row?.end ?? 0;
}
