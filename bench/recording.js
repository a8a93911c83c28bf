// What the write path writes, taken down while it does: the measure of it is the same statements without it.
import { deserialize, serialize } from 'node:v8';
import { readerOfParameters, sqlOf } from './built.js';

/** @typedef {import('../src/database/transaction.js').Transaction} Transaction */
/** @typedef {import('../src/database/transaction.js').Value} Value */
/** @typedef {{ sql: string, parameters: readonly Value[] }} Write */

export class Recording {
  /** @type {Write[]} */
  #writes = [];
  /** @type {Buffer[]} */
  #commits = [];

  /** @param {import('../src/service.js').Service} service of which every statement that changes something is kept */
  constructor({ database: { queue } }) {
    const run = queue.run.bind(queue);
    queue.run = (work) => run((transaction) => work(this.#recorded(transaction)));
  }

  /**
   * Ends the commit that is being recorded. It is kept outside of the heap, where it costs no garbage collector
   * anything while other things are measured.
   */
  endCommit() {
    this.#commits.push(serialize(this.#writes));
    this.#writes = [];
  }

  /**
   * The next commits, oldest first.
   * @param {number} count
   * @returns {Write[][]}
   */
  take(count) {
    return this.#commits.splice(0, count).map((commit) => {
      /** @type {unknown} */
      const writes = deserialize(commit);
      return /** @type {Write[]} */ (writes);
    });
  }

  /**
   * The same transaction, whoever takes it: what changes something is taken down first.
   * @param {Transaction} transaction
   */
  #recorded(transaction) {
    /** @type {Transaction['run']} */
    const run = (sql, ...parameters) => {
      this.#writes.push({ sql, parameters });
      return transaction.run(sql, ...parameters);
    };
    /** @type {Transaction['write']} */
    const write = (rowWrite, row) => {
      const parameters = /** @type {Value[]} */ (readerOfParameters(rowWrite)(row));
      this.#writes.push({ sql: sqlOf(rowWrite), parameters });
      transaction.write(rowWrite, row);
    };
    return new Proxy(transaction, {
      get(target, name) {
        /** @type {unknown} */
        const value = Reflect.get(target, name);
        return name === 'run' ? run : name === 'write' ? write : value;
      },
    });
  }
}
