import { startClockedService } from '../../http/clock.js';
import { expectProblem, storedEvents } from '../../http/problems.js';
import type { Answer, Client } from '../../support/client.js';
import { startTestService, type TestService } from '../../support/service.js';
import { workplace } from '../../support/workplace.js';
import { attemptShape, listedShape, modelDayShape, seconds, time } from './shapes.js';

const place = workplace();
let service: TestService;

beforeAll(async () => {
  service = await startTestService(place, { MAX_ACTIVE_JOBS: '1000', MAX_ATTEMPTS: '2' });
});

interface Ours {
  jobId: string;
  get(): Promise<Answer>;
  start(worker?: string): Promise<Answer>;
  report(verb: 'complete' | 'fail' | 'heartbeat', body: object): Promise<Answer>;
}

/** A job of one model-day. */
async function modelDay(of: Client = service): Promise<Ours> {
  const { body } = await of.post('/simulate/trigger', {
    date_range: ['2025-01-06'],
    models: ['m'],
    rerun: true,
  });
  const path = of.modelDay(body.job_id, '2025-01-06', 'm');
  return {
    jobId: body.job_id,
    get: () => of.get(path),
    start: (worker = 'me') => of.post(`${path}/start`, { worker }),
    report: (verb, report) => of.post(`${path}/${verb}`, report),
  };
}

/** One whose first attempt runs. */
async function startedModelDay(): Promise<Ours> {
  const ours = await modelDay();
  expect((await ours.start()).status).toBe(200);
  return ours;
}

const version = async ({ jobId }: Ours): Promise<number> =>
  (await service.get(`/jobs/${jobId}`)).body.version;

const completedShape = {
  status: 'completed',
  attempt: 1,
  started_at: time,
  completed_at: time,
  duration_seconds: seconds,
};

describe('GET a model-day', () => {
  it('shows one that never started', async () => {
    const ours = await modelDay();
    const answer = await ours.get();
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(modelDayShape({ job_id: ours.jobId }));
  });

  it('shows who runs it, until when, and how far it is', async () => {
    const ours = await modelDay();
    const { body: started } = await ours.start('worker 7');
    const running = {
      job_id: ours.jobId,
      status: 'running',
      attempt: 1,
      started_at: time,
      worker: 'worker 7',
      lease_expires_at: started.lease_expires_at,
      attempts: [attemptShape({ worker: 'worker 7', ended_at: null, outcome: 'running' })],
    };
    expect((await ours.get()).body).toEqual(modelDayShape(running));

    const progress = { percent: 12.5, message: 'reading prices' };
    const { body: renewed } = await ours.report('heartbeat', { attempt: 1, progress });
    const { lease_expires_at } = renewed;
    expect((await ours.get()).body).toEqual(
      modelDayShape({ ...running, lease_expires_at, executor_progress: progress }),
    );
  });

  it('tells all its attempts', async () => {
    const ours = await startedModelDay();
    await ours.report('fail', { attempt: 1, error: 'first' });
    await ours.start('other');
    await ours.report('fail', { attempt: 2, error: 'second' });
    await service.post(`/jobs/${ours.jobId}/retry`);
    await ours.start();
    await ours.report('complete', { attempt: 3, result: 7 });
    const failure = { outcome: 'failed', failure_code: 'executor_error' };
    expect((await ours.get()).body).toEqual(
      modelDayShape({
        job_id: ours.jobId,
        ...completedShape,
        attempt: 3,
        result: 7,
        attempts: [
          attemptShape({ ...failure, error: 'first' }),
          attemptShape({ ...failure, attempt: 2, worker: 'other', error: 'second' }),
          attemptShape({ attempt: 3 }),
        ],
      }),
    );
  });

  it('is 404 for an unknown job, date or model, like every command on one', async () => {
    const { body: job } = await service.post('/simulate/trigger', {
      date_range: ['2025-01-06'],
      models: ['m'],
      rerun: true,
    });
    const unknown: [path: string, code: string][] = [
      [service.modelDay('x', '2025-01-06', 'm'), 'job_not_found'],
      [service.modelDay(job.job_id, '2025-01-07', 'm'), 'model_day_not_found'],
      [service.modelDay(job.job_id, '2025-1-6', 'm'), 'model_day_not_found'],
      [service.modelDay(job.job_id, '2025-01-06', 'M'), 'model_day_not_found'],
      [service.modelDay(job.job_id, '2025-01-06', 'm '), 'model_day_not_found'],
      [service.modelDay(job.job_id, '2025-01-06', 'constructor'), 'model_day_not_found'],
    ];
    for (const [path, code] of unknown) {
      for (const answer of [
        await service.get(path),
        await service.post(`${path}/start`, { worker: 'me' }),
        await service.post(`${path}/complete`, { attempt: 1 }),
        await service.post(`${path}/fail`, { attempt: 1, error: 'no' }),
        await service.post(`${path}/heartbeat`, { attempt: 1 }),
      ]) {
        expectProblem(answer, 404, code);
      }
    }
  });
});

