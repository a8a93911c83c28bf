// A service with a second kind beside the jobs: every mechanism serves both, and none learns what either is about.
import { advancePositions } from '../../src/projection/position.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { LogSignal } from '../../src/event-store/log-signal.js';
import { streamOf } from '../../src/event-store/kind.js';
import { Streams } from '../../src/event-store/streams.js';
import { systemRuntime } from '../../src/runtime/runtime.js';
import { JobStreams } from '../../src/simulation/commands/job-streams.js';
import { workplace } from '../support/workplace.js';
import { counterRules } from './counter-kind.js';
import { CounterStreams } from './counters.module.js';
import { startTwoKinds, type TwoKinds } from './two-kinds.js';

const place = workplace();
let service: TwoKinds;

beforeEach(async () => {
  service = await startTwoKinds(place);
});

const trigger = (date: string) =>
  service.post('/simulate/trigger', { date_range: [date], models: ['gpt-5'] });
const add = (counter: string, amount: number) => service.post(`/counters/${counter}/add`, { amount });

describe('two kinds in one commit', () => {
  it('have one head of the log, so that no command is tried alone', async () => {
    const { database, app } = service.service;
    const counters = app.get(CounterStreams, { strict: false });
    const jobs = app.get(JobStreams, { strict: false });
    const { job_id: jobId } = (await trigger('2025-01-16')).body;
    const attempts: string[] = [];
    const metadata = { actor: 'tester', correlation_id: 'c' };
    const addOne = (counterId: string) =>
      database.queue.run((transaction) => {
        attempts.push(counterId);
        const command = { type: 'Add', counterId, amount: 1 } as const;
        return counters.execute(transaction, streamOf(counterRules, counterId), command, metadata);
      });
    await Promise.all([
      addOne('a'),
      database.queue.run((transaction) => {
        attempts.push('job');
        const cancel = { type: 'CancelJob', now: '2025-01-20T14:30:00.000Z' } as const;
        return jobs.execute(transaction, `job-${jobId}`, cancel, metadata);
      }),
      addOne('b'),
    ]);
    expect(attempts).toEqual(['a', 'job', 'b']);
    const events = await service.beside.rows<{ stream_id: string }>(
      'SELECT stream_id FROM events ORDER BY position',
    );
    expect(events.map((event) => event.stream_id)).toEqual([
      `job-${jobId}`,
      'counter-a',
      'counter-a',
      `job-${jobId}`,
      'counter-b',
      'counter-b',
    ]);
  });

  it('also when each has an event store of its own', async () => {
    const { database } = service.service;
    const streams = [1, 2].map(
      () => new Streams(counterRules, new EventStore(systemRuntime, new LogSignal(), advancePositions)),
    );
    const metadata = { actor: 'tester', correlation_id: 'c' };
    let runs = 0;
    await database.queue.run(async (transaction) => {
      runs += 1;
      for (const [place, counterId] of ['a', 'b', 'c'].entries()) {
        const command = { type: 'Add', counterId, amount: 1 } as const;
        await streams[place % 2]!.execute(transaction, `counter-${counterId}`, command, metadata);
      }
    });
    expect(runs).toBe(1);
    expect(await service.beside.rows('SELECT max(position) AS last, count(*) AS events FROM events')).toEqual(
      [{ last: 6, events: 6 }],
    );
  });
});

describe('the positions of both projections', () => {
  const positions = () =>
    service.beside.rows<{ name: string; position: number }>(
      'SELECT name, position FROM projections ORDER BY name',
    );

  it('move with every commit, whoever wrote', async () => {
    await trigger('2025-01-16');
    await add('a', 5);
    await add('a', 5);
    expect(await positions()).toEqual([
      { name: 'counters', position: 4 },
      { name: 'jobs', position: 4 },
    ]);
  });

  it('leave behind what is behind', async () => {
    await service.beside.edit("UPDATE projections SET position = 1 WHERE name = 'jobs'");
    await add('a', 5);
    await add('a', 5);
    expect(await positions()).toEqual([
      { name: 'counters', position: 3 },
      { name: 'jobs', position: 1 },
    ]);
  });
});

