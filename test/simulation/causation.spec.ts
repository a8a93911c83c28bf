// Because of what: every event names the command or the event that it follows from, and a refusal of what the service
// asks of itself is kept like any other.
import { Refusals } from '../../src/audit/refusals.js';
import { CommandedWork } from '../../src/work/commanded-work.js';
import { Recovery } from '../../src/work/recovery.js';
import { storedEvents, type StoredEvent } from '../http/problems.js';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';

const place = workplace();
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

interface Claimed {
  service: TestService;
  jobId: string;
  source: CommandedWork;
  claims: Awaited<ReturnType<CommandedWork['claim']>>['claims'];
}

/** A job of three model-days, all of them claimed by the worker inside of the service. */
async function claimed(settings: Record<string, string> = {}): Promise<Claimed> {
  const service = await startTestService(place, { MAX_ATTEMPTS: '1', ...settings });
  const request = { date_range: ['2025-01-16'], models: ['a', 'b', 'c/d'] };
  const { body: job } = await service.post('/simulate/trigger', request);
  const source = service.service.app.get(CommandedWork, { strict: false });
  return {
    service,
    jobId: job.job_id,
    source,
    claims: (await source.claim('daybook', () => new Map([['model_day', 3]]))).claims,
  };
}

const causes = (events: StoredEvent[]): unknown[] => events.map(({ metadata }) => metadata.causation_id);

const ageLeases = ({ beside }: TestService): Promise<void> =>
  beside.edit("UPDATE leases SET expires_at = '2000-01-01T00:00:00.000Z'");

it('names the command of a request, another one for each', async () => {
  const service = await startTestService(place);
  const headers = { 'x-correlation-id': 'always-the-same' };
  const { body: job } = await service.post(
    '/simulate/trigger',
    { date_range: ['2025-01-16'], models: ['a'] },
    headers,
  );
  const path = service.modelDay(job.job_id, '2025-01-16', 'a');
  await service.post(`${path}/start`, { worker: 'tester' }, headers);
  await service.post(`${path}/complete`, { attempt: 1 }, headers);
  await service.delete(`/jobs/${job.job_id}`, headers);
  const found = causes(await storedEvents(service, job.job_id));
  for (const cause of found) expect(cause).toMatch(uuid);
  expect(new Set(found).size).toBe(4);
});

it('names the start for what the worker inside of the service reports, and keeps them together', async () => {
  const { service, jobId, source, claims } = await claimed();
  const [a, b, c] = claims as [(typeof claims)[0], (typeof claims)[0], (typeof claims)[0]];
  await source.complete(b, null);
  await source.fail(a, { cause: 'executor_error', error: 'no', retryable: false });
  await source.release(c);
  const events = await storedEvents(service, jobId);
  const stream = `job-${jobId}`;
  expect(events.map(({ type }, index) => [type, causes(events)[index]])).toEqual([
    ['JobCreated', expect.stringMatching(uuid)],
    ['ModelDayStarted', expect.stringMatching(uuid)],
    ['ModelDayStarted', expect.stringMatching(uuid)],
    ['ModelDayStarted', expect.stringMatching(uuid)],
    ['ModelDayCompleted', `${stream}@3`],
    ['ModelDayFailed', `${stream}@2`],
    ['ModelDayReleased', `${stream}@4`],
  ]);
  expect(new Set(causes(events).slice(1, 4)).size).toBe(1);
  expect(new Set(events.slice(1).map(({ metadata }) => metadata.correlation_id)).size).toBe(1);
});

it('names the start for a lease that ran out', async () => {
  const { service, jobId, claims, source } = await claimed();
  await ageLeases(service);
  for (const claim of claims) await source.expire(claim);
  const ended = (await storedEvents(service, jobId)).filter(({ type }) => type === 'ModelDayFailed');
  expect(ended.map(({ data }) => data.failure_code)).toEqual(Array(3).fill('lease_expired'));
  expect(causes(ended).toSorted()).toEqual([2, 3, 4].map((version) => `job-${jobId}@${version}`));
});

it('names the start for an attempt that died with its service, and a command for a job that is closed', async () => {
  const recover = ({ service }: Claimed) => service.service.app.get(Recovery, { strict: false }).recover([]);
  const resumed = await claimed({ ON_RESTART: 'resume' });
  await recover(resumed);
  const failed = (await storedEvents(resumed.service, resumed.jobId)).slice(4);
  expect(causes(failed)).toEqual([2, 3, 4].map((version) => `job-${resumed.jobId}@${version}`));

  const closed = await claimed({ ON_RESTART: 'fail' });
  await recover(closed);
  const [closing] = (await storedEvents(closed.service, closed.jobId)).slice(4);
  expect(closing).toMatchObject({
    type: 'JobClosed',
    metadata: { causation_id: expect.stringMatching(uuid) },
  });
});

it('is shown by a CloudEvent too', async () => {
  const { service } = await claimed();
  const { body } = await service.get('/events', { accept: 'application/cloudevents-batch+json' });
  expect(body[0].causationid).toMatch(uuid);
});

it('keeps a refusal of a report that came too late, though it did not come over HTTP', async () => {
  const { service, jobId, source, claims } = await claimed();
  await service.post(`/jobs/${jobId}/cancel`);
  const claim = claims[2]!;
  await expect(source.complete(claim, null)).rejects.toMatchObject({ code: 'stale_attempt' });
  await expect(source.renew({ ...claim, attempt: 7 })).resolves.toBe(false);
  await service.service.app.get(Refusals).flush();
  const { body } = await service.get('/audit/refusals');
  const path = `/jobs/${jobId}/model-days/2025-01-16/c%2Fd`;
  const refusal = {
    actor: 'daybook',
    correlation_id: claim.metadata.correlation_id,
    code: 'stale_attempt',
    status: 409,
  };
  expect(body.items).toEqual([
    expect.objectContaining({ ...refusal, command: `CompleteModelDay ${path}` }),
    expect.objectContaining({ ...refusal, command: `RenewLease ${path}` }),
  ]);
});
