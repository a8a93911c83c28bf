// The same request twice (§6.1), and another one while a job is active (§6.2).
import { startClockedService, type ClockedService } from '../../http/clock.js';
import { expectProblem } from '../../http/problems.js';
import type { Answer } from '../../support/client.js';
import { workplace } from '../../support/workplace.js';

const place = workplace();
let service: ClockedService;

const hour = 60 * 60 * 1000;
const request = { date_range: ['2025-01-06', '2025-01-07'], models: ['a', 'b'] };
const trigger = (body: object): Promise<Answer> => service.post('/simulate/trigger', body);

beforeEach(async () => {
  place.write('configs/default_config.json', '{}');
  place.write('configs/other.json', '{}');
  service = await startClockedService(place, '2025-01-20T12:00:00Z', {
    CONFIG_DIR: place.path('configs'),
    MAX_ATTEMPTS: '1',
  });
});

async function run(jobId: string, verb: 'complete' | 'fail'): Promise<void> {
  for (const date of request.date_range) {
    for (const model of request.models) {
      const path = service.modelDay(jobId, date, model);
      await service.post(`${path}/start`, { worker: 'me' });
      await service.post(`${path}/${verb}`, { attempt: 1, ...(verb === 'fail' ? { error: 'no' } : {}) });
    }
  }
}

it('is answered with its job, in its real status', async () => {
  const first = await trigger(request);
  expect(first.status).toBe(202);
  const { job_id } = first.body;
  expect(await trigger(request)).toMatchObject({ status: 200, body: { job_id, status: 'pending' } });
  await service.post(`${service.modelDay(job_id, '2025-01-06', 'a')}/start`, { worker: 'me' });
  expect(await trigger(request)).toMatchObject({ status: 200, body: { job_id, status: 'running' } });
  await service.post(`${service.modelDay(job_id, '2025-01-06', 'a')}/complete`, { attempt: 1 });
  await run(job_id, 'complete');
  expect(await trigger(request)).toMatchObject({
    status: 200,
    body: { job_id, status: 'completed', progress: { completed: 4 } },
  });
  expect((await service.get('/jobs')).body.items).toHaveLength(1);
});

it('is the same whatever the order of its dates and models and the spelling of its config', async () => {
  const { body: first } = await trigger(request);
  for (const same of [
    { ...request, date_range: request.date_range.toReversed() },
    { ...request, models: request.models.toReversed() },
    { models: request.models, start_date: '2025-01-06', end_date: '2025-01-07' },
    { ...request, rerun: false },
    { ...request, config_path: 'default_config.json' },
    { ...request, config_path: 'configs/default_config.json' },
    { ...request, config_path: './configs/./default_config.json' },
    { ...request, config_path: 'configs/nowhere/../default_config.json' },
  ]) {
    const again = await trigger(same);
    expect(again).toMatchObject({ status: 200, body: { job_id: first.job_id } });
    expect(again.body).toMatchObject({ date_range: request.date_range, models: request.models });
  }
});

it('is another request with other dates, models or config', async () => {
  const { body: first } = await trigger(request);
  for (const other of [
    { ...request, models: ['a'] },
    { ...request, models: ['a', 'b', 'c'] },
    { ...request, models: ['a', 'B'] },
    { ...request, models: ['a,b'] },
    { ...request, date_range: ['2025-01-06'] },
    { ...request, date_range: ['2025-01-06', '2025-01-07', '2025-01-08'] },
    { ...request, config_path: 'other.json' },
  ]) {
    const refused = await trigger(other);
    expectProblem(refused, 409, 'job_active');
    expect(refused.body.current_job_id).toBe(first.job_id);
  }
  await run(first.job_id, 'complete');
  for (const other of [
    { ...request, models: ['a'] },
    { ...request, config_path: 'configs/other.json' },
  ]) {
    const created = await trigger(other);
    expect(created.status).toBe(202);
    await service.post(`/jobs/${created.body.job_id}/cancel`);
  }
});

it('makes a new job when it says rerun, once no other job is active', async () => {
  const { body: first } = await trigger(request);
  expectProblem(await trigger({ ...request, rerun: true }), 409, 'job_active');
  await run(first.job_id, 'complete');
  const rerun = await trigger({ ...request, rerun: true });
  expect(rerun.status).toBe(202);
  expect(rerun.body.job_id).not.toBe(first.job_id);
  expect(await trigger(request)).toMatchObject({ status: 200, body: { job_id: rerun.body.job_id } });
});

it('is not swallowed by a job that failed', async () => {
  const { body: first } = await trigger(request);
  await run(first.job_id, 'fail');
  const again = await trigger(request);
  expect(again.status).toBe(202);
  expect(again.body.job_id).not.toBe(first.job_id);
});

it('is not swallowed by a job that is partial', async () => {
  const { body: first } = await trigger(request);
  const path = service.modelDay(first.job_id, '2025-01-06', 'a');
  await service.post(`${path}/start`, { worker: 'me' });
  await service.post(`${path}/complete`, { attempt: 1 });
  await service.post(`/jobs/${first.job_id}/cancel`);
  expect((await trigger(request)).status).toBe(202);
});

it('is answered by the completed job, not by a newer one that failed', async () => {
  const { body: first } = await trigger(request);
  await run(first.job_id, 'complete');
  const { body: second } = await trigger({ ...request, rerun: true });
  await service.post(`/jobs/${second.job_id}/cancel`);
  expect(await trigger(request)).toMatchObject({ status: 200, body: { job_id: first.job_id } });
});

it('counts as the same for 24 hours from the creation of its job', async () => {
  const { body: first } = await trigger(request);
  await run(first.job_id, 'complete');
  service.advance(24 * hour - 1);
  expect(await trigger(request)).toMatchObject({ status: 200, body: { job_id: first.job_id } });
  service.advance(1);
  const next = await trigger(request);
  expect(next.status).toBe(202);
  expect(next.body.job_id).not.toBe(first.job_id);
});

it('counts the hours by the clock and not by the day', async () => {
  const { body: first } = await trigger(request);
  await run(first.job_id, 'complete');
  // Midnight passes: a comparison of texts of two shapes would say that a day is over.
  service.advance(13 * hour);
  expect((await trigger(request)).status).toBe(200);
});

it('waits for the active job after 24 hours as any other', async () => {
  const { body: first } = await trigger(request);
  service.advance(25 * hour);
  const refused = await trigger(request);
  expectProblem(refused, 409, 'job_active');
  expect(refused.body.current_job_id).toBe(first.job_id);
});

it('makes one job however often it arrives at once', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => trigger(request)));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array<number>(19).fill(200), 202]);
  expect(new Set(answers.map(({ body }) => body.job_id)).size).toBe(1);
  const others = await Promise.all(
    Array.from({ length: 20 }, (_, index) => trigger({ ...request, models: [`m${index}`] })),
  );
  for (const refused of others) expectProblem(refused, 409, 'job_active');
});
