// Hot writes are data: one row of one table, by its key. SQLite runs each in place, as a prepared statement; an engine
// behind a network may gather them, and send the last write of each key before the commit.
import { columnsOf, type Table } from './table.js';

export interface RowWrite<Row extends object = object> {
  /** `append`: a new row. `put`: a row that may be there already. `change` and `remove`: the row, if it is there. */
  readonly kind: 'append' | 'put' | 'change' | 'remove';
  readonly table: Table;
  /** What names the rows. */
  readonly key: readonly string[];
  /** What is written besides the key. */
  readonly columns: readonly string[];
  /** Of the type alone: what is written. */
  readonly row?: Row;
}

const besideKey = (table: Table): string[] =>
  columnsOf(table).filter((column) => !table.key.includes(column));

export const append = <Row extends object>(table: Table<Row>): RowWrite<Row> => ({
  kind: 'append',
  table,
  key: table.key.filter((column) => columnsOf(table).includes(column)),
  columns: besideKey(table),
});

export const put = <Row extends object>(table: Table<Row>): RowWrite<Row> => ({
  ...append(table),
  kind: 'put',
});

const changing = (table: Table): string[] =>
  besideKey(table).filter((column) => table.columns[column]?.fixed !== true);

/** @param columns those that are changed; all but the key and what is fixed when not given */
export const change = <Row extends object>(
  table: Table<Row>,
  columns: readonly (keyof Row & string)[] = changing(table) as (keyof Row & string)[],
): RowWrite<Partial<Row>> => ({ kind: 'change', table, key: table.key, columns });

/** @param key the columns that name what goes: of a part of the table's key, every row that has it */
export const remove = <Row extends object>(
  table: Table<Row>,
  key: readonly (keyof Row & string)[] = table.key as (keyof Row & string)[],
): RowWrite<Partial<Row>> => ({ kind: 'remove', table, key, columns: [] });
