// Files that only their owner may read and write (mode 0600): what is made, and what an older Daybook made for more eyes.
import { chmodSync, closeSync, openSync, statSync, type Stats } from 'node:fs';
import { failedWith } from './durable-files.js';

export const privateMode = 0o600;
const groupAndOthers = 0o077;

/** Windows has no such bits: it tells them as if everyone could read every file. */
export const isOpenToOthers = ({ mode }: Pick<Stats, 'mode'>): boolean =>
  process.platform !== 'win32' && (mode & groupAndOthers) !== 0;

/**
 * Makes an empty file for whoever opens it next, unless there is one. SQLite gives the files beside a database the mode
 * of the database.
 */
export function makePrivately(path: string): void {
  try {
    closeSync(openSync(path, 'wx', privateMode));
  } catch {
    // It is there; or it cannot be made, and whoever opens it says so.
  }
}

/** Takes the rights of others from files that are there and belong to this user; what is narrower stays. */
export function narrow(paths: readonly string[]): void {
  for (const path of paths) {
    try {
      const there = statSync(path);
      if (there.isFile() && there.uid === process.getuid?.() && isOpenToOthers(there))
        chmodSync(path, there.mode & ~groupAndOthers & 0o777);
    } catch (error) {
      // A file system without such rights cannot be told to have them.
      if (!failedWith(error, 'ENOENT') && !failedWith(error, 'EPERM')) throw error;
    }
  }
}
