// The four tests of the specification (§7.1), against the HTTP API: an external worker runs the model-days.
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';

const place = workplace();
let service: TestService;

beforeEach(async () => {
  service = await startTestService(place, { MAX_ATTEMPTS: '1' });
});

const trigger = (dates: string[], models: string[]) =>
  service.post('/simulate/trigger', { date_range: dates, models });

async function run(jobId: string, date: string, model: string, verb: 'complete' | 'fail', error?: string) {
  const path = service.modelDay(jobId, date, model);
  const { body } = await service.post(`${path}/start`, { worker: 'tester' });
  return service.post(`${path}/${verb}`, {
    attempt: body.attempt,
    ...(error === undefined ? {} : { error }),
  });
}

it('creates a job with a pending model-day for every model on every date', async () => {
  const created = await trigger(['2025-01-16', '2025-01-17'], ['gpt-5', 'claude-3.7-sonnet']);
  expect(created.status).toBe(202);
  expect(created.headers.get('location')).toBe(`/jobs/${created.body.job_id}`);

  const { body: job } = await service.get(`/simulate/status/${created.body.job_id}`);
  expect(job).toMatchObject({ status: 'pending', date_range: ['2025-01-16', '2025-01-17'] });
  expect(job.progress).toMatchObject({ total_model_days: 4, pending: 4, current: null });
  expect(job.progress.details).toHaveLength(4);
});

it('refuses a second job until the first has ended', async () => {
  const { body: first } = await trigger(['2025-01-16'], ['gpt-5']);
  const refused = await trigger(['2025-01-17'], ['gpt-5']);
  expect(refused.status).toBe(409);
  expect(refused.body).toMatchObject({
    code: 'job_active',
    current_job_id: first.job_id,
    current_date_range: ['2025-01-16'],
    current_status: 'pending',
  });

  await run(first.job_id, '2025-01-16', 'gpt-5', 'complete');
  expect(await trigger(['2025-01-17'], ['gpt-5'])).toMatchObject({ status: 202 });
});

it('goes from pending over running to completed', async () => {
  const { body: created } = await trigger(['2025-01-16'], ['gpt-5']);
  const path = service.modelDay(created.job_id, '2025-01-16', 'gpt-5');

  await service.post(`${path}/start`, { worker: 'tester' });
  const { body: running } = await service.get(`/jobs/${created.job_id}`);
  expect(running).toMatchObject({ status: 'running', started_at: expect.any(String), completed_at: null });
  expect(running.progress.current).toEqual({ date: '2025-01-16', model: 'gpt-5' });

  await service.post(`${path}/complete`, { attempt: 1, result: { value: 10_000 } });
  const { body: completed } = await service.get(`/jobs/${created.job_id}`);
  expect(completed).toMatchObject({ status: 'completed', completed_at: expect.any(String), error: null });
  expect(completed.total_duration_seconds).toBeGreaterThanOrEqual(0);
});

it('ends partial when one model completed and another one failed', async () => {
  const { body: created } = await trigger(['2025-01-16'], ['gpt-5', 'claude-3.7-sonnet']);
  await run(created.job_id, '2025-01-16', 'gpt-5', 'complete');
  await run(created.job_id, '2025-01-16', 'claude-3.7-sonnet', 'fail', 'API timeout');

  const { body: job } = await service.get(`/simulate/status/${created.job_id}`);
  expect(job.status).toBe('partial');
  expect(job.progress).toMatchObject({ completed: 1, failed: 1, running: 0, pending: 0 });
  expect(job.progress.details).toContainEqual(
    expect.objectContaining({ model: 'claude-3.7-sonnet', status: 'failed', error: 'API timeout' }),
  );
});
