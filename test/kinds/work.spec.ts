// The work of a second kind beside that of jobs: one mechanism claims, renews, expires, recovers and cleans up both, and
// asks each what it means.
import { CommandBus } from '@nestjs/cqrs';
import { CleanUp } from '../../src/work/expiry/clean-up.js';
import { ClaimWork } from '../../src/work/claim-work.js';
import { CommandedWork } from '../../src/work/commanded-work.js';
import { RenewLease } from '../../src/work/renew-lease.js';
import { Recovery } from '../../src/work/recovery.js';
import type { WorkKind } from '../../src/work/work-kind.js';
import { finishedJob } from '../support/finished-job.js';
import { until } from '../support/until.js';
import { workplace } from '../support/workplace.js';
import { ScriptedExecutor } from '../work/scripted-executor.js';
import { abacus, forEver } from './executor.js';
import { startTwoKinds, type TwoKinds } from './two-kinds.js';

const place = workplace();
const date = '2025-01-16';
const metadata = { actor: 'tester', correlation_id: 'c' };

const trigger = async (service: TwoKinds, ...models: string[]): Promise<string> =>
  (await service.post('/simulate/trigger', { date_range: [date], models })).body.job_id;

const ask = async (service: TwoKinds, counter: string, additions: Record<string, number>): Promise<void> => {
  expect(await service.post(`/counters/${counter}/ask`, additions)).toMatchObject({ status: 204 });
};

const sourceOf = ({ service }: TwoKinds): CommandedWork => service.app.get(CommandedWork, { strict: false });
const busOf = ({ service }: TwoKinds): CommandBus => service.app.get(CommandBus, { strict: false });

async function eventsOf(service: TwoKinds, streamId: string) {
  const events = await service.beside.rows<{ type: string; data: string }>(
    `SELECT type, data FROM events WHERE stream_id = '${streamId}' ORDER BY version`,
  );
  return events.map(({ type, data }) => ({ type, ...JSON.parse(data) }));
}

const leases = (service: TwoKinds) =>
  service.beside.rows<{ stream_id: string; work_key: string }>(
    'SELECT stream_id, work_key, attempt, worker, process FROM leases ORDER BY stream_id, work_key',
  );

const counter = async (service: TwoKinds, id: string) =>
  (await service.beside.rows(`SELECT sum, open FROM counters WHERE counter_id = '${id}'`))[0];

/** So many additions of 1. */
const ones = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));

describe('a claim', () => {
  it('takes from both kinds in turn, oldest first, and of each as many as it may', async () => {
    const service = await startTwoKinds(place);
    await ask(service, 'a', ones(500));
    const jobId = await trigger(service, 'm1', 'm2', 'm3');
    const places = () =>
      new Map([
        ['model_day', 2],
        ['addition', 4],
      ]);
    const { claims } = await sourceOf(service).claim('daybook', places);
    expect(claims.map(({ request }) => request)).toEqual([
      expect.objectContaining({ job_id: jobId, date, model: 'm1', attempt: 1 }),
      { counter_id: 'a', key: 'k0', attempt: 1, amount: 1 },
      expect.objectContaining({ job_id: jobId, model: 'm2' }),
      { counter_id: 'a', key: 'k1', attempt: 1, amount: 1 },
      { counter_id: 'a', key: 'k2', attempt: 1, amount: 1 },
      { counter_id: 'a', key: 'k3', attempt: 1, amount: 1 },
    ]);
    expect(await leases(service)).toHaveLength(6);
    const { body } = await service.post('/admin/verify');
    expect(body).toMatchObject({ ok: true, difference_count: 0 });
  });

  it('is asked for by a worker outside too, who holds what it takes without a process', async () => {
    const service = await startTwoKinds(place);
    await ask(service, 'a', { x: 5 });
    await busOf(service).execute(new ClaimWork('outside', () => new Map([['addition', 10]]), null, metadata));
    expect(await leases(service)).toEqual([
      { stream_id: 'counter-a', work_key: 'x', attempt: 1, worker: 'outside', process: null },
    ]);
  });
});

