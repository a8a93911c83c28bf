// The stored tiles of the log's Merkle tree, in a file of their own beside the database: derived from the log, so it
// may be deleted at any time, and out of the writers' way.
import BetterSqlite3 from 'better-sqlite3';
import { hashBytes } from './proof/merkle.js';
import { tileWidth, type TileStore } from './proof/tiles.js';
import { UnusableEvidence } from './unusable-evidence.js';

export const tilesPathOf = (databasePath: string): string => `${databasePath}.tree`;

export class TileDatabase implements TileStore {
  /** Leaves are asked for in order, mostly. */
  private latest: { number: number; tile: Buffer | undefined } | undefined;
  private readonly statements;

  private constructor(private readonly connection: BetterSqlite3.Database) {
    this.statements = {
      read: connection.prepare('SELECT hashes FROM tiles WHERE level = ? AND tile = ?').pluck(),
      write: connection.prepare('INSERT OR REPLACE INTO tiles (level, tile, hashes) VALUES (?, ?, ?)'),
      size: connection
        .prepare(
          'SELECT coalesce(max(tile) * 256, 0) + coalesce((SELECT length(hashes) / 32 FROM tiles WHERE level = 0 ORDER BY tile DESC LIMIT 1), 0) FROM tiles WHERE level = 0',
        )
        .pluck(),
    };
  }

  /**
   * Makes the file when it is missing.
   * @throws UnusableEvidence when it cannot be read or made; the cause is SQLite's error
   */
  static open(path: string): TileDatabase {
    let connection: BetterSqlite3.Database | undefined;
    try {
      connection = new BetterSqlite3(path, { timeout: 10_000 });
      connection.pragma('journal_mode = WAL');
      connection.pragma('synchronous = NORMAL');
      connection.pragma('cache_size = -2048');
      connection.exec(
        'CREATE TABLE IF NOT EXISTS tiles (level INTEGER, tile INTEGER, hashes BLOB, PRIMARY KEY (level, tile))',
      );
      return new TileDatabase(connection);
    } catch (error) {
      connection?.close();
      throw new UnusableEvidence(
        `The tree of the log, ${path}, cannot be used: ${(error as Error).message}. It can be built again from the log; but only the old one tells which event was changed, so keep a copy.`,
        { cause: error },
      );
    }
  }

  /** How many leaves it holds. */
  get size(): number {
    return this.statements.size.get() as number;
  }

  read(level: number, index: number): Buffer | undefined {
    return this.statements.read.get(level, index) as Buffer | undefined;
  }

  /** The hash of a leaf; undefined when it holds no such leaf. */
  leafAt(index: number): Buffer | undefined {
    const number = Math.floor(index / tileWidth);
    if (this.latest?.number !== number) this.latest = { number, tile: this.read(0, number) };
    const at = (index % tileWidth) * hashBytes;
    const leaf = this.latest.tile?.subarray(at, at + hashBytes);
    return leaf?.length === hashBytes ? leaf : undefined;
  }

  write(level: number, index: number, hashes: Buffer): void {
    this.latest = undefined;
    this.statements.write.run(level, index, hashes);
  }

  /** All or nothing of what `work` writes. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    this.connection.exec('BEGIN IMMEDIATE');
    try {
      const done = await work();
      this.connection.exec('COMMIT');
      return done;
    } catch (error) {
      this.connection.exec('ROLLBACK');
      throw error;
    }
  }

  /** The log is another one now: start again. */
  clear(): void {
    this.connection.exec('DELETE FROM tiles');
  }

  close(): void {
    this.connection.close();
  }
}
