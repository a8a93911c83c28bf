// A job whose results are large.
import type { TestService } from './service.js';

export const resultLength = 250_000;

/** Its model-days, one date and as many models, are completed. Tells its id. */
export async function jobWithLargeResults(service: TestService, results: number): Promise<string> {
  const models = Array.from({ length: results }, (_, index) => `model-${String(index).padStart(3, '0')}`);
  const { body } = await service.post('/simulate/trigger', { date_range: ['2025-01-16'], models });
  for (const model of models) {
    const path = service.modelDay(body.job_id, '2025-01-16', model);
    await service.post(`${path}/start`, { worker: 'tester' });
    await service.post(`${path}/complete`, { attempt: 1, result: 'x'.repeat(resultLength) });
  }
  return body.job_id;
}
