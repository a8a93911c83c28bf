import { finishedJob } from '../../support/finished-job.js';
import { startTestService, type TestService } from '../../support/service.js';
import { workplace } from '../../support/workplace.js';

const place = workplace();
let service: TestService;
let jobId: string;

beforeAll(async () => {
  service = await startTestService(place);
  jobId = await finishedJob(service, ['2025-01-16'], ['gpt-5', 'claude-3.7-sonnet']);
});

const at = (moment: string) => service.get(`/jobs/${jobId}/history?${moment}`);

it.each([
  [1, 'pending', { pending: 2, running: 0, completed: 0 }],
  [2, 'running', { pending: 1, running: 1, completed: 0 }],
  [3, 'running', { pending: 1, running: 0, completed: 1 }],
  [5, 'completed', { pending: 0, running: 0, completed: 2 }],
])('shows the job as it was at version %i', async (version, status, progress) => {
  const { body } = await at(`version=${version}`);
  expect(body).toMatchObject({ job_id: jobId, version, status, progress });
});

it('shows the present in the same shape as the status does', async () => {
  expect((await at('version=5')).body).toEqual((await service.get(`/simulate/status/${jobId}`)).body);
});

it('shows the job as it was at a time, the last event of that time included', async () => {
  const { body } = await service.get(`/jobs/${jobId}/events`);
  const recordedAt = body.items[2].recorded_at;
  const version = body.items.filter((event: any) => event.recorded_at <= recordedAt).length;
  expect((await at(`at=${recordedAt}`)).body.version).toBe(version);
});

it.each([
  ['there was none yet', 'at=2020-01-01T00:00:00Z', 404, 'job_not_found'],
  ['the version is still to come', 'version=6', 404, 'version_not_found'],
  ['neither is given', '', 422, 'invalid_request'],
  ['both are given', 'version=1&at=2025-01-01T00:00:00Z', 422, 'invalid_request'],
  ['the version is none', 'version=0', 422, 'invalid_request'],
])('refuses when %s', async (_, moment, status, code) => {
  expect(await at(moment)).toMatchObject({ status, body: { code } });
});
