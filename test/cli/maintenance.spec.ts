// `daybook migrate` and `daybook cleanup`, on a database of the version before and beside a service.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { migrationsOf } from '../../src/schema.js';
import { kinds } from '../support/kinds.js';
import { takeServiceLock } from '../../src/database/sqlite/service-lock.js';
import { daybook } from '../support/command.js';
import { finishedJob } from '../support/finished-job.js';
import { fixtureDatabase } from '../support/fixture-database.js';
import { startTestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { readDatabase } from '../support/stored-log.js';
import { expectTablesToMatchLog } from '../support/tables-match-log.js';

const migrations = migrationsOf(kinds);
const place = workplace();
const newer = migrations.slice(1).map(({ name }) => name);

const migrationsIn = (database: string): unknown[] =>
  readDatabase(database, (connection) =>
    connection.prepare('SELECT name FROM schema_migrations').pluck().all(),
  );

const idsIn = (database: string): unknown[] =>
  readDatabase(database, (connection) =>
    connection.prepare('SELECT job_id FROM jobs ORDER BY rowid').pluck().all(),
  );

describe('migrate', () => {
  it('shows with --dry-run what it would do and changes nothing, then does it, then has nothing to do', async () => {
    const database = fixtureDatabase(place, 'older');
    const before = readFileSync(database);
    const { code, out } = await daybook('migrate', '--dry-run', '--database', database);
    expect(code).toBe(0);
    for (const name of newer) expect(out).toContain(`-- ${name}`);
    expect(out).toContain('CREATE TABLE removals (job_id TEXT PRIMARY KEY) WITHOUT ROWID;');
    expect(out).toContain('DROP TABLE removals;');
    expect(readFileSync(database).equals(before)).toBe(true);
    expect(readdirSync(dirname(database))).toEqual(['jobs.db']);
    expect(await daybook('verify', '--database', database)).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /job_progress has no column created_position yet[^]*The tables are what the events say/,
      ),
    });

    const lock = takeServiceLock(database);
    expect(await daybook('migrate', '--database', database)).toMatchObject({
      code: 2,
      err: expect.stringContaining('A service is using'),
    });
    lock.release();
    const applied = await daybook('migrate', '--database', database, '--json');
    expect(JSON.parse(applied.out)).toMatchObject({
      applied: true,
      migrations: newer.map((name) => ({ name })),
    });
    expect(migrationsIn(database)).toEqual(migrations.map(({ name }) => name));
    expectTablesToMatchLog(database);
    expect(await daybook('verify', '--database', database)).toMatchObject({ code: 0 });
    expect((await daybook('migrate', '--database', database)).out).toContain('There is nothing to do');
  });

  it('refuses a newer database, and makes none', async () => {
    const database = fixtureDatabase(place, 'newer');
    const connection = new BetterSqlite3(database);
    connection.exec("INSERT INTO schema_migrations (timestamp, name) VALUES (9e12, 'Later9')");
    connection.close();
    const before = readFileSync(database);
    const { code, err } = await daybook('migrate', '--database', database);
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringContaining('comes from a newer Daybook (Later9)'),
    });
    expect(readFileSync(database).equals(before)).toBe(true);

    const nothing = place.path('nothing.db');
    expect(await daybook('migrate', '--database', nothing)).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no such file'),
    });
    expect(readdirSync(place.path())).not.toContain('nothing.db');
  });
});

it('a service brings a database of the version before up to date by itself, and serves it', async () => {
  const database = fixtureDatabase(place, 'served');
  const service = await startTestService(place, { DATABASE_URL: `sqlite:${database}` });
  const { body } = await service.get('/jobs');
  const statuses = body.items.map(({ status }: { status: string }) => status);
  expect(new Set(statuses)).toEqual(new Set(['pending', 'running', 'completed', 'partial', 'failed']));
  expect(migrationsIn(database)).toEqual(migrations.map(({ name }) => name));
  expectTablesToMatchLog(database);
});

