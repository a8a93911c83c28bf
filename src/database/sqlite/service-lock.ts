// One service owns a SQLite database at a time. The lock is a transaction held open on a side file: the operating
// system drops it when the process ends, however it ends. A service holds it exclusively, so nobody can even read the
// file; a command that works while no service runs reserves it for a moment, so that both can be told apart.
import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { makePrivately } from '../../runtime/private-files.js';
import { isBusy } from '../database-error.js';
import { DatabaseInUse, type ServiceLock } from '../service-lock.js';
import { databaseFile } from './database-file.js';
import { asUnusable } from './unusable-file.js';

/**
 * Makes the database's folder when it is missing.
 * @throws DatabaseInUse when a service or a command holds the lock of this database
 * @throws UnusableDatabase when there can be no lock file beside it
 */
export const takeServiceLock = (databasePath: string): ServiceLock => take(databasePath, 'BEGIN EXCLUSIVE');

/** For a command that changes data while no service runs; throws as `takeServiceLock` does. */
export const takeCommandLock = (databasePath: string): ServiceLock => take(databasePath, 'BEGIN IMMEDIATE');

/**
 * Whether a service holds the lock of this database now; takes nothing, and makes no file.
 * @throws UnusableDatabase
 */
export function isServed(databasePath: string): boolean {
  try {
    const file = `${databaseFile(databasePath)}.lock`;
    if (!existsSync(file)) return false;
    const lock = new BetterSqlite3(file, { readonly: true, timeout: 0 });
    try {
      lock.prepare('SELECT count(*) FROM sqlite_master').get();
      return false;
    } catch (error) {
      if (isBusy(error)) return true;
      throw error;
    } finally {
      lock.close();
    }
  } catch (error) {
    throw asUnusable(databasePath, error);
  }
}

function take(databasePath: string, begin: 'BEGIN EXCLUSIVE' | 'BEGIN IMMEDIATE'): ServiceLock {
  const lock = openLockFile(databasePath);
  try {
    lock.pragma('journal_mode = DELETE');
    lock.exec(begin);
  } catch (error) {
    if (!isBusy(error)) {
      lock.close();
      throw asUnusable(lock.name, error);
    }
    const by = isReadable(lock) ? 'command' : 'service';
    lock.close();
    throw new DatabaseInUse(by, databasePath);
  }
  return {
    release() {
      lock.close();
    },
  };
}

function isReadable(lock: BetterSqlite3.Database): boolean {
  try {
    lock.prepare('SELECT count(*) FROM sqlite_master').get();
    return true;
  } catch {
    return false;
  }
}

function openLockFile(databasePath: string): BetterSqlite3.Database {
  try {
    // A symbolic link is another name of the same database, and no second lock.
    const file = databaseFile(databasePath);
    mkdirSync(dirname(file), { recursive: true });
    makePrivately(`${file}.lock`);
    return new BetterSqlite3(`${file}.lock`, { timeout: 0 });
  } catch (error) {
    throw asUnusable(databasePath, error);
  }
}
