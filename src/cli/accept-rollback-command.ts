// `daybook accept-rollback`: after a backup was put back, lets the log be signed again, and says so in it.
import { userInfo } from 'node:os';
import { acceptRollback } from '../audit/accept-rollback.js';
import { Notary } from '../audit/notary.js';
import { logOf } from '../audit/signed-log.js';
import { Database } from '../database/database.js';
import type { Engine, LogTiles } from '../database/engine.js';
import { originIn } from '../database/log-identity.js';
import { DatabaseInUse, type ServiceLock } from '../database/service-lock.js';
import { systemRuntime } from '../runtime/runtime.js';
import { migrationsOf } from '../schema.js';
import { loadKinds } from '../kind/kind.js';
import { kinds } from '../kinds.js';
import { engineFor, keyFileOf, type DatabaseOption } from './database.js';
import type { Shell } from './shell.js';

export interface AcceptRollbackOptions extends DatabaseOption {
  reason: string;
  /** The user of the operating system when not given. */
  actor?: string;
  json?: boolean;
}

export async function acceptRollbackOf(options: AcceptRollbackOptions, shell: Shell): Promise<void> {
  const engine = engineFor(options, shell);
  // Before the lock: a file that is not there must not be made.
  await (await engine.openReader()).close();
  const lock = lockOf(engine);
  try {
    const database = await Database.open({
      engine,
      migrations: migrationsOf(await loadKinds(kinds)),
      tables: [],
      runtime: systemRuntime,
    });
    const tiles = engine.openTiles();
    try {
      await accept(database, tiles, options, shell);
    } finally {
      tiles.close();
      await database.close();
    }
  } finally {
    lock.release();
  }
}

async function accept(
  database: Database,
  tiles: LogTiles,
  options: AcceptRollbackOptions,
  shell: Shell,
): Promise<void> {
  const origin = await originIn(database.reader);
  if (origin === undefined) throw new Error('There is nothing to accept: the log has no name yet.');
  const { acceptance, wasRecorded, checkpoint } = await acceptRollback({
    database,
    notary: new Notary(logOf(database), tiles, keyFileOf(options, shell), origin),
    runtime: systemRuntime,
    reason: options.reason,
    actor: options.actor ?? userInfo().username,
  });
  if (options.json === true) {
    shell.print(JSON.stringify({ position: acceptance.position, was_recorded: wasRecorded, checkpoint }));
    return;
  }
  const recorded = wasRecorded ? 'was recorded before' : 'is recorded';
  shell.print(
    `The rollback ${recorded}: event ${acceptance.position}, by ${acceptance.actor}, “${acceptance.reason}”.`,
  );
  shell.print(`The newest signed checkpoint is now:\n\n${checkpoint}`);
}

function lockOf({ name, ownership }: Engine): ServiceLock {
  try {
    return ownership.takeForService();
  } catch (error) {
    if (!(error instanceof DatabaseInUse)) throw error;
    throw new Error(`A service is using ${name}. Stop it, and run this again.`, { cause: error });
  }
}
