// A job that an external worker has run to its end: something to look back at.
import type { TestService } from './service.js';

/** Every model completes on every date. Tells the id of the job. */
export async function finishedJob(service: TestService, dates: string[], models: string[]): Promise<string> {
  const { body } = await service.post('/simulate/trigger', { date_range: dates, models, rerun: true });
  const jobId = body.job_id as string;
  for (const date of dates) {
    for (const model of models) {
      const path = service.modelDay(jobId, date, model);
      await service.post(`${path}/start`, { worker: 'tester' });
      await service.post(`${path}/complete`, { attempt: 1, result: { value: 10_000 } });
    }
  }
  return jobId;
}
