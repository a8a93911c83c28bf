// Removing old jobs (§3): by when they ended, over HTTP and once a day, and without anybody seeing half of one.
import { CommandBus } from '@nestjs/cqrs';
import BetterSqlite3 from 'better-sqlite3';
import { pino } from 'pino';
import type { TableVerification } from '../../src/audit/verify.js';
import { readSettings } from '../../src/config.js';
import { systemRuntime, type Cancel, type Runtime } from '../../src/runtime/runtime.js';
import { startService, type Service } from '../../src/service.js';
import { ChangeJob } from '../../src/simulation/commands/change-job.js';
import { JobStreams, jobStreamOf } from '../../src/simulation/commands/job-streams.js';
import { rowsAtOnceMax } from '../../src/simulation/rows/row-removal.js';
import { startClockedService, type ClockedService } from '../http/clock.js';
import { client } from '../support/client.js';
import { finishedJob } from '../support/finished-job.js';
import { startTestService, type TestService } from '../support/service.js';
import { verifiedTables } from '../support/reading.js';
import { workplace } from '../support/workplace.js';
import { until } from '../support/until.js';

const place = workplace();
const dayMs = 86_400_000;
const monday = ['2025-01-06'];
const roomForAll = { MAX_ACTIVE_JOBS: '100' };

const verified = ({ databasePath }: TestService): Promise<TableVerification> => verifiedTables(databasePath);

const idsOf = async (service: TestService): Promise<string[]> =>
  (await service.get('/jobs')).body.items.map((job: { job_id: string }) => job.job_id);

const cleanUp = async (service: TestService, days: number): Promise<unknown> => {
  const { status, body } = await service.post('/admin/jobs/cleanup', { older_than_days: days });
  return { status, body };
};

const deleted = (count: number) => ({ status: 200, body: { deleted: count } });

