// A command that comes again with its Idempotency-Key is answered as the first time, and done once.
import { KeptAnswers } from '../../src/idempotency/kept-answers.js';
import { kinds } from '../../src/kinds.js';
import type { Answer } from '../support/client.js';
import { ManualRuntime } from '../support/manual-runtime.js';
import { startTestService, type TestService } from '../support/service.js';
import { until } from '../support/until.js';
import { workplace } from '../support/workplace.js';
import { expectProblem, expectWrongFields, storedEvents } from './problems.js';

const place = workplace();
let service: TestService;
let dates = 0;
let keys = 0;

beforeAll(async () => {
  // As they were built: the threads are programs of their own.
  const programs = new URL('../../dist/', import.meta.url).href;
  const built = { ...kinds, url: new URL('kinds.js', programs).href };
  service = await startTestService(
    place,
    { MAX_ACTIVE_JOBS: '1000', MAX_ATTEMPTS: '1' },
    { programs, kinds: built },
  );
});

const newKey = (): Record<string, string> => ({ 'idempotency-key': `key-${(keys += 1)}` });

const request = () => {
  dates += 1;
  return { date_range: [`2025-03-${String(dates).padStart(2, '0')}`], models: ['a'], rerun: true };
};

async function newJob(): Promise<{ jobId: string; path: string }> {
  const wanted = request();
  const { body } = await service.post('/simulate/trigger', wanted);
  return { jobId: body.job_id, path: service.modelDay(body.job_id, wanted.date_range[0]!, 'a') };
}

/** The same answer, told to be one. */
function expectReplayed(again: Answer, first: Answer): void {
  expect(again.status).toBe(first.status);
  expect(again.body).toEqual(first.body);
  for (const name of ['content-type', 'location', 'etag'])
    expect(again.headers.get(name)).toBe(first.headers.get(name));
  expect(first.headers.get('idempotency-replayed')).toBeNull();
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.headers.get('x-correlation-id')).not.toBe(first.headers.get('x-correlation-id'));
}

const startOf = async (): Promise<string> => {
  const { path } = await newJob();
  await service.post(`${path}/start`, { worker: 'me' });
  return path;
};

const commands: Record<string, () => Promise<(headers: Record<string, string>) => Promise<Answer>>> = {
  trigger: () => {
    const wanted = request();
    return Promise.resolve((headers) => service.post('/simulate/trigger', wanted, headers));
  },
  async cancel() {
    const { jobId } = await newJob();
    return (headers) => service.post(`/jobs/${jobId}/cancel`, { reason: 'no' }, headers);
  },
  async retry() {
    const { jobId } = await newJob();
    await service.post(`/jobs/${jobId}/cancel`);
    return (headers) => service.post(`/jobs/${jobId}/retry`, undefined, headers);
  },
  async remove() {
    const { jobId } = await newJob();
    await service.post(`/jobs/${jobId}/cancel`);
    return (headers) => service.delete(`/jobs/${jobId}`, headers);
  },
  async start() {
    const { path } = await newJob();
    return (headers) => service.post(`${path}/start`, { worker: 'me' }, headers);
  },
  async complete() {
    const path = await startOf();
    return (headers) => service.post(`${path}/complete`, { attempt: 1, result: { ü: 1 } }, headers);
  },
  async fail() {
    const path = await startOf();
    return (headers) => service.post(`${path}/fail`, { attempt: 1, error: 'no' }, headers);
  },
  async heartbeat() {
    const path = await startOf();
    return (headers) => service.post(`${path}/heartbeat`, { attempt: 1 }, headers);
  },
  verify: () => Promise.resolve((headers) => service.post('/admin/verify', undefined, headers)),
  cleanup: () => Promise.resolve((headers) => service.post('/admin/jobs/cleanup', {}, headers)),
  rebuild: () => Promise.resolve((headers) => service.post('/admin/projections/rebuild', {}, headers)),
};

const endOfLog = async (): Promise<number> =>
  (await service.get('/admin/projections')).body.items[0].position;

