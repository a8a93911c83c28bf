// New tables beside the live ones, in SQLite: made from the texts of those. Names and texts of tables, checks, foreign
// keys and indexes are afterwards what they were.
import type { ShadowTables } from '../engine.js';
import type { Table } from '../table.js';
import type { Transaction } from '../transaction.js';

interface SchemaObject {
  name: string;
  sql: string;
}

const shadowOf = (name: string): string => `${name}_rebuild`;
const keyIndexOf = (name: string): string => `idx_${shadowOf(name)}_key`;

const shadows = new WeakMap<Table, Table>();

export const shadowTables: ShadowTables = {
  of<Row extends object>(table: Table<Row>): Table<Row> {
    let shadow = shadows.get(table);
    if (shadow === undefined) {
      shadow = { ...table, name: shadowOf(table.name) };
      shadows.set(table, shadow);
    }
    return shadow as Table<Row>;
  },

  async create(transaction, tables) {
    await drop(transaction, tables);
    for (const table of tables) {
      const [live] = await transaction.all<SchemaObject>(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name = ?",
        table.name,
      );
      if (live === undefined)
        throw new Error(`there is no table ${table.name}: the next start makes it again`);
      await transaction.run(renamed(live.sql, tables));
      // Where there is one row of a subject, the subject is the primary key.
      if (table.key.length === 1) continue;
      await transaction.run(
        `CREATE UNIQUE INDEX ${keyIndexOf(table.name)} ON ${shadowOf(table.name)}(${table.key.join(', ')})`,
      );
    }
  },

  drop,

  /** Nothing refers to the live tables but each other, so dropping them empties no other. */
  async swap(transaction, tables) {
    const indexes = await transaction.all<SchemaObject>(
      `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
         AND tbl_name IN (SELECT value FROM json_each(?)) ORDER BY rowid`,
      JSON.stringify(tables.map(({ name }) => name)),
    );
    for (const { name } of tables.toReversed()) await transaction.run(`DROP TABLE ${name}`);
    for (const { name } of tables) {
      await transaction.run(`DROP INDEX IF EXISTS ${keyIndexOf(name)}`);
      // Also renames it in the foreign keys that refer to it.
      await transaction.run(`ALTER TABLE ${shadowOf(name)} RENAME TO "${name}"`);
    }
    for (const { sql } of indexes) await transaction.run(sql);
  },
};

async function drop(transaction: Transaction, tables: readonly Table[]): Promise<void> {
  for (const { name } of tables.toReversed()) await transaction.run(`DROP TABLE IF EXISTS ${shadowOf(name)}`);
}

/** The text of a table with its own name, and those that it refers to, changed for the shadow's. */
const renamed = (sql: string, tables: readonly Table[]): string =>
  tables.reduce(
    (text, { name }) =>
      text
        .replace(`CREATE TABLE "${name}"`, `CREATE TABLE "${shadowOf(name)}"`)
        .replaceAll(`REFERENCES "${name}"`, `REFERENCES "${shadowOf(name)}"`),
    sql,
  );
