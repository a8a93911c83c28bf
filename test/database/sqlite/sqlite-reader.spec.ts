// What cannot be read says why.
import BetterSqlite3 from 'better-sqlite3';
import { SqliteReader } from '../../../src/database/sqlite/sqlite-reader.js';
import { workplace } from '../../support/workplace.js';

const place = workplace();

function foreign(): string {
  const path = place.path('foreign.db');
  new BetterSqlite3(path).exec('CREATE TABLE customers (id INTEGER PRIMARY KEY)').close();
  return path;
}

it.each([
  ['a file that is not there', () => place.path('nothing.db'), 'there is no such file'],
  ['a folder', () => place.path(), 'it is no file, but a folder'],
  ['an empty file', () => place.write('empty.db', ''), 'it is empty: no service was ever started on it'],
  ['a text', () => place.write('text.db', 'Once upon a time'), 'it is damaged, or no SQLite database at all'],
  ['a database of another program', foreign, 'it is a database of another program'],
])('%s', (_, make, why) => {
  const path = make();
  expect(() => SqliteReader.open(path)).toThrow(`Cannot use the database ${path}: ${why}`);
});
