// Why a file is no database that can be used, in words for whoever names it.
import { accessSync, constants, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { unavailableReason } from '../database-error.js';
import { UnusableDatabase } from '../unusable-database.js';

export function asUnusable(path: string, error: unknown): UnusableDatabase {
  const said = error instanceof Error ? error.message : String(error);
  if (error instanceof UnusableDatabase)
    return new UnusableDatabase(`Cannot use the database ${path}: ${said}.`);
  if (unavailableReason(error) === 'corrupt') {
    return new UnusableDatabase(
      `Cannot use the database ${path}: it is damaged, or no SQLite database at all (${said}).`,
    );
  }
  const why = isAloneInFolder(path)
    ? ' SQLite makes files beside a database, also to read it, and its folder cannot be written: copy the database into another one, with the -wal if there is one.'
    : '';
  return new UnusableDatabase(`Cannot open the database ${path}: ${said}.${why}`, { cause: error });
}

/** It can be read, and nothing be made beside it. */
function isAloneInFolder(path: string): boolean {
  return may(path, constants.R_OK) && !may(dirname(realpathSync.native(path)), constants.W_OK);
}

function may(path: string, access: number): boolean {
  try {
    accessSync(path, access);
    return true;
  } catch {
    return false;
  }
}
