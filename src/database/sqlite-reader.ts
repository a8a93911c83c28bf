// A connection that only reads, for whoever looks at a database beside the service that owns it.
import { existsSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { SqliteStatements } from './sqlite-statements.js';
import type { Value } from './transaction.js';
import { asUnusable, UnusableDatabase } from './unusable-database.js';

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
    if (!existsSync(path)) throw asUnusable(path, new UnusableDatabase('there is no such file'));
    try {
      const connection = new BetterSqlite3(path, { readonly: true, timeout: 5_000 });
      connection.pragma('cache_size = -2048');
      connection.prepare('SELECT 1 FROM events LIMIT 1').all();
      return new SqliteReader(connection);
    } catch (error) {
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
