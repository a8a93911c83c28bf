// What the log says of requests and of the worker, and what it never says.
import { request } from 'node:http';
import { fillDisk } from '../database/test-database.js';
import { keptLog, type KeptLog } from '../support/kept-log.js';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { ScriptedExecutor } from '../work/scripted-executor.js';
import { until } from '../support/until.js';

const place = workplace();
const date = '2025-01-16';

/** The line of a request, which is written when its answer has gone out. */
const lineOf = (kept: KeptLog, correlationId: string): Promise<any> =>
  until(`a line for ${correlationId}`, () =>
    kept.lines().find(({ msg, correlation_id: id }) => msg === 'request' && id === correlationId),
  );

const levels = { debug: 20, info: 30, warn: 40, error: 50 };

describe('a request', () => {
  let kept: KeptLog;
  let service: TestService;
  let jobId: string;

  beforeAll(async () => {
    kept = keptLog('debug');
    service = await startTestService(place, { MAX_ACTIVE_JOBS: '10' }, { log: kept.log });
    const headers = { 'x-correlation-id': 'trigger' };
    const { body } = await service.post('/simulate/trigger', { date_range: [date], models: ['a'] }, headers);
    jobId = body.job_id;
  });

  it('has one line: method, route, status, duration, correlation id', async () => {
    const line = await lineOf(kept, 'trigger');
    expect(line).toEqual({
      level: levels.debug,
      time: expect.any(Number),
      method: 'POST',
      route: '/simulate/trigger',
      status: 202,
      duration_ms: expect.any(Number),
      correlation_id: 'trigger',
      msg: 'request',
    });
    expect(line.duration_ms).toBeGreaterThan(0);
    const lines = kept.lines().filter(({ msg, correlation_id: id }) => msg === 'request' && id === 'trigger');
    expect(lines).toHaveLength(1);
  });

  it('names the route and not the path, and the job', async () => {
    await service.post(
      `${service.modelDay(jobId, date, 'a')}/start`,
      { worker: 'w' },
      { 'x-correlation-id': 'start' },
    );
    expect(await lineOf(kept, 'start')).toMatchObject({
      route: '/jobs/:jobId/model-days/:date/:model/start',
      job_id: jobId,
      status: 200,
    });
  });

  it.each([
    ['success', 'debug', '/simulate/current', 200],
    ['probe', 'debug', '/health/ready', 200],
    ['metrics', 'debug', '/metrics', 200],
    ['refused', 'info', '/jobs?surprise=1', 422],
    ['missing', 'info', '/jobs/nobody', 404],
    ['nowhere', 'info', '/nowhere', 404],
    ['malformed', 'info', '/jobs/%zz', 400],
  ] as const)('that is a %s is written at %s', async (id, level, path, status) => {
    await service.get(path, { 'x-correlation-id': id });
    expect(await lineOf(kept, id)).toMatchObject({ level: levels[level], status });
  });

  it('that its caller leaves is written as well', async () => {
    const left = request(`${service.url}/events/stream`, { headers: { 'x-correlation-id': 'left' } });
    left.on('error', () => undefined);
    await new Promise((resolve) => left.on('response', resolve).end());
    left.destroy();
    expect(await lineOf(kept, 'left')).toMatchObject({ route: '/events/stream', status: 200, aborted: true });
  });

  it('that cannot be done is a warning beside another one that says why, under the same id', async () => {
    await fillDisk(service.service.database, 0);
    const models = Array.from({ length: 200 }, (_, n) => `model ${n}`);
    await service.post(
      '/simulate/trigger',
      { date_range: ['2025-01-17'], models },
      { 'x-correlation-id': 'full' },
    );
    await fillDisk(service.service.database, null);
    expect(await lineOf(kept, 'full')).toMatchObject({ level: levels.warn, status: 503 });
    const why = kept.lines().find(({ err, correlation_id: id }) => err !== undefined && id === 'full');
    expect(why).toMatchObject({
      level: levels.warn,
      path: '/simulate/trigger',
      err: { type: 'DatabaseUnavailable', message: 'the database is out of disk space' },
    });
  });
});

