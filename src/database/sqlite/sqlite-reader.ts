// A connection that only reads, for whoever looks at a database beside the service that owns it.
import BetterSqlite3 from 'better-sqlite3';
import { existingDatabaseFile } from './database-file.js';
import { refuseForeignTables } from './schema-check.js';
import { SqliteStatements } from './sqlite-statements.js';
import type { Value } from '../transaction.js';
import { asUnusable, UnusableDatabase } from '../unusable-database.js';

/** Short reads of committed rows. */
export interface Reader {
  query<Row>(sql: string, ...parameters: readonly Value[]): Row[];
}

export class SqliteReader implements Reader {
  private readonly statements: SqliteStatements;

  private constructor(private readonly connection: BetterSqlite3.Database) {
    this.statements = new SqliteStatements(connection);
  }

  /** @throws UnusableDatabase */
  static open(path: string): SqliteReader {
    let connection: BetterSqlite3.Database | undefined;
    try {
      connection = new BetterSqlite3(existingDatabaseFile(path), { readonly: true, timeout: 5_000 });
      connection.pragma('cache_size = -2048');
      refuseForeignTables(connection);
      const hasLog = connection.prepare("SELECT 1 FROM sqlite_master WHERE name = 'events'").get();
      if (hasLog === undefined) throw new UnusableDatabase('it is empty: no service was ever started on it');
      return new SqliteReader(connection);
    } catch (error) {
      connection?.close();
      throw asUnusable(path, error);
    }
  }

  query<Row>(sql: string, ...parameters: readonly Value[]): Row[] {
    return this.statements.all<Row>(sql, ...parameters);
  }

  /** Writes everything that is committed now into a file, which must be empty. One snapshot, without a lock. */
  copyInto(file: string): void {
    this.connection.prepare('VACUUM INTO ?').run(file);
  }

  close(): void {
    this.connection.close();
  }
}
