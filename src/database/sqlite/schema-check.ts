// Whose database it is, and which of our migrations it has.
import type BetterSqlite3 from 'better-sqlite3';
import type { Migration } from '../migration.js';
import { UnusableDatabase } from '../unusable-database.js';

export const migrationsTableName = 'schema_migrations';

const namesIn = (connection: BetterSqlite3.Database, sql: string): string[] =>
  connection.prepare(sql).pluck().all() as string[];

/** The names of the migrations that it has; none when it is empty. */
export function migrationsIn(connection: BetterSqlite3.Database): string[] {
  if (namesIn(connection, `SELECT name FROM pragma_table_info('${migrationsTableName}')`).length === 0)
    return [];
  return namesIn(connection, `SELECT name FROM ${migrationsTableName}`);
}

/**
 * An empty database is nobody's, and may become ours.
 * @throws UnusableDatabase when it is another program's
 */
export function refuseForeignTables(connection: BetterSqlite3.Database): void {
  const present = namesIn(connection, "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'");
  if (present.length === 0) return;
  const columns = namesIn(connection, `SELECT name FROM pragma_table_info('${migrationsTableName}')`);
  // A first start that was killed may have left the list of migrations and nothing else.
  const isOurs = columns.includes('name') && (present.includes('events') || present.length === 1);
  if (!isOurs) throw new UnusableDatabase('it is a database of another program');
}

/** @throws UnusableDatabase when it is another program's, or a newer Daybook has migrated it */
export function refuseForeignSchema(
  connection: BetterSqlite3.Database,
  migrations: readonly Migration[],
): void {
  refuseForeignTables(connection);
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = migrationsIn(connection).filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new UnusableDatabase(`it comes from a newer Daybook (${unknown.join(', ')}); update this one`);
  }
}
