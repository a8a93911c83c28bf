// A SQLite database as files.
import { existsSync, statSync } from 'node:fs';
import type { DatabaseFiles } from '../database-files.js';
import { copyDatabase } from './database-copy.js';
import { databaseFile } from './database-file.js';
import { Replacement } from './replacement.js';
import { tilesPathOf } from './tile-database.js';

const sides = ['', '-wal', '-shm', '-journal'];

/** The database and everything beside it that belongs to it, whether it is there or not; the key and its own are elsewhere. */
export function ownFilesOf(path: string): string[] {
  const file = databaseFile(path);
  return [file, `${file}.lock`, tilesPathOf(path)]
    .flatMap((name) => sides.map((side) => name + side))
    .concat(`${file}.url`);
}

export const sqliteFiles = (path: string): DatabaseFiles => ({
  file: () => databaseFile(path),
  isThere: () => existsSync(path),
  state: () =>
    [path, `${path}-wal`]
      .map((file) => statSync(file, { throwIfNoEntry: false }))
      .map((file) => `${file?.mtimeMs}:${file?.size}`)
      .join(),
  own: () => ownFilesOf(path),
  copyTo(target) {
    copyDatabase(path, target);
  },
  beginReplacement: (runtime) => Replacement.begin(path, runtime),
});