describe('the worker inside the service', () => {
  it('runs both side by side: 500 pieces of one kind take no place of the other', async () => {
    const script = new ScriptedExecutor(place);
    const { begun, work } = abacus(forEver);
    const service = await startTwoKinds(place, { EXECUTOR: script.setting, WORKER_CONCURRENCY: '1' }, work);
    await ask(service, 'a', ones(500));
    await until('additions fill their places', () => begun.length === 2);
    const jobId = await trigger(service, 'OK a', 'OK b', 'OK c');
    expect((await service.ended(jobId)).body).toMatchObject({ status: 'completed' });
    expect(begun).toHaveLength(2);
  });

  it('runs a kind of its own executor where the other has none, and is woken by its commits', async () => {
    const { begun, work } = abacus(() => 'added');
    const service = await startTwoKinds(place, {}, work);
    const jobId = await trigger(service, 'waits');
    await ask(service, 'a', { x: 5, y: 6, z: 7 });
    await until(
      'all is added',
      async () => JSON.stringify(await counter(service, 'a')) === '{"sum":18,"open":0}',
    );
    expect(begun.map(({ key }) => key).toSorted()).toEqual(['x', 'y', 'z']);
    expect(await leases(service)).toEqual([]);
    expect((await service.get(`/jobs/${jobId}`)).body).toMatchObject({ status: 'pending' });
    const metrics = await (await fetch(`${service.service.url}/metrics`)).text();
    expect(metrics).toContain('daybook_commands_total{kind="FinishAddition",outcome="accepted"} 3');
  });

  const failing: [what: string, add: () => unknown, work: Partial<WorkKind>, failures: object[]][] = [
    [
      'an error',
      () => {
        throw new Error('no fingers');
      },
      {},
      [
        { attempt: 1, code: 'slipped', error: 'no fingers', retry_at: expect.any(String) },
        { attempt: 2, code: 'slipped', retry_at: null },
      ],
    ],
    [
      'an error that it tells from others, and tries more often',
      () => {
        throw new Error('it jams');
      },
      {},
      [1, 2, 3, 4, 5].map((attempt) => ({ attempt, code: 'jammed' })),
    ],
    [
      'the time limit of its own',
      forEver,
      { timeLimit: { ms: 10, setting: 'ADDITION_TIMEOUT_MS' } },
      [1, 2].map((attempt) => ({
        attempt,
        code: 'too_slow',
        error: 'Timed out after 0.01 seconds (ADDITION_TIMEOUT_MS)',
      })),
    ],
  ];

  it.each(failing)(
    'tells the kind of %s, which has words of its own for it',
    async (_, add, other, failures) => {
      const { work } = abacus(add);
      const service = await startTwoKinds(place, {}, { ...work, ...other });
      await ask(service, 'a', { x: 5 });
      await until(
        'it is given up',
        async () => JSON.stringify(await counter(service, 'a')) === '{"sum":0,"open":0}',
      );
      const failed = (await eventsOf(service, 'counter-a')).filter(({ type }) => type === 'AdditionFailed');
      expect(failed).toEqual(failures.map((failure) => expect.objectContaining(failure)));
      expect(await leases(service)).toEqual([]);
    },
  );

  it('ends what runs when its subject is closed, and reports nothing', async () => {
    const { begun, work } = abacus(forEver);
    const service = await startTwoKinds(place, {}, work);
    await ask(service, 'a', { x: 5 });
    await until('it runs', () => begun.length === 1);
    await service.post('/counters/a/close');
    await until('it is aborted', () => begun[0]!.context.signal.aborted);
    await service.service.stop();
    expect((await eventsOf(service, 'counter-a')).at(-1)).toMatchObject({ type: 'CounterClosed' });
  });

  it('gives back what runs when the service stops', async () => {
    const { begun, work } = abacus(forEver);
    const service = await startTwoKinds(place, { SHUTDOWN_GRACE_MS: '0' }, work);
    await ask(service, 'a', { x: 5 });
    await until('it runs', () => begun.length === 1);
    await service.service.stop();
    expect((await eventsOf(service, 'counter-a')).at(-1)).toEqual({
      type: 'AdditionReleased',
      key: 'x',
      attempt: 1,
    });
    expect(await leases(service)).toEqual([]);
  });
});

