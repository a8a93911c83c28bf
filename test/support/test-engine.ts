// The engines that a spec can run on: where each makes a new database, and what somebody does to one beside the service.
import BetterSqlite3 from 'better-sqlite3';
import { engineOf, urlOfFile } from '../../src/database/engines.js';
import type { Workplace } from './workplace.js';

export interface TestEngine {
  /** As the title of a suite. */
  readonly name: string;
  /** The URL of a database in the folder of the test; none is there yet. */
  urlIn(place: Workplace, ...names: string[]): string;
  /** Another program on the same database. */
  beside(url: string): Neighbour;
}

/** Each call has a connection of its own, and is over when it resolves. */
export interface Neighbour {
  /** Committed rows. */
  rows<Row>(sql: string): Promise<Row[]>;
  /** Changes whatever it likes: no foreign key stands in its way. */
  edit(...statements: string[]): Promise<void>;
  /** Keeps everybody from writing, until the returned call. */
  holdWrites(): Promise<() => Promise<void>>;
}

const sqlite: TestEngine = {
  name: 'SQLite',
  urlIn: (place, ...names) => urlOfFile(place.path(...names)),
  beside(url) {
    const open = (): BetterSqlite3.Database => new BetterSqlite3(engineOf(url).name, { timeout: 10_000 });
    const withConnection = <T>(work: (connection: BetterSqlite3.Database) => T): Promise<T> =>
      new Promise((resolve) => {
        const connection = open();
        try {
          resolve(work(connection));
        } finally {
          connection.close();
        }
      });
    return {
      rows: <Row>(sql: string) => withConnection((connection) => connection.prepare(sql).all() as Row[]),
      edit: (...statements) =>
        withConnection((connection) => {
          connection.pragma('foreign_keys = OFF');
          for (const statement of statements) connection.exec(statement);
        }),
      holdWrites() {
        const holder = open().exec('BEGIN IMMEDIATE');
        return Promise.resolve(() => {
          holder.close();
          return Promise.resolve();
        });
      },
    };
  },
};

/** The one of specs that run on one alone. */
export const testEngine = sqlite;

export const beside = (url: string): Neighbour => testEngine.beside(url);
