import { Refusals } from '../../src/audit/refusals.js';
import { finishedJob } from '../support/finished-job.js';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';

const place = workplace();
let service: TestService;
let jobId: string;

beforeAll(async () => {
  service = await startTestService(place);
  jobId = await finishedJob(service, ['2025-01-16'], ['gpt-5']);
  await service.post(`/jobs/${jobId}/cancel`, {}, { 'x-correlation-id': 'the-first' });
  await service.post(`${service.modelDay(jobId, '2025-01-16', 'gpt-5')}/start`, { worker: 'late' });
  // A query may hold what is nobody's business.
  await service.post('/simulate/trigger?token=secret', { models: [] });
  await service.post(`/jobs/${jobId}/retry`, {}, { 'if-match': '"1"' });
  await service.get('/jobs?limit=0');
  await service.get('/jobs/nothing');
  await service.service.app.get(Refusals).flush();
});

it('keeps who was refused what, when, and why; questions are no commands', async () => {
  const { body } = await service.get('/audit/refusals');
  expect(body.next).toBeNull();
  expect(body.items).toEqual([
    {
      id: 1,
      recorded_at: expect.stringMatching(/Z$/),
      actor: 'anonymous',
      correlation_id: 'the-first',
      command: `POST /jobs/${jobId}/cancel`,
      code: 'job_finished',
      status: 409,
    },
    expect.objectContaining({ actor: 'late', code: 'model_day_not_pending', status: 409 }),
    expect.objectContaining({ command: 'POST /simulate/trigger', code: 'invalid_request', status: 422 }),
    expect.objectContaining({ code: 'version_conflict', status: 412 }),
  ]);
});

it('finds refusals by actor and by code, page by page', async () => {
  expect((await service.get('/audit/refusals?actor=late')).body.items).toHaveLength(1);
  expect((await service.get('/audit/refusals?code=job_finished')).body.items).toHaveLength(1);
  const first = await service.get('/audit/refusals?limit=3');
  const rest = await service.get(`/audit/refusals?limit=3&after=${first.body.next}`);
  expect([...first.body.items, ...rest.body.items].map(({ id }: any) => id)).toEqual([1, 2, 3, 4]);
});

it('writes no event for a refusal', async () => {
  expect((await service.get('/events')).body.items).toHaveLength(3);
});
