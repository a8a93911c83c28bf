// A rebuild on a real database, with its real thread (which is built: `npm run build`).
import { Database } from '../../src/database/database.js';
import { Rebuilds, type RebuildView } from '../../src/projection/rebuilds.js';
import { systemRuntime } from '../../src/runtime/runtime.js';
import { engineOf } from '../../src/database/engines.js';
import { migrationsOf, tablesOf } from '../../src/schema.js';
import { kinds } from '../support/kinds.js';
import { jobStreams } from '../../src/simulation/stream-kind.js';
import { JobStreams, jobStreamOf } from '../../src/simulation/commands/job-streams.js';
import { RowRemoval, rowsAtOnceMax } from '../../src/simulation/rows/row-removal.js';
import { startTestService, type TestService } from '../support/service.js';
import { verifiedTables } from '../support/reading.js';
import { workplace } from '../support/workplace.js';
import { writeHistory } from './history.js';

const place = workplace();

const program = new URL('../../dist/background-thread.js', import.meta.url);
const kindsUrl = new URL('../../dist/kinds.js', import.meta.url).href;

const rebuildsOf = (database: Database, path: string): Rebuilds =>
  new Rebuilds(database, systemRuntime, [jobStreams.projection], {
    program,
    url: `sqlite:${path}`,
    kindsUrl,
  });

let service: TestService;
let rebuilds: Rebuilds;
let jobIds: string[];

beforeEach(async () => {
  service = await startTestService(place, { MAX_ACTIVE_JOBS: '10' });
  jobIds = await writeHistory(service);
  rebuilds = rebuildsOf(service.service.database, service.databasePath);
});

/** What an admin does beside the service. */
const edit = (...statements: string[]): Promise<void> => service.beside.edit(...statements);

async function rebuilt(): Promise<RebuildView> {
  rebuilds.start();
  const ended = await rebuilds.whenEnded();
  if (ended === undefined) throw new Error('no rebuild ran');
  return ended;
}

const schema = (): Promise<unknown> =>
  service.service.database.reader.all(
    'SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name',
  );

const expectTablesAsLog = async (): Promise<void> => {
  expect(await verifiedTables(service.databasePath)).toMatchObject({
    difference_count: 0,
    differences: [],
    warnings: [],
  });
};

it('puts new tables in the place of the old ones, which differed in nothing', async () => {
  const before = await schema();
  const ended = await rebuilt();
  const [{ end }] = (await service.service.database.reader.all<{ end: number }>(
    'SELECT max(position) AS end FROM events',
  )) as [{ end: number }];
  expect(ended).toMatchObject({
    projection: 'jobs',
    status: 'completed',
    events_done: end,
    events_total: end,
    difference_count: 0,
    differences: [],
    error: null,
  });
  await expectTablesAsLog();
  // Tables, checks, foreign keys and indexes: by name and by text.
  expect(await schema()).toEqual(before);
  expect(await service.service.database.reader.all('PRAGMA foreign_key_list(job_details)')).toMatchObject([
    { table: 'jobs', from: 'job_id', to: 'job_id', on_delete: 'CASCADE' },
  ]);
  expect(
    await service.service.database.reader.all(
      "SELECT position, version FROM projections WHERE name = 'jobs'",
    ),
  ).toEqual([{ position: end, version: 1 }]);
});

it('keeps the order of jobs that were created at one time, whatever the order in which it writes them', async () => {
  const listed = async (): Promise<string[]> =>
    (await service.get('/jobs')).body.items.map((job: { job_id: string }) => job.job_id);
  expect(await listed()).toEqual(jobIds.toReversed());
  await edit("UPDATE jobs SET created_at = '2025-01-20T14:30:00.000Z'", 'UPDATE jobs SET rowid = -rowid');
  expect(await listed()).toEqual(jobIds.toReversed());
  expect((await rebuilt()).status).toBe('completed');
  expect(await listed()).toEqual(jobIds.toReversed());
});

it('tells what differed, and mends it', async () => {
  const [completed = '', retried = ''] = jobIds;
  await edit(
    `UPDATE jobs SET status = 'failed' WHERE job_id = '${completed}'`,
    `DELETE FROM job_details WHERE job_id = '${completed}' AND date = '2025-01-16' AND model = 'a'`,
    `UPDATE job_details SET error = 'nonsense' WHERE job_id = '${retried}' AND model = 'c' AND date = '2025-01-17'`,
    "INSERT INTO job_details (job_id, date, model, status) VALUES ('nobody', '2025-01-16', 'a', 'pending')",
  );
  const { difference_count: count, differences } = await rebuilt();
  expect(count).toBe(4);
  expect(differences).toEqual(
    expect.arrayContaining([
      { table: 'jobs', job_id: completed, column: 'status', expected: 'completed', actual: 'failed' },
      expect.objectContaining({
        table: 'job_details',
        job_id: completed,
        date: '2025-01-16',
        model: 'a',
        actual: null,
      }),
      expect.objectContaining({
        table: 'job_details',
        job_id: retried,
        column: 'error',
        expected: null,
        actual: 'nonsense',
      }),
      expect.objectContaining({ table: 'job_details', job_id: 'nobody', expected: null }),
    ]),
  );
  await expectTablesAsLog();
  expect((await service.get(`/jobs/${completed}`)).body.status).toBe('completed');
});

