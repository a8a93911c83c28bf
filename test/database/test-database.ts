// A real database for a test, and ways to look at its file from outside.
import { readFileSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { Database, type DatabaseOptions } from '../../src/database/database.js';
import { systemRuntime } from '../../src/runtime/runtime.js';
import { engineOf } from '../../src/database/engines.js';
import { migrationsOf, tablesOf } from '../../src/schema.js';
import { kinds } from '../support/kinds.js';
import { testEngine, type Neighbour, type TestEngine } from '../support/test-engine.js';
import type { Workplace } from '../support/workplace.js';

export interface TestDatabase {
  database: Database;
  /** Somebody in another process, on the same database. */
  beside: Neighbour;
  path: string;
  /** A connection of SQLite, for what is SQLite's own. It does not wait for locks. */
  other: BetterSqlite3.Database;
}

let count = 0;
const open: TestDatabase[] = [];

/** A new migrated database with a table `notes` to write into; closed when the test file is done. */
export async function openTestDatabase(
  place: Workplace,
  limits: NonNullable<DatabaseOptions['limits']> = {},
  engine: TestEngine = testEngine,
): Promise<TestDatabase> {
  count += 1;
  const url = engine.urlIn(place, `database-${count}.db`);
  const database = await Database.open({
    engine: engineOf(url),
    migrations: migrationsOf(kinds),
    tables: tablesOf(kinds),
    runtime: systemRuntime,
    limits,
  });
  const beside = engine.beside(url);
  await beside.edit('CREATE TABLE notes (text TEXT PRIMARY KEY)');
  const path = engineOf(url).name;
  const opened = { database, beside, path, other: new BetterSqlite3(path, { timeout: 0 }) };
  open.push(opened);
  return opened;
}

afterAll(async () => {
  for (const { database, other } of open.splice(0)) {
    other.close();
    await database.close();
  }
});

/** The notes that are committed, in the order in which they were written. */
export async function notesIn({ beside }: TestDatabase): Promise<string[]> {
  const notes = await beside.rows<{ text: string }>('SELECT text FROM notes ORDER BY rowid');
  return notes.map(({ text }) => text);
}

const headerBytes = 32;
const frameHeaderBytes = 24;

/**
 * How many commits stand in the write-ahead log: the frames that end one carry the size of the database
 * (https://sqlite.org/fileformat2.html#walformat). Right while nothing has been moved to the main file.
 */
export function commitsIn(path: string): number {
  const log = readFileSync(`${path}-wal`);
  const pageBytes = log.readUInt32BE(8);
  let commits = 0;
  for (let at = headerBytes; at < log.length; at += frameHeaderBytes + pageBytes) {
    const isOfThisLog = log.compare(log, 16, 24, at + 8, at + 16) === 0;
    if (isOfThisLog && log.readUInt32BE(at + 4) !== 0) commits += 1;
  }
  return commits;
}

/** Takes the room for anything new away, as a full disk does; `null` gives it back. */
export async function fillDisk({ queue }: Database, pagesMore: number | null): Promise<void> {
  const pages = await queue.run((transaction) =>
    transaction.get<{ page_count: number }>('PRAGMA page_count'),
  );
  const limit = pagesMore === null ? 1_073_741_823 : (pages?.page_count ?? 0) + pagesMore;
  await queue.run((transaction) => transaction.get(`PRAGMA max_page_count = ${limit}`));
}
