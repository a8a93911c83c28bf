// Long reads: many pages of one moment. Each takes a read-only connection of its own, so that its snapshot freezes
// nobody else's, and lets other work in between two pages.
import BetterSqlite3 from 'better-sqlite3';
import type { Runtime } from '../../runtime/runtime.js';
import type { Value } from '../transaction.js';

const idleMax = 4;

export class Snapshots {
  private readonly idle: BetterSqlite3.Database[] = [];
  private closed = false;

  constructor(
    private readonly path: string,
    private readonly runtime: Runtime,
  ) {}

  /** Opens a snapshot: everything read through it is of the moment of the first read. */
  open(): Snapshot {
    const connection = this.idle.pop() ?? new BetterSqlite3(this.path, { readonly: true, timeout: 1_000 });
    connection.exec('BEGIN');
    return new Snapshot(connection, this.runtime, () => {
      connection.exec('COMMIT');
      if (this.closed || this.idle.length >= idleMax) connection.close();
      else this.idle.push(connection);
    });
  }

  close(): void {
    this.closed = true;
    for (const connection of this.idle.splice(0)) connection.close();
  }
}

export class Snapshot {
  private isOpen = true;

  constructor(
    private readonly connection: BetterSqlite3.Database,
    private readonly runtime: Runtime,
    private readonly giveBack: () => void,
  ) {}

  all<Row>(sql: string, ...parameters: readonly Value[]): Row[] {
    return this.connection.prepare(sql).all(...parameters) as Row[];
  }

  get<Row>(sql: string, ...parameters: readonly Value[]): Row | undefined {
    return this.connection.prepare(sql).get(...parameters) as Row | undefined;
  }

  /** Lets the rest of the process run. */
  pause(): Promise<void> {
    return this.runtime.nextTurn();
  }

  /** Must be called, also after an error. Calling it twice does no harm. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.giveBack();
  }
}