describe('a lease', () => {
  const claimedByOutsider = async (settings: Record<string, string> = {}) => {
    const service = await startTwoKinds(place, settings);
    await ask(service, 'a', { x: 5 });
    const command = new ClaimWork('outside', () => new Map([['addition', 1]]), null, metadata);
    const { claims } = await busOf(service).execute(command);
    return { service, claim: claims[0]! };
  };

  it('is renewed with the progress that is told, until its subject is closed', async () => {
    const { service, claim } = await claimedByOutsider();
    const renew = () => busOf(service).execute(new RenewLease(claim, 1, { percent: 40 }));
    expect(await renew()).toMatchObject({ cancelled: false });
    expect(await service.beside.rows('SELECT progress_percent FROM leases')).toEqual([
      { progress_percent: 40 },
    ]);
    await service.post('/counters/a/close');
    expect(await renew()).toMatchObject({ cancelled: true });
    expect(await leases(service)).toEqual([]);
  });

  it('is not renewed for an attempt that is over', async () => {
    const { service, claim } = await claimedByOutsider();
    await expect(busOf(service).execute(new RenewLease(claim, 7))).rejects.toMatchObject({
      code: 'stale_attempt',
    });
  });

  it('runs out, and the kind says what that means; that of an unknown kind is left alone', async () => {
    const { service } = await claimedByOutsider({ LEASE_MS: '400' });
    await service.beside.edit(
      `INSERT INTO leases (stream_id, work_key, attempt, worker, built_in, expires_at)
       VALUES ('ghost-1', 'x', 1, 'somebody', 0, '2000-01-01T00:00:00.000Z')`,
    );
    const failed = await until('it has run out', async () =>
      (await eventsOf(service, 'counter-a')).find(({ type }) => type === 'AdditionFailed'),
    );
    expect(failed).toMatchObject({
      code: 'lost',
      error: expect.stringContaining('The lease of worker outside ran out'),
    });
    expect(await leases(service)).toEqual([expect.objectContaining({ stream_id: 'ghost-1' })]);
  });
});

