// A log in the hands of a command that writes into its own stream: the service is stopped, and the command has its lock.
import { userInfo } from 'node:os';
import { Notary } from '../audit/notary.js';
import { logOf } from '../audit/signed-log.js';
import type { OwnLog } from '../audit/log-stream.js';
import { Database } from '../database/database.js';
import type { Engine } from '../database/engine.js';
import { originIn } from '../database/log-identity.js';
import { DatabaseInUse, type ServiceLock } from '../database/service-lock.js';
import { systemRuntime } from '../runtime/runtime.js';
import { migrationsOf } from '../schema.js';
import { loadKinds } from '../kind/kind.js';
import { kinds } from '../kinds.js';
import { engineFor, keyFileOf, type DatabaseOption } from './database.js';
import type { Shell } from './shell.js';

export interface OwnLogOptions extends DatabaseOption {
  /** The user of the operating system when not given. */
  actor?: string;
}

export interface OpenOwnLog extends OwnLog {
  notary: Notary;
  keyFile: string;
}

/** @throws Error while a service is using the database, or when its log has no name yet */
export async function withOwnLog<T>(
  options: OwnLogOptions,
  shell: Shell,
  work: (log: OpenOwnLog) => Promise<T>,
): Promise<T> {
  const engine = engineFor(options, shell);
  // Before the lock: a file that is not there must not be made.
  await (await engine.openReader()).close();
  const lock = lockOf(engine);
  try {
    const runtime = systemRuntime;
    const migrations = migrationsOf(await loadKinds(kinds));
    const database = await Database.open({ engine, migrations, tables: [], runtime });
    const tiles = engine.openTiles();
    try {
      const origin = await originIn(database.reader);
      if (origin === undefined) throw new Error('The log has no name yet: nothing was ever signed of it.');
      const keyFile = keyFileOf(options, shell);
      const notary = new Notary(logOf(database), tiles, keyFile, origin);
      const actor = options.actor ?? userInfo().username;
      return await work({ database, notary, keyFile, origin, runtime, actor });
    } finally {
      tiles.close();
      await database.close();
    }
  } finally {
    lock.release();
  }
}

function lockOf({ name, ownership }: Engine): ServiceLock {
  try {
    return ownership.takeForService();
  } catch (error) {
    if (!(error instanceof DatabaseInUse)) throw error;
    throw new Error(`A service is using ${name}. Stop it, and run this again.`, { cause: error });
  }
}
