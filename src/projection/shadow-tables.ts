// New read tables beside the live ones: made like them, filled in small slices, and put in their place in one
// transaction. Names and texts of tables, checks, foreign keys and indexes are afterwards what they were.
import type { Transaction } from '../database/transaction.js';
import type { RowWrite } from './log-fold.js';
import type { ProjectedTable } from './projected.js';

interface SchemaObject {
  name: string;
  sql: string;
}

const shadowOf = (name: string): string => `${name}_rebuild`;
const keyIndexOf = (name: string): string => `idx_${shadowOf(name)}_key`;

export class ShadowTables {
  private readonly inserts: readonly string[];
  private readonly puts: readonly string[];
  /** Of each projection. */
  private readonly clears: readonly (readonly string[])[];
  private readonly tables: readonly ProjectedTable[];

  /** @param projections the tables of each; parents before those that refer to them */
  constructor(projections: readonly (readonly ProjectedTable[])[]) {
    const tables = (this.tables = projections.flat());
    this.inserts = tables.map(insertSql);
    this.puts = tables.map((table) => `${insertSql(table)} ${updateSql(table)}`);
    // Children first: what has no parent in a table that somebody edited goes as well.
    this.clears = projections.map((own) =>
      own.map((table) => `DELETE FROM ${shadowOf(table.name)} WHERE ${table.subjectColumn} = ?`).reverse(),
    );
  }

  /** In place of any that an interrupted rebuild left behind. */
  async create(transaction: Transaction): Promise<void> {
    await this.drop(transaction);
    for (const table of this.tables) {
      const [live] = await transaction.all<SchemaObject>(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name = ?",
        table.name,
      );
      if (live === undefined)
        throw new Error(`there is no table ${table.name}: the next start makes it again`);
      await transaction.run(this.renamed(live.sql));
      // Where there is one row of a subject, the subject is the primary key.
      if (table.keyColumns.length === 0) continue;
      const key = [table.subjectColumn, ...table.keyColumns].join(', ');
      await transaction.run(
        `CREATE UNIQUE INDEX ${keyIndexOf(table.name)} ON ${shadowOf(table.name)}(${key})`,
      );
    }
  }

  async drop(transaction: Transaction): Promise<void> {
    for (const { name } of this.tables.toReversed())
      await transaction.run(`DROP TABLE IF EXISTS ${shadowOf(name)}`);
  }

  async write(transaction: Transaction, writes: readonly RowWrite[]): Promise<void> {
    for (const write of writes) {
      if (write.kind === 'clear') {
        for (const sql of this.clears[write.projection] ?? []) await transaction.run(sql, write.subject);
        continue;
      }
      const sql = (write.kind === 'insert' ? this.inserts : this.puts)[write.table] as string;
      await transaction.run(sql, write.rows);
    }
  }

  /** Nothing refers to the live tables but each other, so dropping them empties no other. */
  async swap(transaction: Transaction): Promise<void> {
    const indexes = await transaction.all<SchemaObject>(
      `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
         AND tbl_name IN (SELECT value FROM json_each(?)) ORDER BY rowid`,
      JSON.stringify(this.tables.map(({ name }) => name)),
    );
    for (const { name } of this.tables.toReversed()) await transaction.run(`DROP TABLE ${name}`);
    for (const { name } of this.tables) {
      await transaction.run(`DROP INDEX IF EXISTS ${keyIndexOf(name)}`);
      // Also renames it in the foreign keys that refer to it.
      await transaction.run(`ALTER TABLE ${shadowOf(name)} RENAME TO "${name}"`);
    }
    for (const { sql } of indexes) await transaction.run(sql);
  }

  /** The text of a table with its own name, and those that it refers to, changed for the shadow's. */
  private renamed(sql: string): string {
    return this.tables.reduce(
      (text, { name }) =>
        text
          .replace(`CREATE TABLE "${name}"`, `CREATE TABLE "${shadowOf(name)}"`)
          .replaceAll(`REFERENCES "${name}"`, `REFERENCES "${shadowOf(name)}"`),
      sql,
    );
  }
}

/** `WHERE true` tells SQLite that an ON CONFLICT which follows belongs to the INSERT. */
const insertSql = ({ name, columns }: ProjectedTable): string =>
  `INSERT INTO ${shadowOf(name)} (${columns.join(', ')})
   SELECT ${columns.map((_, place) => `value ->> ${place}`).join(', ')} FROM json_each(?) WHERE true`;

const updateSql = ({ subjectColumn, keyColumns, columns }: ProjectedTable): string => {
  const key = [subjectColumn, ...keyColumns];
  const others = columns.filter((column) => !key.includes(column));
  const changes = others.map((column) => `${column} = excluded.${column}`);
  return `ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${changes.join(', ')}`;
};