it.each(Object.keys(commands))('%s is done once and answered twice', async (name) => {
  const send = await commands[name]!();
  const key = newKey();
  const first = await send(key);
  expect(first.status).toBeLessThan(300);
  const end = await endOfLog();
  expectReplayed(await send(key), first);
  expect(await endOfLog()).toBe(end);
});

it('answers a refusal again too, though it would be granted now', async () => {
  const { jobId } = await newJob();
  const key = newKey();
  const first = await service.delete(`/jobs/${jobId}`, key);
  expectProblem(first, 409, 'job_not_finished');
  await service.post(`/jobs/${jobId}/cancel`);
  expectReplayed(await service.delete(`/jobs/${jobId}`, key), first);
});

it('takes the key in quotes for the same', async () => {
  const wanted = request();
  const first = await service.post('/simulate/trigger', wanted, { 'idempotency-key': 'quoted' });
  expectReplayed(await service.post('/simulate/trigger', wanted, { 'idempotency-key': '"quoted"' }), first);
});

it('refuses the key for another request: another body, path, condition or actor', async () => {
  const { jobId } = await newJob();
  const key = newKey();
  await service.post(`/jobs/${jobId}/cancel`, { reason: 'one' }, key);
  for (const other of [
    await service.post(`/jobs/${jobId}/cancel`, { reason: 'two' }, key),
    await service.post(`/jobs/${jobId}/retry`, { reason: 'one' }, key),
    await service.delete(`/jobs/${jobId}`, key),
    await service.post(`/jobs/${jobId}/cancel`, { reason: 'one' }, { ...key, 'if-match': '"1"' }),
    await service.post(`/jobs/${jobId}/cancel`, { reason: 'one' }, { ...key, 'x-actor': 'ben' }),
  ])
    expectProblem(other, 422, 'idempotency_key_reused');
  expect((await storedEvents(service, jobId)).map(({ type }) => type)).toEqual(['JobCreated', 'JobClosed']);
});

it('says that the first is under way, and does it once', async () => {
  const { jobId } = await newJob();
  const key = newKey();
  const send = () => service.post(`/jobs/${jobId}/cancel`, {}, key);
  const answers = await Promise.all([send(), send(), send()]);
  const done = answers.filter(({ status }) => status === 200);
  expect(done.length).toBeGreaterThan(0);
  for (const answer of answers.filter(({ status }) => status !== 200)) {
    expectProblem(answer, 409, 'idempotency_key_in_use');
  }
  expect(done.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
  expect((await send()).headers.get('idempotency-replayed')).toBe('true');
  expect(await storedEvents(service, jobId)).toHaveLength(2);
});

it('leaves the key free when the request was wrong', async () => {
  const key = newKey();
  expectWrongFields(await service.post('/simulate/trigger', { date_range: ['soon'] }, key), '/date_range/0');
  expect((await service.post('/simulate/trigger', request(), key)).status).toBe(202);
});

it.each(['', 'two words', 'x'.repeat(256), 'ü'])('refuses %j, which is no key', async (key) => {
  const answer = await service.post('/simulate/trigger', request(), { 'idempotency-key': key });
  expectWrongFields(answer, '/Idempotency-Key');
});

it('forgets the key when its time is over, and sweeps it each hour', async () => {
  const runtime = new ManualRuntime();
  const { service: other, beside, ...client } = await startTestService(place, {}, { runtime });
  const key = newKey();
  const wanted = { date_range: ['2025-01-06'], models: ['a'] };
  expect((await client.post('/simulate/trigger', wanted, key)).status).toBe(202);
  const count = async (): Promise<number> =>
    (await other.database.reader.all('SELECT key FROM idempotency_keys')).length;
  await other.app.get(KeptAnswers).sweep();
  expect(await count()).toBe(1);
  await beside.edit("UPDATE idempotency_keys SET expires_at = '2000-01-01T00:00:00.000Z'");
  const again = await client.post('/simulate/trigger', wanted, key);
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([200, null]);
  await beside.edit("UPDATE idempotency_keys SET expires_at = '2000-01-01T00:00:00.000Z'");
  runtime.ring(60 * 60 * 1000);
  await until('the keys are swept', async () => (await count()) === 0);
});
