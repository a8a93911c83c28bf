import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { expectProblem, expectWrongFields, storedEvents } from './problems.js';

const place = workplace();
let service: TestService;

beforeAll(async () => {
  service = await startTestService(place, { MAX_ATTEMPTS: '1', MAX_ACTIVE_JOBS: '1000' });
});

/** A job with a completed model-day, a running one and one that is pending: at version 4. */
async function jobAtVersion4(): Promise<string> {
  const { body } = await service.post('/simulate/trigger', {
    date_range: ['2025-01-06'],
    models: ['completed', 'running', 'pending'],
    rerun: true,
  });
  for (const model of ['completed', 'running']) {
    await service.post(`${service.modelDay(body.job_id, '2025-01-06', model)}/start`, { worker: 'me' });
  }
  await service.post(`${service.modelDay(body.job_id, '2025-01-06', 'completed')}/complete`, { attempt: 1 });
  return body.job_id;
}

const commands = {
  cancel: (jobId: string, headers: Record<string, string>) =>
    service.post(`/jobs/${jobId}/cancel`, {}, headers),
  start: (jobId: string, headers: Record<string, string>) =>
    service.post(`${service.modelDay(jobId, '2025-01-06', 'pending')}/start`, { worker: 'me' }, headers),
  complete: (jobId: string, headers: Record<string, string>) =>
    service.post(`${service.modelDay(jobId, '2025-01-06', 'running')}/complete`, { attempt: 1 }, headers),
  fail: (jobId: string, headers: Record<string, string>) =>
    service.post(
      `${service.modelDay(jobId, '2025-01-06', 'running')}/fail`,
      { attempt: 1, error: 'no' },
      headers,
    ),
};

/** It changes nothing that a version counts. */
const heartbeat = (jobId: string, headers: Record<string, string>) =>
  service.post(`${service.modelDay(jobId, '2025-01-06', 'running')}/heartbeat`, { attempt: 1 }, headers);

const commandsOnEnded = {
  retry: (jobId: string, headers: Record<string, string>) =>
    service.post(`/jobs/${jobId}/retry`, {}, headers),
  remove: (jobId: string, headers: Record<string, string>) => service.delete(`/jobs/${jobId}`, headers),
};

it("is the job's stream version", async () => {
  const jobId = await jobAtVersion4();
  const { headers, body } = await service.get(`/jobs/${jobId}`);
  expect(headers.get('etag')).toBe('"4"');
  expect(body.version).toBe(4);
  expect(await storedEvents(service, jobId)).toHaveLength(4);

  const cancelled = await commands.cancel(jobId, {});
  expect(cancelled.headers.get('etag')).toBe('"5"');
  const retried = await commandsOnEnded.retry(jobId, {});
  expect(retried.headers.get('etag')).toBe('"6"');
  expect((await service.get(`/jobs/${jobId}`)).headers.get('etag')).toBe('"6"');
});

it('answers 304 without a body to an If-None-Match that names it', async () => {
  const jobId = await jobAtVersion4();
  for (const known of ['"4"', 'W/"4"', '"3", "4"', '"x",W/"4"', '*']) {
    const answer = await service.get(`/jobs/${jobId}`, { 'if-none-match': known });
    expect(answer).toMatchObject({ status: 304, body: '' });
    expect(answer.headers.get('etag')).toBe('"4"');
  }
});

it('answers the job to an If-None-Match that names others', async () => {
  const jobId = await jobAtVersion4();
  for (const known of ['"3"', '4', '"44"', 'garbage', '""']) {
    const answer = await service.get(`/jobs/${jobId}`, { 'if-none-match': known });
    expect(answer).toMatchObject({ status: 200, body: { job_id: jobId, version: 4 } });
  }
});

describe.each(Object.entries({ ...commands, heartbeat, ...commandsOnEnded }))(
  'If-Match on %s',
  (name, command) => {
    let jobId: string;
    let version: number;

    beforeEach(async () => {
      jobId = await jobAtVersion4();
      if (name in commandsOnEnded) await commands.cancel(jobId, {});
      version = (await service.get(`/jobs/${jobId}`)).body.version;
    });

    it('lets the very version through', async () => {
      expect((await command(jobId, { 'if-match': `"${version}"` })).status).toBeLessThan(300);
      expect(await storedEvents(service, jobId)).toHaveLength(name === 'heartbeat' ? version : version + 1);
    });

    it('lets any version through when it is a star', async () => {
      expect((await command(jobId, { 'if-match': '*' })).status).toBeLessThan(300);
    });

    it('refuses when the job has moved on, and changes nothing', async () => {
      for (const stale of [version - 1, version + 1, 0]) {
        const answer = await command(jobId, { 'if-match': `"${stale}"` });
        expectProblem(answer, 412, 'version_conflict');
        expect(answer.body).toMatchObject({ expected_version: stale, actual_version: version });
      }
      expect(await storedEvents(service, jobId)).toHaveLength(version);
    });

    it('refuses what is no ETag of ours', async () => {
      for (const garbage of [
        '5',
        'W/"5"',
        '"5", "6"',
        '"',
        '"-1"',
        '"1.5"',
        '"99999999999999999999"',
        '""',
        'é',
      ]) {
        expectProblem(await command(jobId, { 'if-match': garbage }), 412, 'version_conflict');
      }
      expect(await storedEvents(service, jobId)).toHaveLength(version);
    });
  },
);

it.each([
  ['if-match', '/If-Match'],
  ['if-none-match', '/If-None-Match'],
  ['if-unmodified-since', '/If-Unmodified-Since'],
])('refuses %s where nothing looks at it, and does nothing', async (name, pointer) => {
  const jobId = await jobAtVersion4();
  const headers = { [name]: '"7"' };
  expectWrongFields(await service.post('/admin/jobs/cleanup', {}, headers), pointer);
  expectWrongFields(await service.post('/simulate/trigger', {}, headers), pointer);
  if (name !== 'if-match')
    expectWrongFields(await service.post(`/jobs/${jobId}/cancel`, {}, headers), pointer);
  expect(await storedEvents(service, jobId)).toHaveLength(4);
});
