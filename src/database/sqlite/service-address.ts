// Where the service of a database listens, in a small file beside it. The file says where; whether there is a service at
// all only its lock says, so a file that a killed service left behind is harmless.
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { failedWith, writeDurably } from '../../runtime/durable-files.js';
import { databaseFile } from './database-file.js';
import { asUnusable } from './unusable-file.js';

const fileOf = (databasePath: string): string => `${databaseFile(databasePath)}.url`;

/**
 * For the service that holds the lock, as soon as it listens; readable by its user only.
 * @param url like `http://127.0.0.1:3000`
 * @throws UnusableDatabase when nothing can be written beside the database
 */
export function tellServiceAddress(databasePath: string, url: string): void {
  try {
    const file = fileOf(databasePath);
    writeDurably(file, `${url}\n`, (temporary) => {
      renameSync(temporary, file);
    });
  } catch (error) {
    throw asUnusable(databasePath, error);
  }
}

/** For the service that holds the lock: before it listens, for one that was killed may have left it, and at its end. */
export function forgetServiceAddress(databasePath: string): void {
  try {
    rmSync(fileOf(databasePath), { force: true });
  } catch {
    // Left behind, it is harmless; and where nothing can be removed, telling the next address says so.
  }
}

/** Undefined when none is told. It means something only while a service holds the lock. */
export function serviceAddress(databasePath: string): string | undefined {
  try {
    return readFileSync(fileOf(databasePath), 'utf8').trim();
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined;
    throw error;
  }
}
