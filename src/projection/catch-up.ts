// What a start does about a projection: nothing when its tables are as far as the log, which it sees without reading
// the log; catch up when they are behind; refuse when they are ahead of the log or of this Daybook.
import type { Database } from '../database/database.js';
import { UnusableDatabase } from '../database/unusable-database.js';
import { foldStream } from '../event-store/fold.js';
import { endOf } from '../event-store/log.js';
import { aheadOf, readPosition, savePosition } from './position.js';
import type { ProjectedKind } from './projected.js';
import { Projector } from './projector.js';

/** Further behind than this, building the tables anew is faster. */
const eventsBehindMax = 50_000;

/**
 * Brings tables that are behind up to the end of the log, stream by stream.
 *
 * @returns whether that is enough; if not, the tables must be rebuilt
 * @throws UnusableDatabase when the tables are ahead of the log or made by a newer Daybook
 */
export async function catchUp(database: Database, kind: ProjectedKind): Promise<boolean> {
  const { reader } = database;
  const { name, version: known } = kind.projection;
  const found = await readPosition(reader, name);
  const end = await endOf(reader);
  const ahead = aheadOf(found, known, end);
  if (ahead !== undefined)
    throw new UnusableDatabase(
      `${ahead}. Update this Daybook, or restore a backup; daybook verify tells what differs`,
    );
  const { version, position } = found;
  if (version === known && position === end) return true;
  // Without events of its kind, there are no rows that could be wrong or missing.
  const isWithoutEvents = (await countEvents(database, kind, 0, 1)) === 0;
  if (!isWithoutEvents && version < known) return false;
  if ((await countEvents(database, kind, position, eventsBehindMax + 1)) > eventsBehindMax) return false;
  const streams = await reader.all<{ stream_id: string }>(
    'SELECT DISTINCT stream_id FROM events WHERE position > ? AND stream_id >= ? AND stream_id < ?',
    position,
    ...rangeOf(kind),
  );
  const projector = new Projector(kind);
  await database.queue.run(async (transaction) => {
    for (const { stream_id: streamId } of streams) {
      projector.rewrite(transaction, streamId, await foldStream(kind, transaction, streamId));
    }
    savePosition(transaction, { name, version: known, position: end });
  });
  return true;
}

/** How many events of its streams there are after a position, as far as `max`. */
async function countEvents(
  { reader }: Database,
  kind: ProjectedKind,
  after: number,
  max: number,
): Promise<number> {
  const row = await reader.get<{ count: number }>(
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
