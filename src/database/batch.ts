// One transaction for many commands: the statements of the engine, and what the commands of the commit share.
import type { Slice } from './slice.js';
import type { RowWrite } from './row-write.js';
import type { Awaitable, Statements, Transaction, Value } from './transaction.js';

export class Batch implements Transaction {
  /** How many statements changed something. */
  writes = 0;
  private sharedWrites = 0;
  private readonly kept = new Map<object, unknown>();
  private readonly before: (() => Awaitable<unknown>)[] = [];
  private readonly after: (() => void)[] = [];

  constructor(private readonly statements: Statements) {}

  all<Row>(sql: string, ...parameters: readonly Value[]): Awaitable<Row[]> {
    return this.statements.all<Row>(sql, ...parameters);
  }

  slice<Row>(charactersMax: number, sql: string, ...parameters: readonly Value[]): Awaitable<Slice<Row>> {
    return this.statements.slice<Row>(charactersMax, sql, ...parameters);
  }

  get<Row>(sql: string, ...parameters: readonly Value[]): Awaitable<Row | undefined> {
    return this.statements.get<Row>(sql, ...parameters);
  }

  run(sql: string, ...parameters: readonly Value[]): Awaitable<number> {
    this.writes += 1;
    return this.statements.run(sql, ...parameters);
  }

  write<Row extends object>(write: RowWrite<Row>, row: Row): void {
    this.writes += 1;
    this.statements.write(write, row);
  }

  writeAll(write: RowWrite, rows: string): Awaitable<unknown> {
    this.writes += 1;
    return this.statements.writeAll(write, rows);
  }

  once<T extends object>(key: object, make: () => T): T {
    let kept = this.kept.get(key) as T | undefined;
    if (kept === undefined) {
      kept = make();
      this.kept.set(key, kept);
    }
    return kept;
  }

  async shared(work: () => Promise<void>): Promise<void> {
    const { writes } = this;
    await work();
    this.sharedWrites += this.writes - writes;
  }

  /** How many statements of commands themselves changed something. */
  get ownWrites(): number {
    return this.writes - this.sharedWrites;
  }

  beforeCommit(call: () => Awaitable<unknown>): void {
    this.before.push(call);
  }

  afterCommit(call: () => void): void {
    this.after.push(call);
  }

  async finish(): Promise<void> {
    for (const call of this.before) await call();
  }

  announce(): void {
    for (const call of this.after) call();
  }
}
