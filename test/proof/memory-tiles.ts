// Tiles in memory, which note what is read and written.
import type { TileStore } from '../../src/proof/tiles.js';

export class MemoryTiles implements TileStore {
  readonly tiles = new Map<string, Buffer>();
  reads: string[] = [];
  writes: string[] = [];

  async read(level: number, index: number): Promise<Buffer | undefined> {
    await Promise.resolve();
    this.reads.push(`${level}/${index}`);
    return this.tiles.get(`${level}/${index}`);
  }

  async write(level: number, index: number, hashes: Buffer): Promise<void> {
    await Promise.resolve();
    this.writes.push(`${level}/${index}`);
    this.tiles.set(`${level}/${index}`, hashes);
  }

  /** What is stored, for comparing. */
  digest(): Record<string, string> {
    return Object.fromEntries([...this.tiles].map(([tile, hashes]) => [tile, hashes.toString('base64')]));
  }
}
