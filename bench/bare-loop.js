// A loop of prepared statements on better-sqlite3 and nothing else: as fast as these writes can be made durable here.
import BetterSqlite3 from 'better-sqlite3';

/** @typedef {import('./recording.js').Write} Write */
/** @typedef {{ statement: BetterSqlite3.Statement, parameters: readonly unknown[] }} Prepared */

export class BareLoop {
  #database;
  #begin;
  #commit;
  /** @type {Map<string, BetterSqlite3.Statement>} */
  #statements = new Map();

  /**
   * @param {string} path
   * @param {Record<string, string | number>} pragmas
   */
  constructor(path, pragmas) {
    this.#database = new BetterSqlite3(path);
    for (const [name, value] of Object.entries(pragmas)) this.#database.pragma(`${name} = ${value}`);
    this.#begin = this.#database.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#database.prepare('COMMIT');
  }

  /**
   * @param {readonly Write[]} writes
   * @returns {Prepared[]}
   */
  prepare(writes) {
    return writes.map(({ sql, parameters }) => {
      const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
      this.#statements.set(sql, statement);
      return { statement, parameters };
    });
  }

  /** @param {readonly (readonly Prepared[])[]} commits */
  run(commits) {
    for (const commit of commits) {
      this.#begin.run();
      for (const { statement, parameters } of commit) statement.run(...parameters);
      this.#commit.run();
    }
  }

  close() {
    this.#database.close();
  }
}
