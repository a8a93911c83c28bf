// Attempts of the built-in worker: tried again while there are some left, ended by a time limit, counted once.
import { readEvents } from '../support/stored-log.js';
import { expectTablesToMatchLog } from '../support/tables-match-log.js';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { ScriptedExecutor } from './scripted-executor.js';
import { until } from '../support/until.js';

const place = workplace();
const date = '2025-01-16';
let script: ScriptedExecutor;

beforeEach(() => {
  script = new ScriptedExecutor(place);
});

const start = (settings: Record<string, string>): Promise<TestService> =>
  startTestService(place, { EXECUTOR: script.setting, ...settings });

async function trigger(service: TestService, ...models: string[]): Promise<string> {
  const { body } = await service.post('/simulate/trigger', { date_range: [date], models });
  return body.job_id;
}

it('tries again what failed, and completes with the attempt that succeeds', async () => {
  const service = await start({ MAX_ATTEMPTS: '3' });
  const jobId = await trigger(service, 'FLAKY a');
  expect((await service.ended(jobId)).body).toMatchObject({ status: 'completed' });
  const { body: modelDay } = await service.get(service.modelDay(jobId, date, 'FLAKY a'));
  expect(modelDay).toMatchObject({
    attempt: 3,
    error: null,
    failure_code: null,
    result: { attempt: 3 },
    attempts: [
      { attempt: 1, outcome: 'failed', error: 'FLAKY a as told', failure_code: 'executor_error' },
      { attempt: 2, outcome: 'failed', error: 'FLAKY a as told', failure_code: 'executor_error' },
      { attempt: 3, outcome: 'completed', error: null, failure_code: null },
    ],
  });
  expectTablesToMatchLog(service.databasePath);
});

it('gives up after as many attempts as there are', async () => {
  const service = await start({ MAX_ATTEMPTS: '2' });
  const jobId = await trigger(service, 'FAIL a', 'FLAKY b');
  expect((await service.ended(jobId)).body).toMatchObject({ status: 'failed', progress: { failed: 2 } });
  expect(script.marks().filter(({ what, model }) => what === 'starts' && model === 'FAIL a')).toHaveLength(2);
});

it('gives a fresh budget to a retry after the end, and goes on counting', async () => {
  const service = await start({ MAX_ATTEMPTS: '2' });
  const jobId = await trigger(service, 'FLAKY a', 'OK b');
  expect((await service.ended(jobId)).body).toMatchObject({ status: 'partial' });
  await service.post(`/jobs/${jobId}/retry`);
  expect((await service.ended(jobId)).body).toMatchObject({ status: 'completed', error: null });
  expect(script.story().filter((line) => line.includes('starts'))).toEqual([
    `${date} FLAKY a starts 1`,
    `${date} OK b starts 1`,
    `${date} FLAKY a starts 2`,
    `${date} FLAKY a starts 3`,
  ]);
});

it('starts no attempt before its time, and starts it then without being woken', async () => {
  const service = await start({ MAX_ATTEMPTS: '3', RETRY_BASE_DELAY_MS: '100' });
  const jobId = await trigger(service, 'FLAKY a');
  await service.ended(jobId);
  const events = readEvents(service.databasePath).map(({ type, data }) => ({
    type,
    ...JSON.parse(data),
  }));
  const failures = events.filter(({ type }) => type === 'ModelDayAttemptFailed');
  const starts = events.filter(({ type }) => type === 'ModelDayStarted');
  expect(failures).toHaveLength(2);
  for (const [index, { failed_at: failedAt, retry_at: retryAt }] of failures.entries()) {
    const delayMs = Date.parse(retryAt) - Date.parse(failedAt);
    expect(delayMs).toBeGreaterThanOrEqual(50 * 2 ** index);
    expect(delayMs).toBeLessThanOrEqual(100 * 2 ** index);
    expect(starts[index + 1].started_at >= retryAt).toBe(true);
  }
});

it('shows until when a model-day waits, and its last error; nobody may start it earlier', async () => {
  const service = await start({ MAX_ATTEMPTS: '2', RETRY_BASE_DELAY_MS: '3600000' });
  const jobId = await trigger(service, 'FAIL a', 'OK b');
  const path = service.modelDay(jobId, date, 'FAIL a');
  const waiting = await until('the first attempt has failed', async () => {
    const { body } = await service.get(path);
    return body.not_before !== null && body;
  });
  expect(waiting).toMatchObject({ status: 'pending', attempt: 1, error: 'FAIL a as told' });
  expect(await service.post(`${path}/start`, { worker: 'impatient' })).toMatchObject({
    status: 409,
    body: { code: 'too_early', not_before: waiting.not_before },
  });
  expect((await service.get(`/jobs/${jobId}`)).body).toMatchObject({ status: 'running' });
});

it('ends an attempt that takes too long, and says so', async () => {
  const service = await start({ MAX_ATTEMPTS: '1', MODEL_DAY_TIMEOUT_MS: '30' });
  const jobId = await trigger(service, 'HANG a', 'OK b');
  expect((await service.ended(jobId)).body).toMatchObject({ status: 'partial' });
  await script.seen({ what: 'is aborted', model: 'HANG a' });
  expect((await service.get(service.modelDay(jobId, date, 'HANG a'))).body).toMatchObject({
    status: 'failed',
    failure_code: 'timeout',
    error: 'Timed out after 0.03 seconds (MODEL_DAY_TIMEOUT_MS)',
  });
});

it('counts an attempt that took too long, and tries again', async () => {
  const service = await start({ MAX_ATTEMPTS: '2', MODEL_DAY_TIMEOUT_MS: '500' });
  const jobId = await trigger(service, 'HANG-ONCE a');
  expect((await service.ended(jobId)).body).toMatchObject({ status: 'completed' });
  const { body: modelDay } = await service.get(service.modelDay(jobId, date, 'HANG-ONCE a'));
  expect(modelDay.attempts).toMatchObject([
    { attempt: 1, outcome: 'failed', failure_code: 'timeout' },
    { attempt: 2, outcome: 'completed' },
  ]);
});

it('fails a model-day whose result is over the limit', async () => {
  const service = await start({ MAX_ATTEMPTS: '1', RESULT_LIMIT_BYTES: '1001' });
  const jobId = await trigger(service, 'LARGE a', 'OK b');
  expect((await service.ended(jobId)).body).toMatchObject({ status: 'partial' });
  expect((await service.get(service.modelDay(jobId, date, 'LARGE a'))).body).toMatchObject({
    status: 'failed',
    failure_code: 'executor_error',
    error: expect.stringContaining('1001 bytes'),
    result: null,
  });
});

it('keeps an error with half of a character as one text, in the log and in the tables', async () => {
  const service = await start({ MAX_ATTEMPTS: '1' });
  const jobId = await trigger(service, 'GARBLED a');
  expect((await service.ended(jobId)).body).toMatchObject({ status: 'failed' });
  expectTablesToMatchLog(service.databasePath);
});