it('goes on while commands are accepted, and reads see whole jobs all the time', async () => {
  const [, , , running = ''] = jobIds;
  const over = { yes: false };
  const statuses = new Set<number>();
  const writing = (async () => {
    for (let round = 1; !over.yes; round += 1) {
      const { status, body } = await service.post('/simulate/trigger', {
        models: [`m${round}`],
        date_range: ['2025-01-16'],
        rerun: true,
      });
      statuses.add(status);
      const path = service.modelDay(body.job_id, '2025-01-16', `m${round}`);
      statuses.add((await service.post(`${path}/start`, { worker: 'w' })).status);
      statuses.add((await service.post(`${path}/complete`, { attempt: 1 })).status);
    }
  })();
  const seen = new Set<number>();
  const reading = (async () => {
    while (!over.yes)
      seen.add((await service.get(`/simulate/status/${running}`)).body.progress.details.length);
  })();
  for (let times = 0; times < 3; times += 1) expect((await rebuilt()).status).toBe('completed');
  over.yes = true;
  await Promise.all([writing, reading]);
  expect([...statuses].toSorted((one, other) => one - other)).toEqual([200, 202]);
  expect([...seen]).toEqual([4]);
  await expectTablesAsLog();
});

it('leaves nothing of a job whose rows were being deleted, and whoever deletes them finds that done', async () => {
  const { app, database } = service.service;
  const large = { start_date: '2020-01-01', end_date: '2023-12-29', models: ['a', 'b'], rerun: true };
  const { body } = await service.post('/simulate/trigger', large);
  await service.post(`/jobs/${body.job_id}/cancel`);
  const removal = { type: 'RemoveJob', now: '2025-01-20T12:00:00.000Z' } as const;
  const metadata = { actor: 'tester', correlation_id: 'c' };
  await database.queue.run((transaction) =>
    app.get(JobStreams, { strict: false }).execute(transaction, jobStreamOf(body.job_id), removal, metadata),
  );
  const rows = () => database.reader.all('SELECT job_id FROM job_details WHERE job_id = ?', body.job_id);
  expect((await rows()).length).toBeGreaterThan(rowsAtOnceMax);
  expect(await rebuilt()).toMatchObject({ status: 'completed', difference_count: 0 });
  expect(await rows()).toEqual([]);
  await new RowRemoval(database).finish(body.job_id);
  await expectTablesAsLog();
});

it('runs once at a time, and can be stopped, which leaves everything as it was', async () => {
  const before = await schema();
  const { id } = rebuilds.start();
  expect(() => rebuilds.start()).toThrow(expect.objectContaining({ code: 'rebuild_running' }));
  expect(await rebuilds.cancel(id)).toMatchObject({ id, status: 'cancelled', error: null });
  expect(await schema()).toEqual(before);
  // An ended one stays as it ended.
  expect(await rebuilds.cancel(id)).toMatchObject({ id, status: 'cancelled' });
  await expect(rebuilds.find('other')).rejects.toMatchObject({ code: 'rebuild_not_found' });
  expect((await rebuilt()).status).toBe('completed');
});

it('fails on a log that it cannot fold, and leaves the old tables', async () => {
  await edit('DROP TRIGGER events_no_delete', 'DELETE FROM events WHERE position = 3');
  const before = await schema();
  expect(await rebuilt()).toMatchObject({
    status: 'failed',
    error: 'the log has no event at position 3',
  });
  expect(await schema()).toEqual(before);
  expect((await service.get(`/jobs/${jobIds[0] ?? ''}`)).body.status).toBe('completed');
});

it.each([
  ['while it is written down', true],
  ['and goes on being so', false],
])('fails on a database that is locked %s, and the next one is not hindered', async (_, isReleased) => {
  const { databasePath: path } = service;
  const release = await service.beside.holdWrites();
  let released: Promise<void> | undefined;
  const database = await Database.open({
    engine: engineOf(`sqlite:${path}`),
    migrations: migrationsOf(kinds),
    tables: tablesOf(kinds),
    runtime: systemRuntime,
    limits: { busyRetryMs: 0 },
    watching: {
      observer: {
        committed: () => undefined,
        unavailable: () => {
          if (isReleased) released ??= release();
        },
      },
    },
  });
  rebuilds = rebuildsOf(database, path);
  const failed = await rebuilt();
  expect(failed).toMatchObject({ status: 'failed', error: 'the database is locked by another process' });
  expect(await rebuilds.find(failed.id)).toEqual(failed);
  expect(await rebuilds.latest()).toEqual(failed);
  await (released ?? release());
  expect(await rebuilt()).toMatchObject({ status: 'completed', difference_count: 0 });
  await database.close();
});
