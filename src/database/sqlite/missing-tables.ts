// Tables that somebody dropped, made again, empty, as the migrations make them.
import type { Database } from '../database.js';
import { schemaAfter } from './migration-rehearsal.js';
import type { MigrationClass } from './schema-check.js';
import type { Transaction } from '../transaction.js';

/**
 * Resolves with their names; most often with none, after a look at the list of tables.
 * @param note writes down, in the same transaction, that they are empty
 */
export async function makeMissingTables(
  database: Database,
  names: readonly string[],
  migrations: readonly MigrationClass[],
  note: (transaction: Transaction) => Promise<void>,
): Promise<string[]> {
  const present = database
    .query<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
    .map(({ name }) => name);
  const missing = names.filter((name) => !present.includes(name));
  if (missing.length === 0) return [];
  const schema = await schemaAfter(migrations);
  await database.queue.run(async (transaction) => {
    for (const { tbl_name: table, sql } of schema) if (missing.includes(table)) await transaction.run(sql);
    await note(transaction);
  });
  return missing;
}
