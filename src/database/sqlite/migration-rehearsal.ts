// What migrations do, tried on a database in memory.
import type BetterSqlite3 from 'better-sqlite3';
import { DataSource, type Logger } from 'typeorm';
import type { MigrationClass } from './schema-check.js';

export interface PendingMigration {
  name: string;
  /** The SQL that it runs, in order. */
  statements: string[];
}

interface SchemaObject {
  tbl_name: string;
  sql: string;
}

/** What makes the same tables, indexes and triggers; SQLite makes its own by itself. */
const schemaSql =
  "SELECT tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid";

export const schemaOf = (connection: BetterSqlite3.Database): string[] =>
  (connection.prepare(schemaSql).all() as SchemaObject[]).map(({ sql }) => sql);

/** What a new database has, in the order in which it is made. */
export async function schemaAfter(migrations: readonly MigrationClass[]): Promise<SchemaObject[]> {
  return inMemory([], [], async (memory) => {
    for (const Migration of migrations) await new Migration().up(memory.createQueryRunner());
    return memory.query<SchemaObject[]>(schemaSql);
  });
}

/**
 * What migrations would do to a database with this schema.
 * @throws Error when one does not run on it
 */
export function rehearse(
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
