// Long reads: many pages of one moment. Each takes a read-only connection of its own, so that its snapshot freezes
// nobody else's, and lets other work in between two pages.
import BetterSqlite3 from 'better-sqlite3';
import type { Runtime } from '../../runtime/runtime.js';
import type { Snapshot } from '../reader.js';
import type { Value } from '../transaction.js';
import { SqliteStatements } from './sqlite-statements.js';

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
    return new SqliteSnapshot(new SqliteStatements(connection), this.runtime, () => {
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

class SqliteSnapshot implements Snapshot {
  private isOpen = true;

  constructor(
    private readonly statements: SqliteStatements,
    private readonly runtime: Runtime,
    private readonly giveBack: () => void,
  ) {}

  async all<Row>(sql: string, ...parameters: readonly Value[]): Promise<Row[]> {
    await this.runtime.nextTurn();
    return this.statements.all<Row>(sql, ...parameters);
  }

  async get<Row>(sql: string, ...parameters: readonly Value[]): Promise<Row | undefined> {
    await this.runtime.nextTurn();
    return this.statements.get<Row>(sql, ...parameters);
  }

  async values<Row extends readonly unknown[]>(sql: string, ...parameters: readonly Value[]): Promise<Row[]> {
    await this.runtime.nextTurn();
    return this.statements.values<Row>(sql, ...parameters);
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.giveBack();
  }
}