describe('start', () => {
  it('answers the attempt and the end of its lease', async () => {
    const clocked = await startClockedService(place, '2025-01-20T12:00:00Z');
    const answer = await (await modelDay(clocked)).start();
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ attempt: 1, lease_expires_at: '2025-01-20T12:01:00.000Z' });
  });

  it('is refused when the model-day is not pending', async () => {
    const ours = await startedModelDay();
    expectProblem(await ours.start('other'), 409, 'model_day_not_pending');
    await ours.report('complete', { attempt: 1 });
    expectProblem(await ours.start('other'), 409, 'model_day_not_pending');
    expect(await version(ours)).toBe(3);
  });

  it('is refused before every model of the dates before is done', async () => {
    const { body: job } = await service.post('/simulate/trigger', {
      date_range: ['2025-01-06', '2025-01-07'],
      models: ['a', 'b'],
    });
    const of = (date: string, model: string): string => service.modelDay(job.job_id, date, model);
    expectProblem(
      await service.post(`${of('2025-01-07', 'a')}/start`, { worker: 'me' }),
      409,
      'out_of_order',
    );
    for (const [model, verb] of [
      ['a', 'complete'],
      ['b', 'fail'],
    ] as const) {
      await service.post(`${of('2025-01-06', model)}/start`, { worker: 'me' });
      expectProblem(
        await service.post(`${of('2025-01-07', 'a')}/start`, { worker: 'me' }),
        409,
        'out_of_order',
      );
      await service.post(`${of('2025-01-06', model)}/${verb}`, {
        attempt: 1,
        ...(verb === 'fail' ? { error: 'no', retryable: false } : {}),
      });
    }
    expect((await service.post(`${of('2025-01-07', 'a')}/start`, { worker: 'me' })).status).toBe(200);
  });

  it('is refused before the time of the next attempt has come', async () => {
    const clocked = await startClockedService(place, '2025-01-20T12:00:00Z', {
      RETRY_BASE_DELAY_MS: '20000',
      LEASE_MS: '600000',
    });
    const ours = await modelDay(clocked);
    await ours.start();
    const failed = await ours.report('fail', { attempt: 1, error: 'no' });
    const { not_before } = failed.body;
    expect(not_before >= '2025-01-20T12:00:10.000Z' && not_before <= '2025-01-20T12:00:20.000Z').toBe(true);
    expect((await ours.get()).body.not_before).toBe(not_before);

    const early = await ours.start();
    expectProblem(early, 409, 'too_early');
    expect(early.body.not_before).toBe(not_before);
    clocked.advance(20_000);
    expect((await ours.start()).body.attempt).toBe(2);
    expect((await ours.get()).body.not_before).toBeNull();
  });
});

describe('complete', () => {
  it('answers the model-day with its result', async () => {
    const ours = await startedModelDay();
    const result = { value: 10_250.5, positions: [{ symbol: 'A' }], note: null };
    const answer = await ours.report('complete', { attempt: 1, result });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(
      modelDayShape({ job_id: ours.jobId, ...completedShape, result, attempts: [attemptShape()] }),
    );
    expect((await ours.get()).body).toEqual(answer.body);
  });

  it.each([
    ['null', null],
    ['a number', -0.5],
    ['text', 'ü😀\u0000\n"'],
    ['half of a surrogate pair', 'a\ud800b'],
    ['a list', [[], {}, [1, 'a', null, true]]],
    [
      'keys that objects have',
      JSON.parse(
        '{"__proto__": {"a": [{"__proto__": 1}]}, "constructor": {"prototype": 1}, "prototype": [2], "toString": 3}',
      ),
    ],
    ['an empty key', { '': { '': '' } }],
    ['500 levels', JSON.parse('['.repeat(500) + ']'.repeat(500))],
  ])('keeps a result of %s as it came', async (_, result) => {
    const ours = await startedModelDay();
    const { body: completed } = await ours.report('complete', { attempt: 1, result });
    const { body: read } = await ours.get();
    const { body: list } = await service.get(`/jobs/${ours.jobId}/model-days`);
    for (const shown of [completed, read, list.items[0]]) {
      expect(JSON.stringify(shown.result)).toBe(JSON.stringify(result));
    }
  });

  it('has a result of null when the report names none', async () => {
    const ours = await startedModelDay();
    expect((await ours.report('complete', { attempt: 1 })).body.result).toBeNull();
  });

  it('answers the same report twice, adds one event, and keeps the first result', async () => {
    const ours = await startedModelDay();
    const first = await ours.report('complete', { attempt: 1, result: 'first' });
    for (const report of [{ result: 'first' }, { result: 'second' }, {}]) {
      const again = await ours.report('complete', { attempt: 1, ...report });
      expect(again).toMatchObject({ status: 200, body: first.body });
    }
    expect(await version(ours)).toBe(3);
  });

  it('is refused for every other attempt', async () => {
    const ours = await modelDay();
    expectProblem(await ours.report('complete', { attempt: 1 }), 409, 'stale_attempt');
    await ours.start();
    expectProblem(await ours.report('complete', { attempt: 2 }), 409, 'stale_attempt');
    await ours.report('fail', { attempt: 1, error: 'no' });
    expectProblem(await ours.report('complete', { attempt: 1 }), 409, 'stale_attempt');
    await ours.start();
    expectProblem(await ours.report('complete', { attempt: 1 }), 409, 'stale_attempt');
    await ours.report('complete', { attempt: 2 });
    expectProblem(await ours.report('complete', { attempt: 1 }), 409, 'stale_attempt');
    expect(await version(ours)).toBe(5);
  });
});

