// The log as its table protects it, whoever writes: only the end may grow, and nothing that stands may change.
import type BetterSqlite3 from 'better-sqlite3';
import { workplace } from '../support/workplace.js';
import { openTestDatabase } from './test-database.js';

const place = workplace();
let other: BetterSqlite3.Database;

const insert = (verb: string, position: number, streamId: string, version: number): unknown =>
  other
    .prepare(
      `${verb} INTO events (position, stream_id, version, type, schema_version, data, metadata, recorded_at)
       VALUES (?, ?, ?, 'JobCreated', 1, '{}', '{}', '2025-01-20T14:30:00.000Z')`,
    )
    .run(position, streamId, version);

const stored = (): unknown[] =>
  other.prepare('SELECT position, stream_id, version, data FROM events ORDER BY position').all();

let before: unknown[];

beforeEach(async () => {
  ({ other } = await openTestDatabase(place));
  insert('INSERT', 1, 'job-a', 1);
  insert('INSERT', 2, 'job-b', 1);
  insert('INSERT', 3, 'job-a', 2);
  before = stored();
});

afterEach(() => {
  expect(stored()).toEqual(before);
});

it.each([
  ['a column', "UPDATE events SET data = '[]' WHERE position = 2"],
  ['every row', "UPDATE events SET metadata = '{}'"],
  ['a position', 'UPDATE events SET position = 9 WHERE position = 3'],
  ['nothing at all', 'UPDATE events SET data = data WHERE position = 1'],
])('refuses an update of %s', (_, sql) => {
  expect(() => other.exec(sql)).toThrow('events are never changed');
});

it.each([
  ['the last event', 'DELETE FROM events WHERE position = 3'],
  ['all events', 'DELETE FROM events'],
])('refuses to delete %s', (_, sql) => {
  expect(() => other.exec(sql)).toThrow('events are never deleted');
});

it.each(['INSERT', 'INSERT OR REPLACE', 'INSERT OR IGNORE', 'REPLACE'])(
  '%s changes no event that stands',
  (verb) => {
    const refusal = 'events are appended at the end of the log';
    expect(() => insert(verb, 3, 'job-a', 2)).toThrow(refusal);
    expect(() => insert(verb, 1, 'job-c', 1)).toThrow(refusal);
    expect(() => insert(verb, 4, 'job-a', 2)).toThrow(refusal);
  },
);

it('an upsert changes no event that stands', () => {
  expect(() =>
    other.exec(
      `INSERT INTO events (position, stream_id, version, type, schema_version, data, metadata, recorded_at)
       VALUES (3, 'job-a', 2, 'JobCreated', 1, '[]', '{}', '2025-01-20T14:30:00.000Z')
       ON CONFLICT (position) DO UPDATE SET data = excluded.data`,
    ),
  ).toThrow('events are appended at the end of the log');
});

it.each([
  ['a gap', 5],
  ['a position before the first', 0],
  ['a negative position', -1],
])('refuses %s in the positions', (_, position) => {
  expect(() => insert('INSERT', position, 'job-a', 3)).toThrow('events are appended at the end of the log');
});
