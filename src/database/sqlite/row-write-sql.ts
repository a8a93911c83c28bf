// What a write of rows is in SQLite's words.
import { compileFunction } from 'node:vm';
import type { RowWrite } from '../row-write.js';
import { columnsOf } from '../table.js';

/** Its parameters are the columns of `parametersOf`. */
export function sqlOf({ kind, table, key, columns }: RowWrite): string {
  const isKey = key.map((column) => `${column} = ?`).join(' AND ');
  switch (kind) {
    case 'append':
    case 'put': {
      const all = [...columns, ...key];
      const insert = `INSERT INTO ${table.name} (${all.join(', ')}) VALUES (${all.map(() => '?').join(', ')})`;
      return kind === 'append' ? insert : `${insert} ${onConflict(key, columns)}`;
    }
    case 'change':
      return `UPDATE ${table.name} SET ${columns.map((column) => `${column} = ?`).join(', ')} WHERE ${isKey}`;
    case 'remove':
      return `DELETE FROM ${table.name} WHERE ${isKey}`;
  }
}

const parametersOf = ({ columns, key }: RowWrite): readonly string[] => [...columns, ...key];

/**
 * Lists the parameters of a row. It is compiled for each write, which reads a row as fast as if each column were spelt
 * out: a loop over the names takes some 0.2 µs more, four times for each event.
 */
export const readerOfParameters = (write: RowWrite): ((row: object) => unknown[]) => {
  const cells = parametersOf(write).map((column) => `row[${JSON.stringify(column)}]`);
  return compileFunction(`return [${cells.join(', ')}];`, ['row']) as (row: object) => unknown[];
};

/** Its parameter is a JSON array of rows, each an array of the table's columns. */
export function sqlOfAll({ kind, table, key, columns }: RowWrite): string {
  const all = columnsOf(table);
  // `WHERE true` tells SQLite that an ON CONFLICT which follows belongs to the INSERT.
  const insert = `INSERT INTO ${table.name} (${all.join(', ')})
   SELECT ${all.map((_, place) => `value ->> ${place}`).join(', ')} FROM json_each(?) WHERE true`;
  return kind === 'append' ? insert : `${insert} ${onConflict(key, columns)}`;
}

const onConflict = (key: readonly string[], columns: readonly string[]): string =>
  `ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`;
