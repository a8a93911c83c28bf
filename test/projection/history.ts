// A history that has everything in it: jobs that completed, failed, were cancelled, retried, removed, and one that runs.
import { finishedJob } from '../support/finished-job.js';
import type { TestService } from '../support/service.js';

/** It must come through every way into the tables as it is. */
const awkward = 'no luck: \u0000 \' " \\ \u2028 \u{1f327}\nat line 1';

const dates = ['2025-01-16', '2025-01-17'];

/** Needs a service that allows ten jobs at a time. Tells the ids of the jobs whose rows are there afterwards. */
export async function writeHistory(service: TestService): Promise<string[]> {
  const completed = await finishedJob(service, dates, ['b', 'a']);
  const removed = await finishedJob(service, dates, ['a']);
  const retried = await trigger(service, ['c', 'a', 'b']);
  for (const attempt of [1, 2, 3]) await fail(service, retried, 'a', attempt);
  const cancelled = await trigger(service, ['a', 'b']);
  await start(service, cancelled, 'b');
  await service.post(`/jobs/${cancelled}/cancel`, { reason: 'enough' });
  await service.delete(`/jobs/${removed}`);
  const running = await trigger(service, ['a', 'b']);
  await start(service, running, 'b');
  await service.post(`/jobs/${retried}/cancel`);
  // Long after its first events, so that whoever folds in the order of the log has let go of it.
  await service.post(`/jobs/${retried}/retry`);
  await start(service, retried, 'b');
  await service.post(`/jobs/${cancelled}/retry`);
  return [completed, retried, cancelled, running];
}

async function trigger(service: TestService, models: string[]): Promise<string> {
  const { body } = await service.post('/simulate/trigger', { date_range: dates, models, rerun: true });
  return body.job_id as string;
}

async function start(service: TestService, jobId: string, model: string): Promise<void> {
  await service.post(`${service.modelDay(jobId, '2025-01-16', model)}/start`, { worker: 'tester' });
}

async function fail(service: TestService, jobId: string, model: string, attempt: number): Promise<void> {
  await start(service, jobId, model);
  const path = service.modelDay(jobId, '2025-01-16', model);
  await service.post(`${path}/fail`, { attempt, error: awkward, retryable: true });
}
