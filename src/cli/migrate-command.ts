// `daybook migrate`: the schema brought up to date on its own, as the start of a service does.
import { Database } from '../database/database.js';
import type { Engine } from '../database/engine.js';
import type { Migration, PendingMigration } from '../database/migration.js';
import { afterCommands } from '../database/service-lock.js';
import { systemRuntime } from '../runtime/runtime.js';
import { migrationsOf } from '../schema.js';
import { loadKinds } from '../kind/kind.js';
import { kinds } from '../kinds.js';
import { engineFor, type DatabaseOption } from './database.js';
import type { Shell } from './shell.js';

export interface MigrateOptions extends DatabaseOption {
  json?: boolean;
  dryRun?: boolean;
}

/** @throws UnusableDatabase, DatabaseInUse: nothing was changed */
export async function migrate(options: MigrateOptions, shell: Shell): Promise<void> {
  const engine = engineFor(options, shell);
  const { name } = engine;
  const migrations = migrationsOf(await loadKinds(kinds));
  const pending = engine.pendingMigrations(migrations);
  const isApplied = options.dryRun !== true && pending.length > 0;
  if (isApplied) await apply(engine, migrations);
  if (options.json === true)
    shell.print(JSON.stringify({ database: name, applied: isApplied, migrations: pending }));
  else for (const line of linesOf(name, pending, isApplied)) shell.print(line);
}

async function apply(engine: Engine, migrations: readonly Migration[]): Promise<void> {
  const lock = await afterCommands(() => engine.ownership.takeForCommand(), systemRuntime);
  try {
    await (await Database.open({ engine, migrations, tables: [], runtime: systemRuntime })).close();
  } finally {
    lock.release();
  }
}

function linesOf(database: string, pending: readonly PendingMigration[], isApplied: boolean): string[] {
  if (pending.length === 0)
    return [`There is nothing to do: ${database} has every migration of this Daybook.`];
  if (isApplied) return pending.map(({ name }) => `${name} is done.`);
  const statementsOf = ({ name, statements }: PendingMigration): string[] => [
    `-- ${name}`,
    ...statements.map((statement) => `${statement.replaceAll(/\n {2}/g, '\n')};`),
  ];
  return [
    ...pending.flatMap(statementsOf),
    `-- Nothing was changed: ${pending.length} to do. A backup before them is the way back.`,
  ];
}
