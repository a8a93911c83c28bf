// The statements of one connection, each prepared when it is run for the first time, and run in place.
import type BetterSqlite3 from 'better-sqlite3';
import type { Slice } from '../slice.js';
import type { RowWrite } from '../row-write.js';
import type { Statements, Value } from '../transaction.js';
import { readerOfParameters, sqlOf, sqlOfAll } from './row-write-sql.js';

/** Takes rows as arrays and makes the objects here: half the time of having the driver make them (measured). */
interface Query {
  statement: BetterSqlite3.Statement;
  columns: readonly string[];
}

interface Write {
  statement: BetterSqlite3.Statement;
  parametersOf: (row: object) => unknown[];
}

export class SqliteStatements implements Statements {
  private readonly commands = new Map<string, BetterSqlite3.Statement>();
  private readonly queries = new Map<string, Query>();
  private readonly writes = new Map<RowWrite, Write>();
  private readonly writesOfAll = new Map<RowWrite, BetterSqlite3.Statement>();

  constructor(private readonly connection: BetterSqlite3.Database) {}

  all<Row>(sql: string, ...parameters: readonly Value[]): Row[] {
    const { statement, columns } = this.query(sql);
    return (statement.all(...parameters) as Value[][]).map((values) => rowOf<Row>(columns, values));
  }

  get<Row>(sql: string, ...parameters: readonly Value[]): Row | undefined {
    const { statement, columns } = this.query(sql);
    const values = statement.get(...parameters) as Value[] | undefined;
    return values === undefined ? undefined : rowOf<Row>(columns, values);
  }

  values<Row>(sql: string, ...parameters: readonly Value[]): Row[] {
    return this.query(sql).statement.all(...parameters) as Row[];
  }

  slice<Row>(charactersMax: number, sql: string, ...parameters: readonly Value[]): Slice<Row> {
    const { statement, columns } = this.query(sql);
    const rows: Row[] = [];
    let characters = 0;
    for (const values of statement.iterate(...parameters) as IterableIterator<Value[]>) {
      rows.push(rowOf<Row>(columns, values));
      for (const value of values) if (typeof value === 'string') characters += value.length;
      if (characters >= charactersMax) return { rows, isWhole: false };
    }
    return { rows, isWhole: true };
  }

  run(sql: string, ...parameters: readonly Value[]): number {
    let statement = this.commands.get(sql);
    if (statement === undefined) {
      statement = this.connection.prepare(sql);
      this.commands.set(sql, statement);
    }
    return statement.run(...parameters).changes;
  }

  write<Row extends object>(write: RowWrite<Row>, row: Row): void {
    let prepared = this.writes.get(write);
    if (prepared === undefined) {
      const statement = this.connection.prepare(sqlOf(write));
      prepared = { statement, parametersOf: readerOfParameters(write) };
      this.writes.set(write, prepared);
    }
    prepared.statement.run(...prepared.parametersOf(row));
  }

  writeAll(write: RowWrite, rows: string): void {
    let statement = this.writesOfAll.get(write);
    if (statement === undefined) {
      statement = this.connection.prepare(sqlOfAll(write));
      this.writesOfAll.set(write, statement);
    }
    statement.run(rows);
  }

  private query(sql: string): Query {
    let query = this.queries.get(sql);
    if (query === undefined) {
      const statement = this.connection.prepare(sql).raw();
      query = { statement, columns: statement.columns().map(({ name }) => name) };
      this.queries.set(sql, query);
    }
    return query;
  }
}

function rowOf<Row>(columns: readonly string[], values: readonly Value[]): Row {
  const row: Record<string, Value | undefined> = {};
  for (let place = 0; place < columns.length; place += 1) row[columns[place] as string] = values[place];
  return row as Row;
}