it('starts at once after 50,000 events of one kind, without a rebuild of the other', async () => {
  await trigger('2025-01-16');
  await add('a', 5);
  await service.service.stop();
  // As an older Daybook left it, whose position moved with the events of its own kind alone.
  await service.beside.edit(
    `WITH RECURSIVE numbers(number) AS (SELECT 4 UNION ALL SELECT number + 1 FROM numbers WHERE number < 50100)
     INSERT INTO events
     SELECT number, 'counter-a', number - 1, 'Added', 1, '{"amount":1}', '{}', '2025-01-20T14:30:00.000Z' FROM numbers`,
    "UPDATE projections SET position = 50100 WHERE name = 'counters'",
    'UPDATE counters SET sum = sum + 50097, version = 50099',
  );
  service = await startTwoKinds(place, { DATABASE_URL: service.databaseUrl });
  expect(await service.get('/admin/projections')).toMatchObject({
    status: 200,
    body: {
      items: [
        { name: 'jobs', position: 50_100, lag: 0, last_rebuild: null },
        { name: 'counters', position: 50_100, lag: 0, last_rebuild: null },
      ],
    },
  });
});

describe('verify', () => {
  it('knows both, and counts them', async () => {
    await trigger('2025-01-16');
    await add('a', 5);
    await add('b', 6);
    expect((await service.post('/admin/verify')).body).toMatchObject({
      ok: true,
      events: 5,
      streams: { job: 1, counter: 2, log: 0 },
      difference_count: 0,
      problems: [],
    });
  });

  it('finds what was changed in the tables of either', async () => {
    await trigger('2025-01-16');
    await add('a', 5);
    await service.beside.edit('UPDATE counters SET sum = 6', "UPDATE jobs SET error = 'x'");
    expect((await service.post('/admin/verify')).body).toMatchObject({
      ok: false,
      difference_count: 2,
      differences: [
        { table: 'jobs', column: 'error', expected: null, actual: 'x' },
        { table: 'counters', counter_id: 'a', column: 'sum', expected: 5, actual: 6 },
      ],
    });
  });
});

describe('a rebuild', () => {
  const rebuild = async (body: object) => {
    const { body: started } = await service.post('/admin/projections/rebuild', body);
    return service.rebuilt(started.id);
  };

  it('builds the tables of all kinds anew', async () => {
    await trigger('2025-01-16');
    await add('a', 5);
    await service.beside.edit('UPDATE counters SET sum = 6', "UPDATE jobs SET error = 'x'");
    expect(await rebuild({})).toMatchObject({
      status: 'completed',
      projection: 'jobs, counters',
      difference_count: 2,
    });
    expect((await service.post('/admin/verify')).body).toMatchObject({ ok: true });
  });

  it('or of the one that it names', async () => {
    await trigger('2025-01-16');
    await add('a', 5);
    await service.beside.edit('UPDATE counters SET sum = 6', "UPDATE jobs SET error = 'x'");
    expect(await rebuild({ projection: 'counters' })).toMatchObject({
      status: 'completed',
      projection: 'counters',
      difference_count: 1,
    });
    expect((await service.post('/admin/verify')).body.differences).toMatchObject([{ table: 'jobs' }]);
    expect(await service.post('/admin/projections/rebuild', { projection: 'x' })).toMatchObject({
      status: 404,
      body: { code: 'projection_not_found' },
    });
  });
});

it('builds the tables of a kind that a log has events of, and no tables yet', async () => {
  await add('a', 5);
  await service.service.stop();
  await service.beside.edit('DELETE FROM counters', "DELETE FROM projections WHERE name = 'counters'");
  service = await startTwoKinds(place, { DATABASE_URL: service.databaseUrl });
  expect(await service.beside.rows('SELECT counter_id, sum, version FROM counters')).toEqual([
    { counter_id: 'a', sum: 5, version: 2 },
  ]);
});
