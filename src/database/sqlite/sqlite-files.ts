// A SQLite database as files.
import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { writeDurably } from '../../runtime/durable-files.js';
import { timestamp } from '../../runtime/runtime.js';
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
    .concat(`${file}.url`, backupNoteOf(file));
}

const backupNoteOf = (file: string): string => `${file}.backed-up`;

const bytesOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

export const sqliteFiles = (path: string): DatabaseFiles => ({
  file: () => databaseFile(path),
  isThere: () => existsSync(path),
  state: () =>
    [path, `${path}-wal`]
      .map((file) => statSync(file, { throwIfNoEntry: false }))
      .map((file) => `${file?.mtimeMs}:${file?.size}`)
      .join(),
  own: () => ownFilesOf(path),
  sizes: () => ({ main: bytesOf(databaseFile(path)), wal: bytesOf(`${databaseFile(path)}-wal`) }),
  noteBackup(atMs) {
    const note = backupNoteOf(databaseFile(path));
    writeDurably(note, `${timestamp(atMs)}\n`, (temporary) => {
      renameSync(temporary, note);
    });
  },
  lastBackupMs() {
    const note = backupNoteOf(databaseFile(path));
    const ms = existsSync(note) ? Date.parse(readFileSync(note, 'utf8').trim()) : NaN;
    return Number.isNaN(ms) ? undefined : ms;
  },
  copyTo(target) {
    copyDatabase(path, target);
  },
  beginReplacement: (runtime) => Replacement.begin(path, runtime),
});