describe('an attempt of the built-in worker', () => {
  it('that fails is a warning with job, date, model, attempt, outcome and correlation id', async () => {
    const kept = keptLog('info');
    const script = new ScriptedExecutor(place);
    const service = await startTestService(
      place,
      { EXECUTOR: script.setting, MAX_ATTEMPTS: '1', MODEL_DAY_TIMEOUT_MS: '300' },
      { log: kept.log },
    );
    const models = ['FAIL a', 'HANG b', 'OK c'];
    const { body } = await service.post('/simulate/trigger', { date_range: [date], models });
    await service.ended(body.job_id);
    const { items: events } = (await service.get(`/jobs/${body.job_id}/events`)).body;
    const failures = kept.lines().filter(({ msg }) => msg === 'an attempt failed');
    const expected = [
      ['FAIL a', 'executor_error'],
      ['HANG b', 'timeout'],
    ].map(([model, outcome]) => ({
      level: levels.warn,
      job_id: body.job_id,
      date,
      model,
      attempt: 1,
      outcome,
    }));
    expect(failures).toMatchObject(expected);
    for (const { model, correlation_id: id } of failures) {
      const reported = events.find(
        ({ type, data }: any) => type === 'ModelDayFailed' && data.model === model,
      );
      const started = events.find(
        ({ type, data }: any) => type === 'ModelDayStarted' && data.model === model,
      );
      expect([reported.metadata.correlation_id, started.metadata.correlation_id]).toEqual([id, id]);
    }
    // What the work says of itself stands in the book, and not in the log.
    expect(kept.text()).not.toContain('as told');
  });
});

it('never holds a secret: no header, cookie, body, query, result or error of the work', async () => {
  const kept = keptLog('debug');
  const marker = 'Kennwort-4711';
  const service = await startTestService(place, { MAX_ACTIVE_JOBS: '10' }, { log: kept.log });
  const secrets = { authorization: `Bearer ${marker}`, cookie: `session=${marker}`, 'x-api-key': marker };
  const post = (path: string, body: unknown, headers = {}) =>
    service.post(path, body, { ...secrets, ...headers });

  const { body: job } = await post('/simulate/trigger', { date_range: [date], models: ['a', 'b'] });
  const [a, b] = ['a', 'b'].map((model) => service.modelDay(job.job_id, date, model));
  await post(`${a}/start`, { worker: 'w' });
  await post(`${a}/complete`, { attempt: 1, result: { key: marker } });
  await post(`${b}/start`, { worker: 'w' });
  await post(`${b}/fail`, { attempt: 1, error: `could not log in with ${marker}` });
  await post(`/jobs/${job.job_id}/cancel`, { reason: marker });
  // Refused, each in its way.
  await post('/simulate/trigger', { date_range: [marker], models: [marker], [marker]: 1 });
  await post('/simulate/trigger', `{ "models": "${marker}`);
  await post('/simulate/trigger', marker, { 'content-type': 'text/plain' });
  await post(`/simulate/trigger?token=${marker}`, {});
  await service.get(`/jobs?token=${marker}`, secrets);
  await service.get(`/nowhere?token=${marker}`, secrets);
  await service.get(`/jobs/%zz?token=${marker}`, secrets);
  // Not done: a line with the error.
  await fillDisk(service.service.database, 0);
  const models = Array.from({ length: 200 }, (_, n) => `${marker} ${n}`);
  const full = await post(
    '/simulate/trigger',
    { date_range: ['2025-01-17'], models },
    { 'x-correlation-id': 'last' },
  );
  await fillDisk(service.service.database, null);

  expect(full.status).toBe(503);
  await lineOf(kept, 'last');
  expect(kept.lines().length).toBeGreaterThan(14);
  expect(kept.lines().some(({ err }) => err !== undefined)).toBe(true);
  expect(kept.text()).not.toContain(marker);
});
