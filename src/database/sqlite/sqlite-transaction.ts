// A write transaction on SQLite: its statements are run in place.
import { after, inOrder, type Awaitable } from '../awaitable.js';
import type { SqliteStatements } from './sqlite-statements.js';
import type { Transaction, Value } from '../transaction.js';

export class SqliteTransaction implements Transaction {
  /** How many statements changed something. */
  writes = 0;
  private sharedWrites = 0;
  private readonly kept = new Map<object, unknown>();
  private readonly before: (() => Awaitable<void>)[] = [];
  private readonly after: (() => void)[] = [];

  constructor(private readonly statements: SqliteStatements) {}

  all<Row>(sql: string, ...parameters: readonly Value[]): Row[] {
    return this.statements.all<Row>(sql, ...parameters);
  }

  get<Row>(sql: string, ...parameters: readonly Value[]): Row | undefined {
    return this.statements.get<Row>(sql, ...parameters);
  }

  run(sql: string, ...parameters: readonly Value[]): number {
    this.writes += 1;
    return this.statements.run(sql, ...parameters);
  }

  once<T>(key: object, make: () => T): T {
    if (!this.kept.has(key)) this.kept.set(key, make());
    return this.kept.get(key) as T;
  }

  shared(work: () => Awaitable<void>): Awaitable<void> {
    const { writes } = this;
    return after(work(), () => {
      this.sharedWrites += this.writes - writes;
    });
  }

  /** How many statements of commands themselves changed something. */
  get ownWrites(): number {
    return this.writes - this.sharedWrites;
  }

  beforeCommit(call: () => Awaitable<void>): void {
    this.before.push(call);
  }

  afterCommit(call: () => void): void {
    this.after.push(call);
  }

  finish(): Awaitable<void> {
    return inOrder(this.before, (call) => call());
  }

  announce(): void {
    for (const call of this.after) call();
  }
}
