// SQLite: a database is a file, and everything that lies beside it. What opens one is loaded when it is asked for.
import { existsSync } from 'node:fs';
import type { DatabaseFiles } from '../database-files.js';
import type { Engine, EngineOptions, LogTiles, OpenEngine, OpenReader } from '../engine.js';
import type { Migration, PendingMigration } from '../migration.js';
import type { Ownership } from '../service-lock.js';
import { databaseMark } from './database-file.js';
import { pendingMigrations } from './pending-migrations.js';
import { forgetServiceAddress, serviceAddress, tellServiceAddress } from './service-address.js';
import { isServed, takeCommandLock, takeServiceLock } from './service-lock.js';
import { sqliteFiles } from './sqlite-files.js';
import { SqliteReader } from './sqlite-reader.js';
import { TileDatabase, tilesPathOf } from './tile-database.js';

const pathIn = (url: string): string => url.slice('sqlite:'.length);

export class SqliteEngine implements Engine {
  readonly name: string;
  readonly keyFile: string;
  readonly files: DatabaseFiles;
  readonly ownership: Ownership;

  /** @param url `sqlite:` and a path */
  constructor(readonly url: string) {
    const path = pathIn(url);
    this.name = path;
    this.keyFile = `${path}.key`;
    this.files = sqliteFiles(path);
    this.ownership = {
      mark: () => databaseMark(path),
      takeForService: () => takeServiceLock(path),
      takeForCommand: () => takeCommandLock(path),
      isServed: () => isServed(path),
      tellAddress: (url) => {
        tellServiceAddress(path, url);
      },
      forgetAddress: () => {
        forgetServiceAddress(path);
      },
      address: () => serviceAddress(path),
    };
  }

  async open(options: EngineOptions): Promise<OpenEngine> {
    const { OpenSqlite } = await import('./open-sqlite.js');
    return OpenSqlite.open(this.name, options);
  }

  openReader(): Promise<OpenReader> {
    return new Promise((resolve) => {
      resolve(SqliteReader.open(this.name));
    });
  }

  openTiles(): LogTiles {
    return TileDatabase.open(tilesPathOf(this.name));
  }

  hasTiles(): boolean {
    return existsSync(tilesPathOf(this.name));
  }

  pendingMigrations(migrations: readonly Migration[]): PendingMigration[] {
    return pendingMigrations(this.name, migrations);
  }
}
