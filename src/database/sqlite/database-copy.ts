// Copies a database as it is at one moment, while others write to it.
import { closeSync, openSync, statSync } from 'node:fs';
import { SqliteReader } from './sqlite-reader.js';
import { syncFile } from '../../runtime/durable-files.js';
import { UnusableDatabase } from '../unusable-database.js';

/**
 * Writes a new file with everything that was committed when it began, in one file without side files. It reads in one
 * snapshot, so writers neither wait nor make it longer. The file gets the permissions of the source, and is durable.
 *
 * @throws UnusableDatabase when there is no such database, or not enough room
 */
export function copyDatabase(source: string, target: string): void {
  const reader = SqliteReader.open(source);
  try {
    // SQLite takes an empty file as it finds it: nobody can read the copy who cannot read the source.
    closeSync(openSync(target, 'wx', statSync(source).mode & 0o777));
    reader.copyInto(target);
  } catch (error) {
    throw new UnusableDatabase(
      `Cannot copy the database ${source} to ${target}: ${(error as Error).message}.`,
      {
        cause: error,
      },
    );
  } finally {
    reader.closeNow();
  }
  syncFile(target);
}