describe('POST /admin/jobs/cleanup', () => {
  let service: ClockedService;

  beforeAll(async () => {
    service = await startClockedService(place, '2025-01-20T12:00:00Z', roomForAll);
  });

  it('removes the jobs that ended so long ago, to the millisecond, and nothing that is open', async () => {
    const older = await finishedJob(service, monday, ['ada']);
    const open = (
      await service.post('/simulate/trigger', { date_range: monday, models: ['open'], rerun: true })
    ).body;
    service.advance(1);
    const younger = await finishedJob(service, monday, ['ada']);
    service.advance(30 * dayMs - 2);
    expect(await cleanUp(service, 30)).toEqual(deleted(0));
    service.advance(1);
    expect(await cleanUp(service, 30)).toEqual(deleted(1));
    expect(await idsOf(service)).toEqual([younger, open.job_id]);
    service.advance(1);
    expect(await cleanUp(service, 30)).toEqual(deleted(1));
    expect(await cleanUp(service, 30)).toEqual(deleted(0));
    expect(await idsOf(service)).toEqual([open.job_id]);

    expect(await service.get(`/simulate/status/${older}`)).toMatchObject({ status: 404 });
    const { body } = await service.get(`/jobs/${older}/events`);
    expect(body.items.at(-1)).toMatchObject({ type: 'JobRemoved', metadata: { actor: 'anonymous' } });
    expect(await verified(service)).toMatchObject({ difference_count: 0, problems: [], warnings: [] });
    await service.post(`/jobs/${open.job_id}/cancel`);
  });

  it('counts from the end and not from the beginning, and from the last end after a retry', async () => {
    const { body: slow } = await service.post('/simulate/trigger', {
      date_range: monday,
      models: ['slow'],
      rerun: true,
    });
    const path = service.modelDay(slow.job_id, '2025-01-06', 'slow');
    const { body: start } = await service.post(`${path}/start`, { worker: 'tester' });
    expect(start).toMatchObject({ attempt: 1 });
    await service.post(`${path}/fail`, { attempt: 1, error: 'no', retryable: false });
    service.advance(40 * dayMs);
    await service.post(`/jobs/${slow.job_id}/retry`);
    await cleanUp(service, 30);
    await service.post(`${path}/start`, { worker: 'tester' });
    await service.post(`${path}/complete`, { attempt: 2 });
    service.advance(29 * dayMs);
    expect(await cleanUp(service, 30)).toEqual(deleted(0));
    service.advance(dayMs);
    expect(await cleanUp(service, 30)).toEqual(deleted(1));
  });

  it('takes 30 days when nothing is said, and refuses what is no age', async () => {
    const jobId = await finishedJob(service, monday, ['ada']);
    service.advance(30 * dayMs - 1);
    expect((await service.post('/admin/jobs/cleanup')).body).toEqual({ deleted: 0 });
    expect(await idsOf(service)).toEqual([jobId]);
    for (const wrong of [
      { older_than_days: -1 },
      { older_than_days: 1.5 },
      { older_than_days: '30' },
      { days: 30 },
    ]) {
      expect(await service.post('/admin/jobs/cleanup', wrong)).toMatchObject({ status: 422 });
    }
    service.advance(1);
    expect((await service.post('/admin/jobs/cleanup', {})).body).toEqual({ deleted: 1 });
  });

  it('removes each of many once, however many ask at the same time', async () => {
    const jobs = Array.from({ length: 60 }, (_, index) => `m${index}`);
    await Promise.all(jobs.map((model) => finishedJob(service, monday, [model])));
    const answers = await Promise.all(
      [1, 2, 3].map(() => service.post('/admin/jobs/cleanup', { older_than_days: 0 })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.reduce((sum, { body }) => sum + Number(body.deleted), 0)).toBe(60);
    expect(await idsOf(service)).toEqual([]);
    expect(await verified(service)).toMatchObject({ difference_count: 0, problems: [] });
  });
});

describe('a large job', () => {
  const models = ['ada', 'bob', 'cyd'];
  const large = { start_date: '2020-01-01', end_date: '2023-12-29', models, rerun: true };

  const ended = async (service: TestService): Promise<string> => {
    const { body } = await service.post('/simulate/trigger', large);
    expect(body.total_model_days).toBeGreaterThan(3 * rowsAtOnceMax);
    await service.post(`/jobs/${body.job_id}/cancel`);
    return body.job_id;
  };

  /** As a process does that is killed right after the commit. */
  const beginRemoval = ({ service: { app, database } }: TestService, jobId: string): Promise<unknown> =>
    database.queue.run((transaction) =>
      app
        .get(JobStreams, { strict: false })
        .execute(
          transaction,
          jobStreamOf(jobId),
          { type: 'RemoveJob', now: '2025-01-20T12:00:00.000Z' },
          { actor: 'tester', correlation_id: 'c' },
        ),
    );

  const rowsOf = ({ service }: TestService): Promise<unknown[]> =>
    Promise.all(
      ['jobs', 'job_progress', 'job_details'].map(async (table) => {
        const sql = `SELECT count(*) AS rows FROM ${table}`;
        return (await service.database.reader.get<{ rows: number }>(sql))?.rows;
      }),
    );

  it('is gone with all its rows when the answer comes', async () => {
    const service = await startTestService(place);
    await ended(service);
    expect(await cleanUp(service, 0)).toEqual(deleted(1));
    expect(await rowsOf(service)).toEqual([0, 0, 0]);
    const other = await ended(service);
    expect(await service.delete(`/jobs/${other}`)).toMatchObject({ status: 204 });
    expect(await rowsOf(service)).toEqual([0, 0, 0]);
    expect(await verified(service)).toMatchObject({ difference_count: 0, problems: [], warnings: [] });
  });

  it('is there for nobody from its event on, and its last rows go when a service starts', async () => {
    const service = await startTestService(place);
    const { database } = service.service;
    const jobId = await ended(service);
    await beginRemoval(service, jobId);
    expect(await rowsOf(service)).toEqual([1, 0, expect.any(Number)]);
    for (const path of [
      `/jobs/${jobId}`,
      `/simulate/status/${jobId}`,
      '/simulate/current',
      `/jobs/${jobId}/model-days`,
      service.modelDay(jobId, '2020-01-01', 'ada'),
    ]) {
      expect({ path, status: (await service.get(path)).status }).toEqual({ path, status: 404 });
    }
    expect(await idsOf(service)).toEqual([]);
    expect(await service.delete(`/jobs/${jobId}`)).toMatchObject({ status: 404 });
    expect(await cleanUp(service, 0)).toEqual(deleted(0));
    // Who reads the table without Daybook is told, too.
    expect(await database.reader.all('SELECT error FROM jobs')).toEqual([
      { error: expect.stringContaining('Removed') },
    ]);
    expect(await verified(service)).toMatchObject({
      difference_count: 0,
      warnings: [`${jobId} was removed, and its rows are still being deleted`],
    });
    await service.service.stop();

    const next = await startTestService(place, { DATABASE_URL: `sqlite:${service.databasePath}` });
    expect(await rowsOf(next)).toEqual([0, 0, 0]);
    expect(await verified(next)).toMatchObject({ difference_count: 0, problems: [], warnings: [] });
  });

  it('keeps its rows when somebody has deleted that of its progress: its events do not say that it is gone', async () => {
    const service = await startTestService(place);
    const { database } = service.service;
    await ended(service);
    await database.queue.run((transaction) => transaction.run('DELETE FROM job_progress'));
    await service.service.stop();
    const next = await startTestService(place, { DATABASE_URL: `sqlite:${service.databasePath}` });
    expect(await rowsOf(next)).toEqual([1, 0, expect.any(Number)]);
    expect(await verified(next)).toMatchObject({
      difference_count: 1,
      differences: [{ table: 'job_progress', actual: null }],
      warnings: [],
    });
  });

  it('is not taken for one of which rows are still being deleted when it has no row of its own', async () => {
    const service = await startTestService(place);
    const jobId = await ended(service);
    await service.delete(`/jobs/${jobId}`);
    const other = new BetterSqlite3(service.databasePath);
    other.pragma('foreign_keys = OFF');
    other
      .prepare(
        "INSERT INTO job_details (job_id, date, model, status) VALUES (?, '2020-01-01', 'ada', 'failed')",
      )
      .run(jobId);
    other.close();
    expect(await verified(service)).toMatchObject({
      difference_count: 1,
      differences: [{ table: 'job_details', job_id: jobId, expected: null }],
      warnings: [],
    });
  });

  it('does not hold up the commands of others: they share the time with its slices', async () => {
    const service = await startTestService(place, roomForAll);
    const jobId = await ended(service);
    const { database, app } = service.service;
    const commits: string[] = [];
    const commands = app.get(CommandBus, { strict: false });
    const metadata = { actor: 'tester', correlation_id: 'c' };
    const removed = commands.execute(new ChangeJob(jobId, { type: 'RemoveJob' }, metadata)).then(() => {
      commits.push('all rows');
    });
    await until(
      'the event',
      async () => (await database.reader.all('SELECT 1 FROM job_progress')).length === 0,
    );
    await database.queue.run((transaction) => transaction.run('UPDATE write_probe SET probes = 0'));
    commits.push('a command');
    await removed;
    expect(commits).toEqual(['a command', 'all rows']);
  });
});

describe('a retention', () => {
  it('removes old jobs at the start and each day after', async () => {
    const settings = { ...roomForAll, DATABASE_URL: `sqlite:${place.path('retention', 'jobs.db')}` };
    const before = await startClockedService(place, '2025-01-20T12:00:00Z', settings);
    await finishedJob(before, monday, ['first']);
    before.advance(2 * dayMs);
    await finishedJob(before, monday, ['second']);
    await before.service.stop();

    let nowMs = Date.parse('2025-01-20T13:00:00Z') + 30 * dayMs;
    const daily = new Set<() => void>();
    const after = (ms: number, call: () => void): Cancel => {
      if (ms !== dayMs) return systemRuntime.after(ms, call);
      daily.add(call);
      return () => daily.delete(call);
    };
    const runtime = Object.create(systemRuntime, {
      nowMs: { value: () => nowMs },
      after: { value: after },
    }) as Runtime;
    place.write('retention/configs/default_config.json', '{}');
    const environment = {
      ...settings,
      RETENTION_DAYS: '30',
      PORT: '0',
      CONFIG_DIR: place.path('retention', 'configs'),
    };
    const service: Service = await startService(readSettings(environment), runtime, {
      log: pino({ level: 'silent' }),
    });
    const api = client(service.url);
    const modelsLeft = async (): Promise<string> =>
      JSON.stringify((await api.get('/jobs')).body.items.map((job: { models: string[] }) => job.models[0]));
    try {
      await until('the first run', async () => (await modelsLeft()) === '["second"]' && daily.size === 1);
      nowMs += 2 * dayMs;
      const [call] = daily;
      daily.clear();
      call!();
      await until('the next day', async () => (await modelsLeft()) === '[]' && daily.size === 1);
      const { body } = await api.get('/events?type=JobRemoved');
      expect(body.items.map((event: any) => event.metadata.actor)).toEqual(['daybook', 'daybook']);
    } finally {
      await service.stop();
    }
    expect(daily.size).toBe(0);
  });
});
