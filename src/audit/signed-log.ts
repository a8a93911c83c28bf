// What lies beside a database and tells of its past: the kept leaves, and the newest signed checkpoint.
import { existsSync } from 'node:fs';
import { Log } from '../event-store/log.js';
import { unavailableReason } from '../database/database-error.js';
import type { Reader, SqliteReader } from '../database/sqlite-reader.js';
import { checkLog, type CheckedLog } from './log-check.js';
import { readCheckpointFile } from './proof/checkpoint-file.js';
import { openCheckpoint, type Checkpoint } from './proof/checkpoint.js';
import type { StoredEvent } from './proof/leaf.js';
import { loadOrCreateSigningKey } from './proof/signing-key.js';
import { TileDatabase, tilesPathOf } from './tile-database.js';

export interface SignedLogOptions {
  databasePath: string;
  keyFile: string;
  /** Checkpoints that the asker brings. */
  checkpoints?: readonly Checkpoint[];
  /** The log may end before what is known of it: it is a copy from before. What it has must be right. */
  mayEndEarlier?: boolean;
  /** Called now and then with how many events are checked. */
  onProgress?: ((done: number) => void) | undefined;
}

const pageSize = 1_000;

/** The whole log, in order, as it is now. */
export function* eventsOf(log: Log): Generator<StoredEvent> {
  const end = log.end();
  for (let position = 0; position < end;) {
    const page = log.page(position, end, pageSize, {});
    yield* page.events;
    position = page.scannedTo;
  }
}

export const originIn = (reader: Reader): string | undefined =>
  reader.query<{ origin: string }>('SELECT origin FROM log_identity')[0]?.origin;

export async function checkSignedLog(
  reader: SqliteReader,
  { databasePath, keyFile, checkpoints = [], mayEndEarlier = false, onProgress }: SignedLogOptions,
): Promise<CheckedLog> {
  const log = new Log(reader);
  const end = mayEndEarlier ? log.end() : Infinity;
  const tilesPath = tilesPathOf(databasePath);
  const tiles = existsSync(tilesPath) ? openTiles(tilesPath, mayEndEarlier) : undefined;
  try {
    // Both before the end of the log is read: it may be growing, and what is known of it with it.
    const newest = newestCheckpoint(keyFile, originIn(reader));
    const kept = tiles && { size: Math.min(tiles.size, end), at: (index: number) => tiles.leafAt(index) };
    return await checkLog({
      events: eventsOf(log),
      checkpoints: [...checkpoints, ...newest].filter(({ size }) => size <= end),
      kept,
      onProgress,
    });
  } finally {
    tiles?.close();
  }
}

/** A copy is checked when something is wrong with the original: its tiles may be gone with it. */
function openTiles(path: string, mayBeDamaged: boolean): TileDatabase | undefined {
  try {
    return TileDatabase.open(path);
  } catch (error) {
    if (mayBeDamaged && unavailableReason(error) === 'corrupt') return undefined;
    throw error;
  }
}

/** The newest checkpoint that was signed of this log; none or one. */
export function newestCheckpoint(keyFile: string, origin: string | undefined): Checkpoint[] {
  const note = readCheckpointFile(keyFile);
  if (note === undefined || origin === undefined || !existsSync(keyFile)) return [];
  return [openCheckpoint(note, loadOrCreateSigningKey(keyFile, origin).verifierKey)];
}
