// The database that an earlier version made, from its SQL in test/fixtures.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import type { Workplace } from './workplace.js';

/** Makes it as a new file in a folder of the test; tells its path. */
export function fixtureDatabase(place: Workplace, name: string, version = '0.1.0'): string {
  const path = place.write(`${name}/jobs.db`, '');
  const connection = new BetterSqlite3(path);
  connection.pragma('journal_mode = WAL');
  connection.exec(readFileSync(join(import.meta.dirname, `../fixtures/databases/${version}.sql`), 'utf8'));
  connection.close();
  return path;
}