describe('fail', () => {
  it('answers a model-day that is tried again, with its error', async () => {
    const ours = await startedModelDay();
    const answer = await ours.report('fail', { attempt: 1, error: 'no connection' });
    expect(answer.status).toBe(200);
    const failure = { error: 'no connection', failure_code: 'executor_error' };
    expect(answer.body).toEqual(
      modelDayShape({
        job_id: ours.jobId,
        attempt: 1,
        started_at: time,
        duration_seconds: seconds,
        not_before: time,
        ...failure,
        attempts: [attemptShape({ outcome: 'failed', ...failure })],
      }),
    );
    expect((await ours.get()).body).toEqual(answer.body);
    expect((await service.get(`/jobs/${ours.jobId}`)).body.status).toBe('running');
  });

  it('answers a failed one after the last attempt, or when it is not to be tried again', async () => {
    const last = await startedModelDay();
    await last.report('fail', { attempt: 1, error: 'no' });
    await last.start();
    const hopeless = await startedModelDay();
    for (const [ours, report] of [
      [last, { attempt: 2, error: 'no', retryable: true }],
      [hopeless, { attempt: 1, error: 'no', retryable: false }],
    ] as const) {
      const answer = await ours.report('fail', report);
      expect(answer.body).toMatchObject({
        status: 'failed',
        completed_at: time,
        not_before: null,
        error: 'no',
        failure_code: 'executor_error',
      });
      expect((await ours.get()).body).toEqual(answer.body);
      expect((await service.get(`/jobs/${ours.jobId}`)).body.status).toBe('failed');
    }
  });

  it('answers the same report twice, and adds one event', async () => {
    for (const retryable of [true, false]) {
      const ours = await startedModelDay();
      const first = await ours.report('fail', { attempt: 1, error: 'first', retryable });
      const again = await ours.report('fail', { attempt: 1, error: 'second', retryable });
      expect(again).toMatchObject({ status: 200, body: first.body });
      expect(await version(ours)).toBe(3);
    }
  });

  it('is refused for every other attempt, and after the other verb', async () => {
    const ours = await modelDay();
    const failing = (attempt: number): Promise<Answer> => ours.report('fail', { attempt, error: 'no' });
    expectProblem(await failing(1), 409, 'stale_attempt');
    await ours.start();
    expectProblem(await failing(2), 409, 'stale_attempt');
    await ours.report('complete', { attempt: 1, result: 'kept' });
    expectProblem(await failing(1), 409, 'stale_attempt');
    expect((await ours.get()).body).toMatchObject({ status: 'completed', result: 'kept', error: null });
    expect(await version(ours)).toBe(3);
  });
});

describe('a report after the job was cancelled', () => {
  it.each(['complete', 'fail'] as const)('is refused: %s', async (verb) => {
    const ours = await startedModelDay();
    await service.post(`/jobs/${ours.jobId}/cancel`, { reason: 'enough' });
    const { body: before } = await service.get(`/simulate/status/${ours.jobId}`);
    const late = await ours.report(verb, { attempt: 1, ...(verb === 'fail' ? { error: 'no' } : {}) });
    expectProblem(late, 409, 'stale_attempt');
    expect((await service.get(`/simulate/status/${ours.jobId}`)).body).toEqual(before);
    expect(before).toMatchObject({ status: 'failed', error: expect.stringContaining('enough') });
  });

  it('is told to stop when it is a heartbeat, also after a retry', async () => {
    const ours = await startedModelDay();
    await service.post(`/jobs/${ours.jobId}/cancel`);
    const told = await ours.report('heartbeat', { attempt: 1 });
    expect(told.status).toBe(200);
    expect(told.body).toEqual({ lease_expires_at: time, cancelled: true });
    await service.post(`/jobs/${ours.jobId}/retry`);
    expect((await ours.report('heartbeat', { attempt: 1 })).body.cancelled).toBe(true);
    await ours.start();
    expect((await ours.report('heartbeat', { attempt: 1 })).body.cancelled).toBe(true);
    expect((await ours.report('heartbeat', { attempt: 2 })).body.cancelled).toBe(false);
  });
});

