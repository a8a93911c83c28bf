// The Merkle tree over the log (RFC 6962 §2.1): brought up to date from the events, a page at a time.
import type { Log } from '../event-store/log.js';
import { leafHash } from './proof/leaf.js';
import { append } from './proof/tile-tree.js';
import type { TileDatabase } from './tile-database.js';

const pageSize = 1_000;

/** Resolves with the size of the tree: every event committed before the call is in it. */
export async function catchUp(log: Log, tiles: TileDatabase): Promise<number> {
  const end = log.end();
  let { size } = tiles;
  if (size > end) {
    tiles.clear();
    size = 0;
  }
  while (size < end) {
    const from = size;
    const { events } = log.page(from, end, pageSize, {});
    size = await tiles.transaction(() => append(tiles, from, events.map(leafHash)));
  }
  return size;
}
