// The stored tiles of the log's Merkle tree, in a file of their own beside the database: derived from the log, so it
// may be deleted at any time, and out of the writers' way.
import BetterSqlite3 from 'better-sqlite3';
import { unavailableReason } from '../database-error.js';
import type { LogTiles } from '../engine.js';
import { makePrivately } from '../../runtime/private-files.js';
import { UnusableEvidence } from '../../proof/unusable-evidence.js';

export const tilesPathOf = (databasePath: string): string => `${databasePath}.tree`;

/** @throws UnusableEvidence when it is damaged; the cause is SQLite's error */
function sound<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (unavailableReason(error) !== 'corrupt') throw error;
    throw new UnusableEvidence(
      `The tree of the log, ${path}, cannot be used: ${(error as Error).message}. Move it away, and it is built again from the log; but keep it, since only the old one tells which event was changed.`,
      { cause: error },
    );
  }
}

/** Every method throws UnusableEvidence when the file is damaged. */
export class TileDatabase implements LogTiles {
  private readonly statements;

  private constructor(
    private readonly path: string,
    private readonly connection: BetterSqlite3.Database,
  ) {
    this.statements = {
      read: connection.prepare('SELECT hashes FROM tiles WHERE level = ? AND tile = ?').pluck(),
      write: connection.prepare(
        'INSERT INTO tiles (level, tile, hashes) VALUES (?, ?, ?) ON CONFLICT (level, tile) DO UPDATE SET hashes = excluded.hashes',
      ),
      size: connection
        .prepare(
          'SELECT coalesce(max(tile) * 256, 0) + coalesce((SELECT length(hashes) / 32 FROM tiles WHERE level = 0 ORDER BY tile DESC LIMIT 1), 0) FROM tiles WHERE level = 0',
        )
        .pluck(),
    };
  }

  /** Makes the file when it is missing. */
  static open(path: string): TileDatabase {
    let connection: BetterSqlite3.Database | undefined;
    try {
      makePrivately(path);
      const opened = (connection = new BetterSqlite3(path, { timeout: 10_000 }));
      return sound(path, () => {
        opened.pragma('journal_mode = WAL');
        opened.pragma('synchronous = NORMAL');
        opened.pragma('cache_size = -2048');
        opened.exec(
          'CREATE TABLE IF NOT EXISTS tiles (level INTEGER, tile INTEGER, hashes BLOB, PRIMARY KEY (level, tile))',
        );
        return new TileDatabase(path, opened);
      });
    } catch (error) {
      connection?.close();
      if (error instanceof UnusableEvidence) throw error;
      const reason = unavailableReason(error);
      const isOfDisk = reason === 'full' || reason === 'io';
      const hint = isOfDisk ? ' Is there room on the disk, and may it be written?' : '';
      throw new Error(`Cannot open the tree of the log, ${path}: ${(error as Error).message}.${hint}`, {
        cause: error,
      });
    }
  }

  /** How many leaves it holds. */
  size(): Promise<number> {
    return this.promised(() => this.statements.size.get() as number);
  }

  read(level: number, index: number): Promise<Buffer | undefined> {
    return this.promised(() => this.statements.read.get(level, index) as Buffer | undefined);
  }

  write(level: number, index: number, hashes: Buffer): Promise<unknown> {
    return this.promised(() => this.statements.write.run(level, index, hashes));
  }

  /** All or nothing of what `work` writes. */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    this.connection.exec('BEGIN IMMEDIATE');
    try {
      const done = await work();
      sound(this.path, () => this.connection.exec('COMMIT'));
      return done;
    } catch (error) {
      this.connection.exec('ROLLBACK');
      throw error;
    }
  }

  /** The log is another one now: start again. */
  async clear(): Promise<void> {
    await this.promised(() => this.connection.exec('DELETE FROM tiles'));
  }

  close(): void {
    this.connection.close();
  }

  private promised<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => {
      resolve(sound(this.path, work));
    });
  }
}
