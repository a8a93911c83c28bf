// Opening a database: a new one, a known one, and all the files that it must leave alone.
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { engineOf } from '../../../src/database/engines.js';
import { Database } from '../../../src/database/database.js';
import { UnusableDatabase } from '../../../src/database/unusable-database.js';
import { systemRuntime } from '../../../src/runtime/runtime.js';
import { migrationsOf } from '../../../src/schema.js';
import { kinds } from '../../support/kinds.js';
import { workplace } from '../../support/workplace.js';

const migrations = migrationsOf(kinds);
const place = workplace();

const open = (path: string): Promise<Database> =>
  Database.open({
    engine: engineOf(`sqlite:${path}`),
    migrations,
    tables: [],
    runtime: systemRuntime,
  });

/** Makes a database file by SQL; tells its path. */
function made(name: string, sql: string): string {
  const path = place.write(`${name}/jobs.db`, '');
  const connection = new BetterSqlite3(path);
  connection.exec(sql);
  connection.close();
  return path;
}

it('does not take the place of a file whose commits lie there still', async () => {
  const path = place.path('moved', 'jobs.db');
  place.write('moved/jobs.db-wal', 'commits');
  for (const make of [() => undefined, () => place.write('moved/jobs.db', '')]) {
    make();
    await expect(open(path)).rejects.toThrow(/jobs\.db-wal holds commits of it/);
    expect(readFileSync(`${path}-wal`, 'utf8')).toBe('commits');
  }
});

async function refusalOf(path: string): Promise<string> {
  const before = readFileSync(path);
  const refusal: unknown = await open(path).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(UnusableDatabase);
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(readdirSync(dirname(path))).toEqual(['jobs.db']);
  return (refusal as Error).message;
}

it('makes the folder and the file, and opens what it made as it left it', async () => {
  const path = place.path('new', 'folder', 'jobs.db');
  const first = await open(path);
  await first.queue.run((transaction) => transaction.run('UPDATE write_probe SET probes = 7'));
  await first.close();

  const second = await open(path);
  expect(await second.reader.all('SELECT probes FROM write_probe')).toEqual([{ probes: 7 }]);
  expect(await second.reader.all('SELECT name FROM schema_migrations')).toEqual(
    migrations.map(({ name }) => ({ name })),
  );
  await second.close();
});

it('writes with full durability, and checks foreign keys', async () => {
  const database = await open(place.path('pragmas.db'));
  const pragma = (name: string) =>
    database.queue.run((transaction) => transaction.get<object>(`PRAGMA ${name}`));
  expect(await pragma('journal_mode')).toEqual({ journal_mode: 'wal' });
  expect(await pragma('synchronous')).toEqual({ synchronous: 2 });
  expect(await pragma('foreign_keys')).toEqual({ foreign_keys: 1 });
  await database.close();
});

it('lets its reading connection write nothing', async () => {
  const database = await open(place.path('reads.db'));
  const deleting = database.reader.all('DELETE FROM write_probe RETURNING probes');
  // By its text: the driver's errors may come from the realm of another test file.
  await expect(deleting).rejects.toMatchObject({ message: expect.stringContaining('readonly') });
  await database.close();
});

it('goes on where a first start was killed before its first migration', async () => {
  const path = made(
    'killed',
    'CREATE TABLE schema_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp BIGINT, name VARCHAR)',
  );
  const database = await open(path);
  expect(await database.reader.all('SELECT count(*) AS events FROM events')).toEqual([{ events: 0 }]);
  await database.close();
});

describe('leaves alone, and says why it cannot be used,', () => {
  it.each([
    ['tables of its own', 'CREATE TABLE customers (id INTEGER PRIMARY KEY)'],
    ['migrations of its own', 'CREATE TABLE schema_migrations (version TEXT); CREATE TABLE customers (id)'],
    ['nothing but migrations of its own', 'CREATE TABLE schema_migrations (version TEXT)'],
    [
      'migrations that look like ours',
      'CREATE TABLE schema_migrations (id, timestamp, name); CREATE TABLE customers (id)',
    ],
    ['the tables of the first build', 'CREATE TABLE jobs (job_id TEXT); CREATE TABLE job_details (id)'],
    ['a view', 'CREATE VIEW numbers AS SELECT 1 AS number'],
  ])('a database of another program with %s', async (name, sql) => {
    const path = made(name, sql);
    expect(await refusalOf(path)).toMatch(
      `Cannot use the database ${path}: it is a database of another program`,
    );
  });

  it('a database that a newer Daybook has migrated', async () => {
    const path = place.path('newer', 'jobs.db');
    await (await open(path)).close();
    const connection = new BetterSqlite3(path);
    connection.exec("INSERT INTO schema_migrations (timestamp, name) VALUES (9e12, 'Later9000000000000')");
    connection.close();
    expect(await refusalOf(path)).toMatch(/comes from a newer Daybook \(Later9000000000000\)/);
  });

  it('a file that is no database', async () => {
    const path = place.write('text/jobs.db', 'Dear diary, today I was taken for a database. '.repeat(100));
    expect(await refusalOf(path)).toMatch('it is damaged, or no SQLite database at all');
  });

  it.each([
    ['half', 0.5],
    ['nearly all', 0.001],
  ])('a database of which %s is missing', async (_, share) => {
    const path = place.path(`truncated-${share}`, 'jobs.db');
    await (await open(path)).close();
    truncateSync(path, Math.ceil(statSync(path).size * share));
    await expect(open(path)).rejects.toThrow('it is damaged, or no SQLite database at all');
  });

  it('a database with pages of something else', async () => {
    const path = place.path('overwritten', 'jobs.db');
    await (await open(path)).close();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill('x', 4096));
    await expect(open(path)).rejects.toThrow('it is damaged, or no SQLite database at all');
  });

  it('a folder', async () => {
    place.write('a-folder/jobs.db/file', '');
    await expect(open(place.path('a-folder', 'jobs.db'))).rejects.toThrow(
      /^Cannot use the database .*: it is no file, but a folder\.$/,
    );
  });
});