describe('recovery', () => {
  const ghost = { stream_id: 'ghost-1', work_key: 'x', attempt: 1, worker: 'daybook', process: 'dead' };
  const addGhost = `INSERT INTO leases (stream_id, work_key, attempt, worker, built_in, expires_at, process)
    VALUES ('ghost-1', 'x', 1, 'daybook', 1, '2999-01-01T00:00:00.000Z', 'dead')`;

  /** A model-day and an addition run inside the service, and another model-day outside. */
  const running = async (settings: Record<string, string> = {}) => {
    const service = await startTwoKinds(place, settings);
    const jobId = await trigger(service, 'inside', 'outside');
    const outside = service.modelDay(jobId, date, 'outside');
    await service.post(`${outside}/start`, { worker: 'outsider' });
    await ask(service, 'a', { x: 5 });
    const places = () =>
      new Map([
        ['model_day', 5],
        ['addition', 5],
      ]);
    expect((await sourceOf(service).claim('daybook', places)).claims).toHaveLength(2);
    await service.beside.edit(addGhost);
    return { service, jobId };
  };

  it('asks each kind what becomes of what died with its process, and leaves unknown kinds alone', async () => {
    const { service, jobId } = await running({ ON_RESTART: 'resume' });
    await service.service.stop();
    const next = await startTwoKinds(place, { DATABASE_URL: service.databaseUrl, ON_RESTART: 'resume' });
    const failures = async (streamId: string, type: string) =>
      (await eventsOf(next, streamId)).filter((event) => event.type === type);
    expect(await failures(`job-${jobId}`, 'ModelDayAttemptFailed')).toEqual([
      expect.objectContaining({ model: 'inside', attempt: 1, failure_code: 'restart' }),
    ]);
    expect(await failures('counter-a', 'AdditionFailed')).toEqual([
      expect.objectContaining({ key: 'x', attempt: 1, code: 'crashed', error: 'The abacus fell down' }),
    ]);
    expect(await leases(next)).toEqual([
      ghost,
      expect.objectContaining({ stream_id: `job-${jobId}`, worker: 'outsider', process: null }),
    ]);
    expect((await next.post('/admin/verify')).body).toMatchObject({ difference_count: 0 });
  });

  it('closes the subjects of a kind that wants it so, and of no other', async () => {
    const { service, jobId } = await running();
    await service.service.stop();
    const next = await startTwoKinds(place, { DATABASE_URL: service.databaseUrl, ON_RESTART: 'fail' });
    expect((await next.get(`/jobs/${jobId}`)).body).toMatchObject({
      status: 'failed',
      error: 'API restarted while job was running',
    });
    expect((await eventsOf(next, 'counter-a')).at(-1)).toMatchObject({
      type: 'AdditionFailed',
      code: 'crashed',
    });
    expect(await leases(next)).toEqual([ghost]);
  });

  it('takes nothing from the living', async () => {
    const { service } = await running();
    const recovery = service.service.app.get(Recovery, { strict: false });
    const before = await leases(service);
    expect(await recovery.recover()).toEqual([]);
    await service.beside.edit("UPDATE leases SET process = 'neighbour' WHERE process IS NOT NULL");
    expect(await recovery.recover(['neighbour'])).toEqual([]);
    expect(await leases(service)).toHaveLength(before.length);
    expect(await recovery.recover()).toEqual([
      { subjects: 'jobs', count: 1, policy: 'fail' },
      { subjects: 'counters', count: 1, policy: 'resume' },
    ]);
    expect(await leases(service)).toEqual([{ ...ghost, process: 'neighbour' }]);
  });

  it('takes what a Daybook held that knew of no processes', async () => {
    const { service } = await running();
    await service.service.stop();
    await service.beside.edit('UPDATE leases SET process = NULL');
    const next = await startTwoKinds(place, { DATABASE_URL: service.databaseUrl });
    expect((await eventsOf(next, 'counter-a')).at(-1)).toMatchObject({
      type: 'AdditionFailed',
      code: 'crashed',
    });
  });
});

describe('a cleanup', () => {
  it('removes what has ended of the kind that is named, and nothing of another', async () => {
    const service = await startTwoKinds(place);
    const jobId = await finishedJob(service, [date], ['m']);
    await ask(service, 'a', { x: 5 });
    await ask(service, 'b', { x: 5 });
    await service.post('/counters/a/close');
    const cleanUp = (kind: string) => busOf(service).execute(new CleanUp(kind, 0, metadata));
    expect(await cleanUp('counter')).toBe(1);
    expect(await cleanUp('counter')).toBe(0);
    expect(await service.beside.rows('SELECT counter_id FROM counters')).toEqual([{ counter_id: 'b' }]);
    expect((await eventsOf(service, 'counter-a')).at(-1)).toEqual({ type: 'CounterRemoved' });
    expect(await service.get(`/jobs/${jobId}`)).toMatchObject({ status: 200 });
    expect((await service.post('/admin/jobs/cleanup', { older_than_days: 0 })).body).toEqual({ deleted: 1 });
    expect(await service.beside.rows('SELECT counter_id FROM counters')).toEqual([{ counter_id: 'b' }]);
    await expect(cleanUp('log')).rejects.toThrow('nothing expires of the kind log');
  });
});