it('what the version before left of a job that was being removed goes with the first start', async () => {
  const database = fixtureDatabase(place, 'half-removed');
  const connection = new BetterSqlite3(database);
  const [removals] = migrations.filter(({ name }) => name === 'Removals1764100000000');
  for (const { name, statements } of [removals!]) {
    for (const statement of statements.sqlite) connection.exec(statement);
    connection
      .prepare('INSERT INTO schema_migrations (timestamp, name) VALUES (?, ?)')
      .run(Number(name.slice(-13)), name);
  }
  // As its transaction left them that appended the event, for a job of more than a thousand model-days.
  connection.exec(`
    INSERT INTO removals SELECT job_id FROM jobs WHERE status = 'completed';
    INSERT INTO events
    SELECT end + 1, 'job-' || job_id, version + 1, 'JobRemoved', 1, '{"removed_at":"2025-01-20T12:00:00.000Z"}', '{}', recorded_at
    FROM removals JOIN job_progress USING (job_id),
      (SELECT max(position) AS end, max(recorded_at) AS recorded_at FROM events);
    UPDATE projections SET position = position + 1;
    UPDATE jobs SET error = 'Removed: its rows are being deleted' WHERE job_id IN (SELECT job_id FROM removals);
    DELETE FROM job_progress WHERE job_id IN (SELECT job_id FROM removals);
    DELETE FROM job_details WHERE job_id IN (SELECT job_id FROM removals) AND model = 'ada'`);
  const left = connection.prepare('SELECT job_id FROM removals').pluck().all() as string[];
  connection.close();
  expect(left).toHaveLength(1);
  expect(await daybook('verify', '--database', database)).toMatchObject({
    code: 0,
    out: expect.stringContaining(`${left[0]} was removed, and its rows are still being deleted`),
  });

  const service = await startTestService(place, { DATABASE_URL: `sqlite:${database}` });
  expect(await service.get(`/jobs/${left[0]}`)).toMatchObject({ status: 404 });
  expect(idsIn(database)).not.toContain(left[0]);
  expectTablesToMatchLog(database);
});

describe('cleanup', () => {
  it('removes on a database that no service uses what it shows with --dry-run', async () => {
    const database = fixtureDatabase(place, 'old-jobs');
    const ended = readDatabase(database, (connection) =>
      connection
        .prepare("SELECT job_id FROM jobs WHERE status IN ('completed', 'partial', 'failed') ORDER BY rowid")
        .pluck()
        .all(),
    ) as string[];
    expect(ended).toHaveLength(3);
    const all = idsIn(database);
    const shown = await daybook(
      'cleanup',
      '--older-than',
      '0d',
      '--dry-run',
      '--database',
      database,
      '--json',
    );
    expect(
      shown.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).job_id),
    ).toEqual(ended);
    expect(idsIn(database)).toEqual(all);

    const { code, out } = await daybook('cleanup', '--older-than', '0d', '--database', database, '--json');
    expect({ code, out: JSON.parse(out) }).toEqual({ code: 0, out: { deleted: 3 } });
    expect(idsIn(database)).toEqual(all.filter((id) => !ended.includes(id as string)));
    expectTablesToMatchLog(database);
  });

  it('goes through the service that runs', async () => {
    const service = await startTestService(place);
    await finishedJob(service, ['2025-01-06'], ['ada']);
    const { databasePath: path } = service;
    for (const where of [
      ['--database', path],
      ['--url', service.url],
    ]) {
      expect(await daybook('cleanup', '--older-than', '0d', ...where)).toMatchObject({
        code: 0,
        out: '1 job was removed. The events stay.\n',
      });
      expect((await service.get('/jobs')).body.items).toEqual([]);
      await finishedJob(service, ['2025-01-06'], ['ada']);
    }
  });

  it('says how an age is written', async () => {
    const database = fixtureDatabase(place, 'ages');
    for (const age of ['52w', '8736h', '364d'])
      expect(
        await daybook('cleanup', '--older-than', age, '--dry-run', '--database', database),
      ).toMatchObject({
        code: 0,
      });
    expect(await daybook('cleanup', '--older-than', '1 month')).toMatchObject({
      code: 2,
      err: '--older-than 1 month: give whole days up to 36500d, like 30d, 2w or 48h.\n',
    });
  });
});
