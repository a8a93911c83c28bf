// Puts another database in the place of one, which is kept. It holds the service lock from the first step to the last.
//
// A SIGKILL between any two steps leaves a whole database under its name, the old one or the new one, and loses neither:
// 1. The newcomer is written to a folder beside the database, checked there and made durable. Killed until here: the old
//    one as it was; the folder is removed by the next replacement.
// 2. The old one takes its write-ahead log in and leaves the WAL mode, which SQLite does atomically, and only when
//    nobody else has the file open. From here on there is no -wal, which SQLite would otherwise apply to whatever file
//    bears the name (https://sqlite.org/howtocorrupt.html). Killed here: the old one; a service turns WAL on again.
// 3. The old one gets a second name by a link, inside the folder. Killed here: the old one, and a name too many.
// 4. What is derived from it (the tree of its log) goes: it must never meet the new one. Killed here: the old one; its
//    tree is built again from its log.
// 5. A rename replaces the first name: at no moment is there no database, of which a service would make an empty one.
//    Killed here: the new one, and the old one in the folder, which the next replacement keeps as in step 6.
// 6. The old one is given the name under which it is kept.
//
// A damaged database cannot do step 2. Its side files get second names in step 3, too, and go before step 5. Killed in
// between: the damaged file without its -wal under its name; both are in the folder, and restoring again keeps them.
import {
  chmodSync,
  chownSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { refuseOrphanLog } from './orphan-log.js';
import { timestamp, type Runtime } from '../../runtime/runtime.js';
import { copyDatabase } from './database-copy.js';
import { isBusy } from '../database-error.js';
import { databaseFile, existingDatabaseFile } from './database-file.js';
import { syncFile, syncFolder } from '../../runtime/durable-files.js';
import { narrow } from '../../runtime/private-files.js';
import type { Replacing } from '../database-files.js';
import type { Migration } from '../migration.js';
import type { ServiceLock } from '../service-lock.js';
import { refuseForeignSchema, refuseForeignTables } from './schema-check.js';
import { takeServiceLock } from './service-lock.js';
import { tilesPathOf } from './tile-database.js';
import { UnusableDatabase } from '../unusable-database.js';
import { asUnusable } from './unusable-file.js';

export class Replacement implements Replacing {
  private readonly path: string;
  private readonly folder: string;
  private readonly old: string;

  private constructor(
    private readonly database: string,
    private readonly lock: ServiceLock,
    private readonly runtime: Runtime,
  ) {
    this.folder = `${database}.restoring`;
    this.path = join(this.folder, 'new');
    this.old = join(this.folder, 'old');
  }

  /**
   * @throws DatabaseInUse while a service is using the database
   * @throws UnusableDatabase when there is a database of another program in its place
   */
  static begin(database: string, runtime: Runtime): Replacement {
    const lock = takeServiceLock(database);
    try {
      const file = databaseFile(database);
      refuseOtherProgram(file);
      refuseOrphanLog(file);
      return new Replacement(file, lock, runtime);
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  /**
   * Copies a database in, with what its own -wal holds.
   * @throws UnusableDatabase when it is none, damaged, another program's, or from a newer Daybook
   */
  take(file: string, migrations: readonly Migration[]): void {
    refuseUnusable(file, this.database, migrations);
    this.clear();
    mkdirSync(this.folder);
    copyDatabase(file, this.path);
  }

  get url(): string {
    return `sqlite:${this.path}`;
  }

  /** @throws UnusableDatabase when another program has the old one open; then nothing is changed */
  finish(): string | undefined {
    takeLogIn(this.path);
    const isThere = existsSync(this.database);
    if (isThere) this.keepOwner();
    syncFile(this.path);
    if (isThere) this.linkOld();
    const tiles = tilesPathOf(this.database);
    for (const file of [tiles, ...sideFilesOf(tiles)]) rmSync(file, { force: true });
    for (const file of sideFilesOf(this.database)) rmSync(file, { force: true });
    syncFolder(dirname(this.database));
    renameSync(this.path, this.database);
    syncFolder(dirname(this.database));
    return isThere ? this.keepOld() : undefined;
  }

  /** Must be called, also after an error. */
  end(): void {
    try {
      this.clear();
    } finally {
      this.lock.release();
    }
  }

  private keepOwner(): void {
    const { mode, uid, gid } = statSync(this.database);
    try {
      chownSync(this.path, uid, gid);
    } catch {
      // Only root can give a file away, and whoever else restores is the owner, most often.
    }
    chmodSync(this.path, mode & 0o700);
  }

  private linkOld(): void {
    closeOld(this.database);
    secondName(this.database, this.old);
    for (const side of sides) {
      if (existsSync(this.database + side)) secondName(this.database + side, this.old + side);
    }
    syncFolder(this.folder);
  }

  private keepOld(): string {
    const kept = `${this.database}.before-restore-${timestamp(this.runtime.nowMs()).replaceAll(':', '-')}`;
    if (existsSync(kept))
      throw new Error(`${kept} is there already: the old database is still in ${this.folder}.`);
    for (const side of sides) {
      if (existsSync(this.old + side)) renameSync(this.old + side, kept + side);
    }
    renameSync(this.old, kept);
    narrow([kept, ...sides.map((side) => kept + side)]);
    syncFolder(dirname(kept));
    return kept;
  }

  /** Removes the folder, unless the old database is nowhere else, or its side files are. */
  private clear(): void {
    if (existsSync(this.old)) {
      const isInPlace = existsSync(this.database) && statSync(this.database).ino === statSync(this.old).ino;
      if (!isInPlace || sides.some((side) => existsSync(this.old + side))) this.keepOld();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What must not be lost with a database that could not be closed properly. */
const sides = ['-wal', '-journal'];

const sideFilesOf = (path: string): string[] => [...sides, '-shm'].map((side) => path + side);

/** From here on it is one file, without side files. */
function takeLogIn(path: string): void {
  const connection = new BetterSqlite3(path, { timeout: 1_000 });
  try {
    connection.pragma('journal_mode = DELETE');
  } finally {
    connection.close();
  }
}

/** @throws UnusableDatabase when another program has it open. A damaged one stays as it is. */
function closeOld(path: string): void {
  // Whoever closes a connection for writing may take away a -wal that it could not read.
  if (!isReadable(path)) return;
  try {
    takeLogIn(path);
  } catch (error) {
    if (!isBusy(error)) return;
    throw new UnusableDatabase(
      `Another program has ${path} open. Close it first; \`fuser ${path}\` names it.`,
    );
  }
}

function isReadable(path: string): boolean {
  try {
    const connection = new BetterSqlite3(path, { readonly: true, timeout: 1_000 });
    try {
      connection.prepare('SELECT count(*) FROM sqlite_master').get();
      return true;
    } catch (error) {
      return isBusy(error);
    } finally {
      connection.close();
    }
  } catch {
    return false;
  }
}

function secondName(path: string, second: string): void {
  try {
    linkSync(path, second);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    // Not every file system has links.
    copyFileSync(path, second, constants.COPYFILE_EXCL);
    syncFile(second);
  }
}

/** What cannot be read is damaged, and may be replaced. */
function refuseOtherProgram(path: string): void {
  if (!existsSync(path)) return;
  try {
    const connection = new BetterSqlite3(path, { readonly: true });
    try {
      refuseForeignTables(connection);
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof UnusableDatabase) throw asUnusable(path, error);
  }
}

function refuseUnusable(path: string, present: string, migrations: readonly Migration[]): void {
  try {
    const file = existingDatabaseFile(path);
    if (file === present) throw new UnusableDatabase('it is the database itself');
    const connection = new BetterSqlite3(file, { readonly: true, timeout: 5_000 });
    try {
      refuseForeignSchema(connection, migrations);
      const found = connection.prepare('PRAGMA integrity_check(3)').pluck().all();
      if (found[0] !== 'ok') throw new UnusableDatabase(`it is damaged (${found.join('; ')})`);
    } finally {
      connection.close();
    }
  } catch (error) {
    throw asUnusable(path, error);
  }
}
