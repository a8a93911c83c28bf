// The log's Merkle tree, kept as tiles. Appending touches the last tile of a level only and costs one hash a leaf; a
// root or a proof of any size up to the current one needs at most two tiles of each level.
import {
  consistencyRanges,
  emptyRoot,
  hashBytes,
  inclusionRanges,
  requireCount,
  rootOf,
  type Range,
} from './merkle.js';
import { ProofError } from './proof-error.js';
import { hashesIn, tileBytes, TileReader, tileWidth, type TileStore } from './tiles.js';

/**
 * Appends leaf hashes to the tree of `size` leaves; tells the new size.
 * @throws ProofError when the stored tree does not end at `size`: what is in it is never written over
 */
export async function appendLeaves(
  store: TileStore,
  size: number,
  leafHashes: readonly Buffer[],
): Promise<number> {
  requireCount('size', size);
  for (const each of leafHashes) {
    if (each.length !== hashBytes) throw new ProofError(`A hash has ${hashBytes} bytes, not ${each.length}.`);
  }
  let [hashes, width] = [leafHashes, size];
  for (let level = 0; hashes.length > 0; level += 1) {
    hashes = await extendLevel(store, level, width, hashes);
    width = Math.floor(width / tileWidth);
  }
  return size + leafHashes.length;
}

/** Adds hashes to a level that has `width` of them; tells the roots of the tiles that became full. */
async function extendLevel(
  store: TileStore,
  level: number,
  width: number,
  hashes: readonly Buffer[],
): Promise<Buffer[]> {
  const lastIndex = Math.floor(width / tileWidth);
  const lastBytes = (width % tileWidth) * hashBytes;
  const last = (await store.read(level, lastIndex)) ?? Buffer.alloc(0);
  if (last.length !== lastBytes) {
    throw new ProofError(
      `The stored tree does not end where it should: tile ${lastIndex} of level ${level} has ${last.length} bytes, not ${lastBytes}.`,
    );
  }
  const grown = Buffer.concat([last, ...hashes]);
  const fullRoots: Buffer[] = [];
  for (let from = 0; from < grown.length; from += tileBytes) {
    const tile = grown.subarray(from, from + tileBytes);
    await store.write(level, lastIndex + from / tileBytes, tile);
    if (tile.length === tileBytes) fullRoots.push(rootOf(hashesIn(tile)));
  }
  return fullRoots;
}

/**
 * The root of the tree when it had `size` leaves.
 * @throws ProofError when the stored tree has fewer
 */
export async function rootAt(store: TileStore, size: number): Promise<Buffer> {
  requireCount('size', size);
  return size === 0 ? emptyRoot : new TileReader(store).root(0, size);
}

/**
 * The hashes that prove the leaf at `index` in the tree of `size` leaves (RFC 6962, Section 2.1.1).
 * @throws ProofError unless index < size, or when the stored tree has fewer leaves
 */
export const inclusionProof = async (store: TileStore, index: number, size: number): Promise<Buffer[]> =>
  rootsOf(store, inclusionRanges(index, size));

/**
 * The hashes that prove the tree of `to` leaves to continue the tree of `from` leaves (RFC 6962, Section 2.1.2).
 * @throws ProofError unless 0 < from <= to, or when the stored tree has fewer leaves
 */
export const consistencyProof = async (store: TileStore, from: number, to: number): Promise<Buffer[]> =>
  rootsOf(store, consistencyRanges(from, to));

/** @throws ProofError when the stored tree has no such leaf */
export async function leafHashAt(store: TileStore, index: number): Promise<Buffer> {
  requireCount('index', index);
  return new TileReader(store).root(index, index + 1);
}

async function rootsOf(store: TileStore, ranges: readonly Range[]): Promise<Buffer[]> {
  const reader = new TileReader(store);
  const roots: Buffer[] = [];
  for (const { begin, end } of ranges) roots.push(await reader.root(begin, end));
  return roots;
}
