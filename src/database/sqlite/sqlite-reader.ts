// A connection that only reads, for whoever looks at a database beside the service that owns it.
import BetterSqlite3 from 'better-sqlite3';
import type { OpenReader } from '../engine.js';
import type { Reader } from '../reader.js';
import { UnusableDatabase } from '../unusable-database.js';
import { missingGuardsOf, columnsByTable } from './catalogue.js';
import { existingDatabaseFile } from './database-file.js';
import { refuseForeignTables } from './schema-check.js';
import { SqliteStatements } from './sqlite-statements.js';
import { asUnusable } from './unusable-file.js';

/** What is there at once, as a promise: what it throws, it rejects. */
export const readerOf = (statements: SqliteStatements): Reader => ({
  all: (sql, ...parameters) =>
    new Promise((resolve) => {
      resolve(statements.all(sql, ...parameters));
    }),
  get: (sql, ...parameters) =>
    new Promise((resolve) => {
      resolve(statements.get(sql, ...parameters));
    }),
  slice: (charactersMax, sql, ...parameters) =>
    new Promise((resolve) => {
      resolve(statements.slice(charactersMax, sql, ...parameters));
    }),
  values: (sql, ...parameters) =>
    new Promise((resolve) => {
      resolve(statements.values(sql, ...parameters));
    }),
});

export class SqliteReader implements OpenReader {
  readonly reader: Reader;

  private constructor(private readonly connection: BetterSqlite3.Database) {
    this.reader = readerOf(new SqliteStatements(connection));
  }

  /** @throws UnusableDatabase */
  static open(path: string): SqliteReader {
    let connection: BetterSqlite3.Database | undefined;
    try {
      connection = new BetterSqlite3(existingDatabaseFile(path), { readonly: true, timeout: 5_000 });
      connection.pragma('cache_size = -4096');
      refuseForeignTables(connection);
      const hasLog = connection.prepare("SELECT 1 FROM sqlite_master WHERE name = 'events'").get();
      if (hasLog === undefined) throw new UnusableDatabase('it is empty: no service was ever started on it');
      return new SqliteReader(connection);
    } catch (error) {
      connection?.close();
      throw asUnusable(path, error);
    }
  }

  tables(): Promise<Map<string, Set<string>>> {
    return columnsByTable(this.reader);
  }

  missingGuards(): Promise<string[]> {
    return missingGuardsOf(this.reader);
  }

  async inSnapshot<T>(work: () => Promise<T>): Promise<T> {
    this.connection.exec('BEGIN');
    try {
      return await work();
    } finally {
      this.connection.exec('COMMIT');
    }
  }

  /** Writes everything that is committed now into a file, which must be empty. One snapshot, without a lock. */
  copyInto(file: string): void {
    this.connection.prepare('VACUUM INTO ?').run(file);
  }

  closeNow(): void {
    this.connection.close();
  }

  close(): Promise<void> {
    this.closeNow();
    return Promise.resolve();
  }
}
