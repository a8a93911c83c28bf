// One service owns a SQLite database at a time. The lock is an exclusive transaction held open on a side file: the
// operating system drops it when the process ends, however it ends.
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { isBusy } from './database-error.js';
import { asUnusable } from './unusable-database.js';

export class DatabaseInUse extends Error {
  override readonly name = 'DatabaseInUse';
}

export interface ServiceLock {
  release(): void;
}

/**
 * Makes the database's folder when it is missing.
 * @throws DatabaseInUse when another service holds the lock of this database
 * @throws UnusableDatabase when there can be no lock file beside it
 */
export function takeServiceLock(databasePath: string): ServiceLock {
  const lock = openLockFile(databasePath);
  try {
    lock.pragma('journal_mode = DELETE');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!isBusy(error)) throw asUnusable(lock.name, error);
    throw new DatabaseInUse(
      `Another Daybook service is using ${databasePath}. Stop it first, or give this one a database of its own (DATABASE_URL).`,
    );
  }
  return {
    release() {
      lock.close();
    },
  };
}

function openLockFile(databasePath: string): BetterSqlite3.Database {
  try {
    mkdirSync(dirname(databasePath), { recursive: true });
    // A symbolic link is another name of the same database, and no second lock.
    const file = existsSync(databasePath) ? realpathSync(databasePath) : databasePath;
    return new BetterSqlite3(`${file}.lock`, { timeout: 0 });
  } catch (error) {
    throw asUnusable(databasePath, error);
  }
}
