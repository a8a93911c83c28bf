// What can be asked of a database that is a file: copies of it, and another one in its place.
import type { Runtime } from '../runtime/runtime.js';
import type { Migration } from './migration.js';

export interface DatabaseFiles {
  /** The file that the path means, whichever of its names that is. @throws UnusableDatabase when it means none */
  file(): string;
  isThere(): boolean;
  /** A text that is another one after every write. */
  state(): string;
  /** Bytes on the disk, of the database and of what was committed and is not in it yet. */
  sizes(): { main: number; wal: number };
  /** Writes down beside it that a backup was made and verified. */
  noteBackup(atMs: number): void;
  /** When the last one was, in milliseconds since the epoch; undefined when none is known. */
  lastBackupMs(): number | undefined;
  /** Everything beside it that belongs to it. */
  own(): string[];
  /**
   * Writes a new file with everything that was committed when it began. It cannot be interrupted: a process can.
   * @throws UnusableDatabase when there is no such database, or not enough room
   */
  copyTo(target: string): void;
  /**
   * Begins to put another database in the place of this one; the lock is held until it ends.
   * @throws DatabaseInUse, UnusableDatabase
   */
  beginReplacement(runtime: Runtime): Replacing;
}

/** Another database on its way to the place of one. */
export interface Replacing {
  /** Where the newcomer is until the last step, as the URL of a database: it may be opened, migrated and checked there. */
  readonly url: string;
  /** Copies a database in. @throws UnusableDatabase */
  take(file: string, migrations: readonly Migration[]): void;
  /** @returns the name under which the old one is kept; undefined when there was none. @throws UnusableDatabase */
  finish(): string | undefined;
  /** Must be called, also after an error. */
  end(): void;
}
