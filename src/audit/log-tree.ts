// The Merkle tree over the log (RFC 6962 §2.1): brought up to date from the events, a page at a time.
import type { LoggedEvent } from '../event-store/events-table.js';
import type { Log } from '../event-store/log.js';
import { Refusal } from '../runtime/refusal.js';
import { leafHash } from '../proof/leaf.js';
import { ProofError } from '../proof/proof-error.js';
import { appendLeaves, leafHashAt } from '../proof/tile-tree.js';
import { tileWidth } from '../proof/tiles.js';
import type { LogTiles } from '../database/engine.js';

/** Results may be large, and a page is in memory as a whole. */
const pageSize = tileWidth;

/** The most that is added at a time in the background, in events: some ten milliseconds of hashing. */
const partMax = 16 * pageSize;

/**
 * Resolves with the size of the tree: every event committed before the call is in it.
 * @throws Refusal `log_damaged` when an event is missing, or cannot be one
 */
export async function growTree(log: Log, tiles: LogTiles): Promise<number> {
  if (!(await isTreeOf(log, tiles))) await tiles.clear();
  return grow(log, tiles, await log.end());
}

/**
 * A part of it, in bounded time; tells whether something is left. A tree of another log is left alone: its leaves may
 * tell what was changed.
 * @throws Refusal `log_damaged` when an event is missing
 */
export async function keepUp(log: Log, tiles: LogTiles): Promise<boolean> {
  if (!(await isTreeOf(log, tiles))) return false;
  const end = await log.end();
  return (await grow(log, tiles, Math.min(end, (await tiles.size()) + partMax))) < end;
}

async function grow(log: Log, tiles: LogTiles, end: number): Promise<number> {
  for (;;) {
    // The size is read where it is written: another process may bring the tree up to date at the same time.
    const size = await tiles.transaction(async () => {
      const from = await tiles.size();
      if (from >= end) return from;
      const { events } = await log.page(from, end, pageSize, {});
      requireWhole(events, from);
      return appendLeaves(tiles, from, events.map(leafOf));
    });
    if (size >= end) return size;
  }
}

/** By its last leaf: a log that was put back to an older copy, and may have gone on since, has another event there. */
async function isTreeOf(log: Log, tiles: LogTiles): Promise<boolean> {
  const size = await tiles.size();
  if (size === 0) return true;
  if (size > (await log.end())) return false;
  const last = await log.at(size);
  requireWhole(last === undefined ? [] : [last], size - 1);
  return last !== undefined && (await leafHashAt(tiles, size - 1)).equals(leafOf(last));
}

function leafOf(event: LoggedEvent): Buffer {
  try {
    return leafHash(event);
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    throw new Refusal(
      'conflict',
      'log_damaged',
      `Event ${event.position} cannot be what was recorded: ${error.message}`,
    );
  }
}

/** A leaf must never stand for another position than that of its event. */
function requireWhole(events: readonly LoggedEvent[], after: number): void {
  const missing = events.findIndex(({ position }, index) => position !== after + 1 + index);
  if (events.length > 0 && missing < 0) return;
  const position = after + 1 + Math.max(missing, 0);
  throw new Refusal(
    'conflict',
    'log_damaged',
    `Event ${position} is missing in the log: POST /admin/verify tells more.`,
  );
}
