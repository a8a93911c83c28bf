// Whether the files of an open database are still those that were opened. SQLite goes on writing into a file that was
// deleted or moved away, and what was acknowledged would be lost with the process.
import { statSync } from 'node:fs';
import { DatabaseUnavailable } from '../database-error.js';
import { databaseFile } from './database-file.js';

export class SameFiles {
  private readonly names: readonly string[];
  private readonly opened = new Map<string, string>();

  /** @param path of a database that is open; its lock file counts when there is one: without it, a second service may start */
  constructor(path: string) {
    const file = databaseFile(path);
    this.names = [path, `${file}-wal`, `${file}-shm`, `${file}.lock`];
    this.check();
  }

  /**
   * Some microseconds, before each commit.
   * @throws DatabaseUnavailable `gone` when one was moved, deleted or replaced; it is well again when it is put back
   */
  check(): void {
    for (const name of this.names) {
      const [now, opened] = [identityOf(name), this.opened.get(name)];
      if (opened === undefined) {
        if (now !== undefined) this.opened.set(name, now);
      } else if (now !== opened) {
        throw new DatabaseUnavailable('gone', new Error(`${name} is not the file that was opened`));
      }
    }
  }
}

/** Device and inode; undefined when there is no such file. */
function identityOf(name: string): string | undefined {
  const found = statSync(name, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}
