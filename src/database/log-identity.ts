// The log's name, in its checkpoints and of its key: made once for each log, and kept in it.
import type { Runtime } from '../runtime/runtime.js';
import type { Database } from './database.js';
import type { Reader } from './reader.js';
import { UnusableDatabase } from './unusable-database.js';

/** Undefined while it has none. */
export const originIn = async (reader: Reader): Promise<string | undefined> =>
  (await reader.get<{ origin: string }>('SELECT origin FROM log_identity'))?.origin;

/**
 * @param wanted the name for a log that has none yet; one is made when it is not given
 * @throws UnusableDatabase when the log has another name already
 */
export async function originOf(
  database: Database,
  runtime: Runtime,
  wanted: string | undefined,
): Promise<string> {
  const kept = await originIn(database.reader);
  const origin = kept ?? wanted ?? `daybook/${runtime.uuid()}`;
  if (wanted !== undefined && wanted !== origin) {
    throw new UnusableDatabase(`its log is named ${origin}; LOG_ORIGIN=${wanted} would give it another name`);
  }
  if (kept === undefined)
    await database.queue.run((transaction) =>
      transaction.run('INSERT INTO log_identity (origin) VALUES (?)', origin),
    );
  return origin;
}
