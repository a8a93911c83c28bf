// `daybook migrate`: the schema brought up to date on its own, as the start of a service does.
import { Database } from '../database/database.js';
import type { PendingMigration } from '../database/sqlite/migration-rehearsal.js';
import { pendingMigrations } from '../database/sqlite/pending-migrations.js';
import { afterCommands, takeCommandLock } from '../database/sqlite/service-lock.js';
import { systemRuntime } from '../runtime/runtime.js';
import { migrationsOf } from '../application.js';
import { kinds } from '../kinds.js';
import { databasePath, print, type DatabaseOption } from './cli-environment.js';

export interface MigrateOptions extends DatabaseOption {
  json?: boolean;
  dryRun?: boolean;
}

/** @throws UnusableDatabase, DatabaseInUse: nothing was changed */
export async function migrate(options: MigrateOptions): Promise<void> {
  const path = databasePath(options);
  const pending = await pendingMigrations(path, migrationsOf(kinds));
  const isApplied = options.dryRun !== true && pending.length > 0;
  if (isApplied) await apply(path);
  if (options.json === true)
    print(JSON.stringify({ database: path, applied: isApplied, migrations: pending }));
  else tell(path, pending, isApplied);
}

async function apply(path: string): Promise<void> {
  const lock = await afterCommands(() => takeCommandLock(path), systemRuntime);
  try {
    await (
      await Database.open({ path, migrations: migrationsOf(kinds), entities: [], runtime: systemRuntime })
    ).close();
  } finally {
    lock.release();
  }
}

function tell(path: string, pending: readonly PendingMigration[], isApplied: boolean): void {
  if (pending.length === 0) {
    print(`There is nothing to do: ${path} has every migration of this Daybook.`);
    return;
  }
  if (isApplied) {
    for (const { name } of pending) print(`${name} is done.`);
    return;
  }
  for (const { name, statements } of pending) {
    print(`-- ${name}`);
    for (const statement of statements) print(`${statement.replaceAll(/\n {2}/g, '\n')};`);
  }
  print(`-- Nothing was changed: ${pending.length} to do. A backup before them is the way back.`);
}
