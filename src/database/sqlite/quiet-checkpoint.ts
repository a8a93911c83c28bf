// The write-ahead log keeps the size that a burst of writes gave it, beside a database that is idle. So when nothing has
// been written for a moment, all of it goes into the database and its file is emptied (sqlite.org/wal.html, "Avoiding
// Excessively Large WAL Files").
import type BetterSqlite3 from 'better-sqlite3';
import type { Cancel, Runtime } from '../../runtime/runtime.js';

/** How long nothing is written before the log is emptied, in milliseconds: at least, and less than twice that. */
export const quietMs = 2_000;

export class QuietCheckpoint {
  private cancel: Cancel | undefined;
  private isQuiet = true;

  /** @param connection the one that writes */
  constructor(
    private readonly connection: BetterSqlite3.Database,
    private readonly runtime: Runtime,
  ) {}

  /** To be called after each commit. */
  committed(): void {
    this.isQuiet = false;
    this.cancel ??= this.lookLater();
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  private lookLater(): Cancel {
    return this.runtime.after(quietMs, () => {
      this.cancel = this.isQuiet && this.isEmptied() ? undefined : this.lookLater();
      this.isQuiet = true;
    });
  }

  /** Not while somebody reads what a snapshot of theirs still needs. */
  private isEmptied(): boolean {
    if (this.connection.inTransaction) return false;
    try {
      const [result] = this.connection.pragma('wal_checkpoint(TRUNCATE)') as [{ busy: number }];
      return result.busy === 0;
    } catch {
      // Of a disk that is full the next command tells; until then everything is safe in the log.
      return false;
    }
  }
}
