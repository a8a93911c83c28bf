// Tiles (C2SP tlog-tiles, "Merkle Tree"): 256 hashes side by side, leaf hashes at level 0, and at each level above the
// roots of the full tiles below. The tree levels between two of them are computed when they are asked for.
import { hashBytes, hashNode, rootOf } from './merkle.js';
import { ProofError } from './proof-error.js';

const tileHeight = 8;
/** A full tile has 2^8 hashes, 8,192 bytes: a subtree of height 8. */
export const tileWidth = 2 ** tileHeight;
export const tileBytes = tileWidth * hashBytes;

export interface TileStore {
  /** The hashes of a tile one after the other, or nothing when it was never written. */
  read(level: number, index: number): Promise<Buffer | undefined>;
  /** Replaces a tile: the last one of a level is written anew while it grows. */
  write(level: number, index: number, hashes: Buffer): Promise<unknown>;
}

export function hashesIn(tile: Buffer): Buffer[] {
  return Array.from({ length: tile.length / hashBytes }, (_, at) =>
    tile.subarray(at * hashBytes, (at + 1) * hashBytes),
  );
}

/** Roots of ranges of leaves, from tiles that are each read once. */
export class TileReader {
  private readonly tiles = new Map<string, Buffer>();

  constructor(private readonly store: TileStore) {}

  /**
   * The root over the leaves from `begin` up to `end`. As in every proof, `begin` is a multiple of a power of two that
   * is not smaller than the range.
   * @throws ProofError when the stored tree does not hold the range
   */
  async root(begin: number, end: number): Promise<Buffer> {
    const subtrees: Buffer[] = [];
    for (let at = begin; at < end;) {
      const height = heightWithin(end - at);
      subtrees.push(await this.subtree(height, at / 2 ** height));
      at += 2 ** height;
    }
    return subtrees.reduceRight((right, left) => hashNode(left, right));
  }

  /** The root of the `index`-th full subtree of a height: it covers a part of one tile. */
  private async subtree(height: number, index: number): Promise<Buffer> {
    const level = Math.floor(height / tileHeight);
    const count = 2 ** (height % tileHeight);
    const tileIndex = Math.floor((index * count) / tileWidth);
    const from = (index * count) % tileWidth;
    const tile = await this.tile(level, tileIndex);
    if (tile.length < (from + count) * hashBytes) {
      throw new ProofError(
        `The stored tree is smaller than asked for, or damaged: tile ${tileIndex} of level ${level} has ${tile.length} bytes and should have ${(from + count) * hashBytes} at least.`,
      );
    }
    return rootOf(hashesIn(tile.subarray(from * hashBytes, (from + count) * hashBytes)));
  }

  private async tile(level: number, index: number): Promise<Buffer> {
    const key = `${level}/${index}`;
    const known = this.tiles.get(key);
    if (known !== undefined) return known;
    const tile = (await this.store.read(level, index)) ?? Buffer.alloc(0);
    this.tiles.set(key, tile);
    return tile;
  }
}

/** The height of the largest full subtree among `count` leaves. */
function heightWithin(count: number): number {
  let height = 0;
  while (2 ** (height + 1) <= count) height += 1;
  return height;
}
