// Which migrations a database does not have yet, without touching it.
import { existsSync, linkSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { existingDatabaseFile } from './database-file.js';
import type { Migration, PendingMigration } from '../migration.js';
import { migrationsIn, refuseForeignSchema } from './schema-check.js';
import { asUnusable } from './unusable-file.js';

/** @throws UnusableDatabase when there is no such file, or it is damaged, another program's or from a newer Daybook */
export function pendingMigrations(path: string, migrations: readonly Migration[]): PendingMigration[] {
  const applied = lookAt(path, (connection) => {
    refuseForeignSchema(connection, migrations);
    return new Set(migrationsIn(connection));
  });
  return migrations
    .filter(({ name }) => !applied.has(name))
    .map(({ name, statements }) => ({ name, statements: statements.sqlite }));
}

/**
 * Reads a database and leaves nothing beside it. SQLite makes side files even for a reader, named after the file; so,
 * when there are none, it is shown the file under another name.
 */
function lookAt<T>(path: string, read: (connection: BetterSqlite3.Database) => T): T {
  try {
    const file = existingDatabaseFile(path);
    if (existsSync(`${file}-shm`)) return readAs(file, read);
    const folder = mkdtempSync(join(dirname(file), '.daybook-'));
    try {
      const link = join(folder, 'jobs.db');
      linkSync(file, link);
      if (existsSync(`${file}-wal`)) linkSync(`${file}-wal`, `${link}-wal`);
      return readAs(link, read);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  } catch (error) {
    throw asUnusable(path, error);
  }
}

function readAs<T>(name: string, read: (connection: BetterSqlite3.Database) => T): T {
  const connection = new BetterSqlite3(name, { readonly: true, timeout: 5_000 });
  try {
    return read(connection);
  } finally {
    connection.close();
  }
}
