// Why a service cannot start on a database, in words for whoever starts it.
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { unavailableReason } from './database-error.js';

/** The database file is not one that this Daybook can work with; the message says why and what to do. */
export class UnusableDatabase extends Error {
  override readonly name = 'UnusableDatabase';
}

export function asUnusable(path: string, error: unknown): UnusableDatabase {
  const said = error instanceof Error ? error.message : String(error);
  if (error instanceof UnusableDatabase)
    return new UnusableDatabase(`Cannot use the database ${path}: ${said}.`);
  if (unavailableReason(error) === 'corrupt') {
    return new UnusableDatabase(
      `Cannot use the database ${path}: it is damaged, or no SQLite database at all (${said}).`,
    );
  }
  const why = isWritable(dirname(path))
    ? ''
    : ' SQLite makes files beside a database, also to read it, and this folder cannot be written: copy the database into another one, with the -wal if there is one.';
  return new UnusableDatabase(`Cannot open the database ${path}: ${said}.${why}`, { cause: error });
}

/** A folder that is not there yet can be made. */
function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
