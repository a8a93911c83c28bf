// Long reads of one moment. Each takes a read-only connection of its own, so that its snapshot freezes nobody else's.
import BetterSqlite3 from 'better-sqlite3';
import type { Snapshot } from '../reader.js';
import { readerOf } from './sqlite-reader.js';
import { SqliteStatements } from './sqlite-statements.js';

const idleMax = 4;

export class Snapshots {
  private readonly idle: BetterSqlite3.Database[] = [];
  private closed = false;

  constructor(private readonly path: string) {}

  /** Opens a snapshot: everything read through it is of the moment of the first read. */
  open(): Snapshot {
    const connection = this.idle.pop() ?? this.connect();
    connection.exec('BEGIN');
    let isOpen = true;
    const close = (): void => {
      if (!isOpen) return;
      isOpen = false;
      connection.exec('COMMIT');
      if (this.closed || this.idle.length >= idleMax) connection.close();
      else this.idle.push(connection);
    };
    return { ...readerOf(new SqliteStatements(connection)), close };
  }

  close(): void {
    this.closed = true;
    for (const connection of this.idle.splice(0)) connection.close();
  }

  /** There may be many, and each reads on and on: what it has read it does not need again. */
  private connect(): BetterSqlite3.Database {
    const connection = new BetterSqlite3(this.path, { readonly: true, timeout: 1_000 });
    connection.pragma('cache_size = -256');
    return connection;
  }
}
