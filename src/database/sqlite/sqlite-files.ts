// A SQLite database as files.
import { existsSync, statSync } from 'node:fs';
import type { DatabaseFiles } from '../database-files.js';
import { copyDatabase } from './database-copy.js';
import { databaseFile } from './database-file.js';
import { Replacement } from './replacement.js';
import { tilesPathOf } from './tile-database.js';

const sides = ['', '-wal', '-shm', '-journal'];

export const sqliteFiles = (path: string): DatabaseFiles => ({
  file: () => databaseFile(path),
  isThere: () => existsSync(path),
  state: () =>
    [path, `${path}-wal`]
      .map((file) => statSync(file, { throwIfNoEntry: false }))
      .map((file) => `${file?.mtimeMs}:${file?.size}`)
      .join(),
  own() {
    const file = databaseFile(path);
    return [file, `${file}.lock`, tilesPathOf(path)]
      .flatMap((name) => sides.map((side) => name + side))
      .concat(`${file}.url`);
  },
  copyTo(target) {
    copyDatabase(path, target);
  },
  beginReplacement: (runtime) => Replacement.begin(path, runtime),
});
