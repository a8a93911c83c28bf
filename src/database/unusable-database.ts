// Why a service cannot start on a database, in words for whoever starts it.
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
  return new UnusableDatabase(`Cannot open the database ${path}: ${said}.`, { cause: error });
}
