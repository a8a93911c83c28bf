// Starts that cannot be: each ends with a message for whoever has to mend it, and without a stack trace.
import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import BetterSqlite3 from 'better-sqlite3';
import { engineOf } from '../../src/database/engines.js';
import { Database } from '../../src/database/database.js';
import { systemRuntime } from '../../src/runtime/runtime.js';
import { migrationsOf } from '../../src/schema.js';
import { kinds } from '../support/kinds.js';
import { workplace } from '../support/workplace.js';
import { settingsIn, startInVain, type Exit, type Settings } from './daybook-process.js';

const place = workplace();

/** What a start that cannot be says: a few lines, none of them from the inside. */
async function complaintOf(settings: Settings): Promise<string> {
  const exit: Exit = await startInVain(settings);
  expect(exit).toMatchObject({ code: 2, signal: null });
  expect(exit.stderr).not.toMatch(/^\s+at /m);
  expect(exit.stderr).not.toContain('node_modules');
  return exit.stderr;
}

let count = 0;
function settings(more: Settings = {}): Settings & { databasePath: string } {
  count += 1;
  return settingsIn(place, `start-${count}`, more);
}

describe('a start with settings that cannot be used', () => {
  it('names all of them at once, with what would be right', async () => {
    const complaint = await complaintOf(
      settings({
        PORT: 'http',
        MAX_ATTEMPTS: '0',
        ON_RESTART: 'ignore',
        WORKER_CONCURRENCY: '4.5',
        DATABASE_URL: 'jobs.db',
        LOG_LEVEL: 'loud',
        LEASE_MS: '-1',
        EXECUTOR: 'module:/nowhere.mjs',
      }),
    );
    for (const said of [
      'PORT=http: must be a whole number',
      'MAX_ATTEMPTS=0: ',
      'ON_RESTART=ignore: ',
      'WORKER_CONCURRENCY=4.5: must be a whole number',
      'DATABASE_URL=jobs.db: must be sqlite:<path>',
      'LOG_LEVEL=loud: ',
      'LEASE_MS=-1: must be a whole number from 10 to 86400000',
      'EXECUTOR=module:/nowhere.mjs: There is no file /nowhere.mjs.',
    ]) {
      expect(complaint).toContain(said);
    }
  });

  it('says what is wrong with an executor', async () => {
    for (const [executor, why] of [
      ['python3 session.py', 'There is no executor "python3 session.py": give none, module:<path> or'],
      ['command:no-such-program', 'There is no program no-such-program on the PATH'],
    ] as const)
      expect(await complaintOf(settings({ EXECUTOR: executor }))).toContain(`EXECUTOR=${executor}: ${why}`);

    const broken = place.write('broken.mjs', "throw new Error('no market data');");
    const complaint = await complaintOf(settings({ EXECUTOR: `module:${broken}` }));
    expect(complaint).toBe(`The module ${broken} fails to load: no market data\n`);
  });

  it('says that the port is taken, and how to choose another', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const complaint = await complaintOf(settings({ PORT: String(port) }));
    expect(complaint).toContain(`address already in use 127.0.0.1:${port}`);
    expect(complaint).toContain('Choose another HOST or PORT (0 takes a free one)');
    server.close();
  });

  it('says that it cannot listen on an address of another machine', async () => {
    expect(await complaintOf(settings({ HOST: '192.0.2.1' }))).toContain('192.0.2.1');
  });
});

describe('a start on a database that cannot be used', () => {
  it('says that the file is no database, and leaves it alone', async () => {
    const all = settings();
    const diary = 'Dear diary, today I was taken for a database. '.repeat(100);
    writeFileSync(all.databasePath, diary);
    const complaint = await complaintOf(all);
    expect(complaint).toContain(`Cannot use the database ${all.databasePath}`);
    expect(complaint).toContain('it is damaged, or no SQLite database at all');
    expect(readFileSync(all.databasePath, 'utf8')).toBe(diary);
  });

  it('says that there is a folder in its place, or a file where its folder should be', async () => {
    const folder = settings();
    mkdirSync(folder.databasePath);
    expect(await complaintOf(folder)).toContain(
      `Cannot use the database ${folder.databasePath}: it is no file, but a folder.`,
    );

    const file = place.write('file', '');
    const inFile = await complaintOf(settings({ DATABASE_URL: `sqlite:${file}/jobs.db` }));
    expect(inFile).toContain(`Cannot open the database ${file}/jobs.db`);
  });

  it('says that the database belongs to another program', async () => {
    const all = settings();
    const connection = new BetterSqlite3(all.databasePath);
    connection.exec('CREATE TABLE customers (id INTEGER PRIMARY KEY)');
    connection.close();
    expect(await complaintOf(all)).toContain('it is a database of another program');
  });

  it('says that the database comes from a newer Daybook, or that a part of it is missing', async () => {
    const newer = settings();
    const truncated = settings();
    for (const { databasePath: path } of [newer, truncated]) {
      const made = await Database.open({
        engine: engineOf(`sqlite:${path}`),
        migrations: migrationsOf(kinds),
        tables: [],
        runtime: systemRuntime,
      });
      await made.close();
    }
    const connection = new BetterSqlite3(newer.databasePath);
    connection.exec("INSERT INTO schema_migrations (timestamp, name) VALUES (9e12, 'Later9000000000000')");
    connection.close();
    expect(await complaintOf(newer)).toContain('it comes from a newer Daybook (Later9000000000000)');

    truncateSync(truncated.databasePath, 10_000);
    expect(await complaintOf(truncated)).toContain('it is damaged');
  });
});
