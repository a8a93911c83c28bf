// Copies a database as it is at one moment, while others write to it.
import { closeSync, openSync } from 'node:fs';
import { SqliteReader } from './sqlite-reader.js';
import { syncFile } from '../../runtime/durable-files.js';
import { privateMode } from '../../runtime/private-files.js';
import { UnusableDatabase } from '../unusable-database.js';

/**
 * Writes a new file with everything that was committed when it began, in one file without side files. It reads in one
 * snapshot, so writers neither wait nor make it longer. The file is its owner's alone, and durable.
 *
 * @throws UnusableDatabase when there is no such database, or not enough room
 */
export function copyDatabase(source: string, target: string): void {
  const reader = SqliteReader.open(source);
  try {
    // SQLite takes an empty file as it finds it.
    closeSync(openSync(target, 'wx', privateMode));
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
