// In which order the built-in worker runs the model-days of a job, and how many at once.
import { readEvents } from '../support/stored-log.js';
import { expectTablesToMatchLog } from '../support/tables-match-log.js';
import { startTestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { until } from '../support/until.js';
import { ScriptedExecutor, type Mark } from './scripted-executor.js';

const place = workplace();
const dates = ['2025-01-16', '2025-01-17'];
let script: ScriptedExecutor;

beforeEach(() => {
  script = new ScriptedExecutor(place);
});

/** How many ran at once at most, by the marks of starts and ends. */
function mostAtOnce(marks: readonly Mark[]): number {
  let now = 0;
  let most = 0;
  for (const { what } of marks) {
    now += what === 'starts' ? 1 : -1;
    most = Math.max(most, now);
  }
  return most;
}

it('runs all models of a date at once, and the next date when all of them are done', async () => {
  const service = await startTestService(place, { EXECUTOR: script.setting, WORKER_CONCURRENCY: '4' });
  const models = ['HOLD a', 'HOLD b', 'HOLD c'];
  const { body: job } = await service.post('/simulate/trigger', { date_range: dates, models });

  await script.seen({ what: 'starts' }, 3);
  script.release('2025-01-16 HOLD a');
  script.release('2025-01-16 HOLD c');
  const waiting = await until('two of three are completed', async () => {
    const { progress } = (await service.get(`/jobs/${job.job_id}`)).body;
    return progress.completed === 2 && progress;
  });
  expect(waiting).toMatchObject({ pending: 3, current: { date: '2025-01-16', model: 'HOLD b' } });
  script.release('2025-01-16 HOLD b');

  await script.seen({ what: 'starts', date: '2025-01-17' }, 3);
  for (const model of models) script.release(`2025-01-17 ${model}`);
  expect((await service.ended(job.job_id)).body).toMatchObject({ status: 'completed' });
  expect(script.marks().map(({ date, what }) => `${date} ${what}`)).toEqual(
    dates.flatMap((date) =>
      ['starts', 'starts', 'starts', 'ends', 'ends', 'ends'].map((what) => `${date} ${what}`),
    ),
  );
  expectTablesToMatchLog(service.databasePath);
});

it('ends a date and begins the next one in one commit', async () => {
  const service = await startTestService(place, { EXECUTOR: script.setting, WORKER_CONCURRENCY: '4' });
  const days = Array.from({ length: 20 }, (_, day) => `2025-03-${String(day + 1).padStart(2, '0')}`);
  const { body: job } = await service.post('/simulate/trigger', {
    date_range: days,
    models: ['OK a', 'OK b', 'OK c'],
  });
  expect((await service.ended(job.job_id)).body).toMatchObject({ status: 'completed' });
  // All events of one commit carry one time.
  const timesOf = (type: string, date: string): Set<string> =>
    new Set(
      readEvents(service.databasePath)
        .filter((event) => event.type === type && JSON.parse(event.data).date === date)
        .map((event) => event.recorded_at),
    );
  for (const [place, date] of days.slice(1).entries())
    expect(timesOf('ModelDayStarted', date)).toEqual(timesOf('ModelDayCompleted', days[place] as string));
});

it.each([1, 2, 5])('runs no more than %s model-days at once, when that is the limit', async (limit) => {
  const service = await startTestService(place, {
    EXECUTOR: script.setting,
    WORKER_CONCURRENCY: String(limit),
  });
  const models = ['SLOW a', 'SLOW b', 'SLOW c', 'SLOW d', 'SLOW e', 'SLOW f'];
  const { body: job } = await service.post('/simulate/trigger', { date_range: dates, models });
  expect((await service.ended(job.job_id)).body).toMatchObject({ status: 'completed' });
  expect(mostAtOnce(script.marks())).toBe(limit);
});

it('keeps its places full while there is work', async () => {
  const service = await startTestService(place, { EXECUTOR: script.setting, WORKER_CONCURRENCY: '2' });
  await service.post('/simulate/trigger', {
    date_range: dates,
    models: ['HOLD a', 'HOLD b', 'HOLD c', 'HOLD d'],
  });
  await script.seen({ what: 'starts' }, 2);
  script.release('HOLD b');
  await script.seen({ what: 'starts' }, 3);
  script.release('HOLD a');
  await script.seen({ what: 'starts' }, 4);
  expect(script.story()).toEqual([
    '2025-01-16 HOLD a starts 1',
    '2025-01-16 HOLD b starts 1',
    '2025-01-16 HOLD b ends 1',
    '2025-01-16 HOLD c starts 1',
    '2025-01-16 HOLD a ends 1',
    '2025-01-16 HOLD d starts 1',
  ]);
  script.release('HOLD c');
  script.release('HOLD d');
});

it('lets the failure of one model stop neither the others nor the next date', async () => {
  const service = await startTestService(place, { EXECUTOR: script.setting, MAX_ATTEMPTS: '1' });
  const { body: job } = await service.post('/simulate/trigger', {
    date_range: dates,
    models: ['FAIL a', 'OK b', 'SLOW c'],
  });
  const { body: ended } = await service.ended(job.job_id);
  expect(ended).toMatchObject({ status: 'partial', error: null });
  expect(ended.progress.details.map((detail: any) => [detail.date, detail.model, detail.status])).toEqual(
    dates.flatMap((date) => [
      [date, 'FAIL a', 'failed'],
      [date, 'OK b', 'completed'],
      [date, 'SLOW c', 'completed'],
    ]),
  );
  expect(ended.progress.details[0]).toMatchObject({
    error: 'FAIL a as told',
    failure_code: 'executor_error',
  });
});

it('hands the executor what it needs, and keeps what it returns', async () => {
  const service = await startTestService(place, { EXECUTOR: script.setting });
  const { body: job } = await service.post('/simulate/trigger', {
    date_range: [dates[0]],
    models: ['OK a/b c'],
  });
  await service.ended(job.job_id);
  const { body: modelDay } = await service.get(service.modelDay(job.job_id, '2025-01-16', 'OK a/b c'));
  expect(modelDay).toMatchObject({
    status: 'completed',
    result: { date: '2025-01-16', model: 'OK a/b c', attempt: 1 },
    worker: null,
    lease_expires_at: null,
    attempts: [{ attempt: 1, worker: 'daybook', outcome: 'completed', error: null }],
  });
});

it('runs two jobs at the same time, when two may be active', async () => {
  const service = await startTestService(place, { EXECUTOR: script.setting, MAX_ACTIVE_JOBS: '2' });
  const trigger = (model: string) =>
    service.post('/simulate/trigger', { date_range: [dates[0]], models: [model] });
  const { body: first } = await trigger('HOLD a');
  const { body: second } = await trigger('HOLD b');
  await script.seen({ what: 'starts' }, 2);
  expect(await trigger('HOLD c')).toMatchObject({ status: 409, body: { current_job_id: first.job_id } });

  script.release('HOLD b');
  expect((await service.ended(second.job_id)).body).toMatchObject({ status: 'completed' });
  expect((await service.get(`/jobs/${first.job_id}`)).body).toMatchObject({ status: 'running' });
  script.release('HOLD a');
  expect((await service.ended(first.job_id)).body).toMatchObject({ status: 'completed' });
});

it('gives the older job its places first', async () => {
  const service = await startTestService(place, {
    EXECUTOR: script.setting,
    MAX_ACTIVE_JOBS: '2',
    WORKER_CONCURRENCY: '1',
  });
  await service.post('/simulate/trigger', { date_range: dates, models: ['SLOW a', 'SLOW b'] });
  const { body: second } = await service.post('/simulate/trigger', { date_range: dates, models: ['OK c'] });
  await service.ended(second.job_id);
  const starts = script.marks().filter(({ what }) => what === 'starts');
  expect(starts.map(({ model }) => model)).toEqual(['SLOW a', 'SLOW b', 'SLOW a', 'SLOW b', 'OK c', 'OK c']);
});

it('says who did what: the service is the actor of what its worker does', async () => {
  const service = await startTestService(place, { EXECUTOR: script.setting });
  const { body: job } = await service.post('/simulate/trigger', { date_range: [dates[0]], models: ['OK a'] });
  await service.ended(job.job_id);
  const events = readEvents(service.databasePath);
  expect(events.map(({ type, metadata }) => [type, JSON.parse(metadata).actor])).toEqual([
    ['JobCreated', 'anonymous'],
    ['ModelDayStarted', 'daybook'],
    ['ModelDayCompleted', 'daybook'],
  ]);
});
