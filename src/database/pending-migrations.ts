// Which migrations a database does not have yet, and what they would do to it, without touching it.
import { existsSync, linkSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { DataSource, type Logger } from 'typeorm';
import { existingDatabaseFile } from './database-file.js';
import { migrationsIn, refuseForeignSchema, type MigrationClass } from './schema-check.js';
import { asUnusable } from './unusable-database.js';

export interface PendingMigration {
  name: string;
  /** The SQL that it runs, in order. */
  statements: string[];
}

/**
 * Rehearsed on an empty database with the same schema, in memory.
 * @throws UnusableDatabase when there is no such file, or it is damaged, another program's or from a newer Daybook
 * @throws Error when a migration does not run on this schema
 */
export async function pendingMigrations(
  path: string,
  migrations: readonly MigrationClass[],
): Promise<PendingMigration[]> {
  const { schema, applied } = lookAt(path, (connection) => {
    refuseForeignSchema(connection, migrations);
    return { schema: schemaOf(connection), applied: new Set(migrationsIn(connection)) };
  });
  const pending = migrations.filter(({ name }) => !applied.has(name));
  return pending.length === 0 ? [] : rehearse(schema, pending);
}

interface SchemaObject {
  tbl_name: string;
  sql: string;
}

/** What a new database has, in the order in which it is made. */
export async function schemaAfter(migrations: readonly MigrationClass[]): Promise<SchemaObject[]> {
  return inMemory([], [], async (memory) => {
    for (const Migration of migrations) await new Migration().up(memory.createQueryRunner());
    return memory.query<SchemaObject[]>(schemaSql);
  });
}

function rehearse(
  schema: readonly string[],
  migrations: readonly MigrationClass[],
): Promise<PendingMigration[]> {
  const statements: string[] = [];
  return inMemory(schema, statements, async (memory) => {
    const runner = memory.createQueryRunner();
    const rehearsed: PendingMigration[] = [];
    for (const Migration of migrations) {
      statements.length = 0;
      await new Migration().up(runner);
      rehearsed.push({ name: Migration.name, statements: [...statements] });
    }
    return rehearsed;
  });
}

/** @param statements gets what is run */
async function inMemory<T>(
  schema: readonly string[],
  statements: string[],
  work: (memory: DataSource) => Promise<T>,
): Promise<T> {
  const memory = new DataSource({
    type: 'better-sqlite3',
    database: ':memory:',
    logger: recorder(statements),
    prepareDatabase: (connection) => {
      for (const sql of schema) (connection as BetterSqlite3.Database).exec(sql);
    },
  });
  await memory.initialize();
  try {
    return await work(memory);
  } finally {
    await memory.destroy();
  }
}

const nothing = (): void => undefined;

const recorder = (statements: string[]): Logger => ({
  logQuery: (query) => {
    statements.push(query);
  },
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
});

/** What makes the same tables, indexes and triggers; SQLite makes its own by itself. */
const schemaSql =
  "SELECT tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid";

const schemaOf = (connection: BetterSqlite3.Database): string[] =>
  (connection.prepare(schemaSql).all() as SchemaObject[]).map(({ sql }) => sql);

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