describe('heartbeat', () => {
  it('answers how long the lease holds from now on, and adds no event', async () => {
    const clocked = await startClockedService(place, '2025-01-20T12:00:00Z', { LEASE_MS: '30000' });
    const ours = await modelDay(clocked);
    await ours.start();
    clocked.advance(20_000);
    const answer = await ours.report('heartbeat', { attempt: 1 });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ lease_expires_at: '2025-01-20T12:00:50.000Z', cancelled: false });
    expect((await ours.get()).body.lease_expires_at).toBe('2025-01-20T12:00:50.000Z');
    expect(await storedEvents(clocked, ours.jobId)).toHaveLength(2);
  });

  it('is refused for an attempt that is over by itself, or never was', async () => {
    const ours = await modelDay();
    const beat = (attempt: number): Promise<Answer> => ours.report('heartbeat', { attempt });
    expectProblem(await beat(1), 409, 'stale_attempt');
    await ours.start();
    expectProblem(await beat(2), 409, 'stale_attempt');
    await ours.report('fail', { attempt: 1, error: 'no' });
    expectProblem(await beat(1), 409, 'stale_attempt');
    await ours.start();
    expectProblem(await beat(1), 409, 'stale_attempt');
    await ours.report('complete', { attempt: 2 });
    expectProblem(await beat(2), 409, 'stale_attempt');
  });
});

describe('GET the model-days of a job', () => {
  it('tells who runs what until when, and when the others may start again', async () => {
    const waiting = await startTestService(place, { RETRY_BASE_DELAY_MS: '3600000' });
    const { body: job } = await waiting.post('/simulate/trigger', {
      date_range: ['2025-01-06'],
      models: ['a', 'b', 'c'],
    });
    const pathOf = (model: string) => waiting.modelDay(job.job_id, '2025-01-06', model);
    for (const model of ['a', 'b']) await waiting.post(`${pathOf(model)}/start`, { worker: `of ${model}` });
    await waiting.post(`${pathOf('a')}/fail`, { attempt: 1, error: 'no' });
    const { body } = await waiting.get(`/jobs/${job.job_id}/model-days`);
    const nobody = { worker: null, lease_expires_at: null };
    expect(body.items).toMatchObject([
      { model: 'a', status: 'pending', not_before: time, ...nobody },
      { model: 'b', status: 'running', not_before: null, worker: 'of b', lease_expires_at: time },
      { model: 'c', status: 'pending', not_before: null, ...nobody },
    ]);
    const { body: one } = await waiting.get(pathOf('b'));
    expect(one).toMatchObject(body.items[1]);
  });

  it('lists the details with their results, and filters them', async () => {
    const { body: job } = await service.post('/simulate/trigger', {
      date_range: ['2025-01-06', '2025-01-07'],
      models: ['b', 'a/1'],
    });
    const path = service.modelDay(job.job_id, '2025-01-06', 'b');
    await service.post(`${path}/start`, { worker: 'me' });
    await service.post(`${path}/complete`, { attempt: 1, result: [1] });
    const pending = { job_id: job.job_id };
    const all = [
      listedShape({ ...pending, model: 'a/1' }),
      listedShape({ ...pending, model: 'b', ...completedShape, result: [1] }),
      listedShape({ ...pending, date: '2025-01-07', model: 'a/1' }),
      listedShape({ ...pending, date: '2025-01-07', model: 'b' }),
    ];
    const list = async (query: string): Promise<unknown> => {
      const { status, body } = await service.get(`/jobs/${job.job_id}/model-days?${query}`);
      expect(status).toBe(200);
      expect(body.next).toBeNull();
      return body.items;
    };
    expect(await list('')).toEqual(all);
    expect(await list('status=completed')).toEqual([all[1]]);
    expect(await list('date=2025-01-07')).toEqual([all[2], all[3]]);
    expect(await list('model=a%2F1')).toEqual([all[0], all[2]]);
    expect(await list('model=b&date=2025-01-06&status=completed')).toEqual([all[1]]);
    expect(await list('model=B')).toEqual([]);
    expect(await list('status=failed')).toEqual([]);
  });
});
