// Who asks: the name in X-Actor, or the worker of an attempt; in events, in the log of requests and in refusals.
import { userInfo } from 'node:os';
import { pino } from 'pino';
import { Refusals } from '../../src/audit/refusals.js';
import { runDaybook } from '../support/command.js';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { expectWrongFields, storedEvents } from './problems.js';

const place = workplace();
const lines: string[] = [];
let service: TestService;
let dates = 0;

beforeAll(async () => {
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) });
  service = await startTestService(place, { MAX_ACTIVE_JOBS: '1000', MAX_ATTEMPTS: '2' }, { log });
});

/** A new job of one model-day, and the path of that. */
async function newJob(headers: Record<string, string> = {}): Promise<{ jobId: string; path: string }> {
  dates += 1;
  const date = `2025-02-${String(dates).padStart(2, '0')}`;
  const { body } = await service.post('/simulate/trigger', { date_range: [date], models: ['a'] }, headers);
  return { jobId: body.job_id, path: service.modelDay(body.job_id, date, 'a') };
}

async function actorsOf(jobId: string): Promise<unknown[]> {
  const events = await storedEvents(service, jobId);
  return events.map(({ type, metadata: { actor, actor_proven } }) => [type, actor, actor_proven]);
}

async function refusals(): Promise<{ actor: string; code: string; correlation_id: string }[]> {
  await service.service.app.get(Refusals).flush();
  return (await service.get('/audit/refusals?limit=1000')).body.items;
}

it('keeps the name with every event, marked as unproven', async () => {
  const headers = { 'x-actor': 'Anna of trading, <anna@example.org>' };
  const { jobId, path } = await newJob(headers);
  await service.post(`${path}/start`, { worker: 'w1' }, headers);
  await service.post(`/jobs/${jobId}/cancel`, {}, headers);
  const anna = [headers['x-actor'], false];
  expect(await actorsOf(jobId)).toEqual([
    ['JobCreated', ...anna],
    ['ModelDayStarted', ...anna],
    ['JobClosed', ...anna],
  ]);
  const { body } = await service.get(`/jobs/${jobId}/events`);
  expect(body.items[0].metadata).toMatchObject({ actor: anna[0], actor_proven: false });
  const batch = await service.get(`/jobs/${jobId}/events`, { accept: 'application/cloudevents-batch+json' });
  expect(batch.body[0]).toMatchObject({ actor: anna[0], actorproven: false });
});

it('takes a report for the word of the worker that started the attempt', async () => {
  const { jobId, path } = await newJob();
  await service.post(`${path}/start`, { worker: 'w1' });
  await service.post(`${path}/fail`, { attempt: 1, error: 'no' });
  await service.post(`${path}/start`, { worker: 'w2' });
  await service.post(`${path}/complete`, { attempt: 2 });
  expect(await actorsOf(jobId)).toEqual([
    ['JobCreated', 'anonymous', undefined],
    ['ModelDayStarted', 'w1', undefined],
    ['ModelDayAttemptFailed', 'w1', undefined],
    ['ModelDayStarted', 'w2', undefined],
    ['ModelDayCompleted', 'w2', undefined],
  ]);
});

it('names in a refusal whoever asked: by header, by attempt, or nobody', async () => {
  const { jobId, path } = await newJob();
  await service.post(`${path}/start`, { worker: 'w1' });
  await service.post(`${path}/fail`, { attempt: 1, error: 'no' });
  await service.post(`${path}/start`, { worker: 'w2' });
  const late = [
    await service.post(`${path}/complete`, { attempt: 1 }),
    await service.post(`${path}/heartbeat`, { attempt: 1 }),
    await service.post(`${path}/complete`, { attempt: 1 }, { 'x-actor': 'ben' }),
    await service.post(`${path}/complete`, { attempt: 9 }),
    await service.delete(`/jobs/${jobId}`, { 'x-actor': 'ben' }),
    await service.delete(`/jobs/${jobId}`),
  ];
  const ids = late.map(({ headers }) => headers.get('x-correlation-id'));
  const kept = (await refusals()).filter(({ correlation_id: id }) => ids.includes(id));
  expect(kept.map(({ actor, code }) => [actor, code])).toEqual([
    ['w1', 'stale_attempt'],
    ['w1', 'stale_attempt'],
    ['ben', 'stale_attempt'],
    ['anonymous', 'stale_attempt'],
    ['ben', 'job_not_finished'],
    ['anonymous', 'job_not_finished'],
  ]);
});

it('is in the line of the request', async () => {
  await service.delete('/jobs/none', { 'x-actor': 'cleo' });
  const told = lines.map((line) => JSON.parse(line)).filter(({ actor }) => actor === 'cleo');
  expect(told).toMatchObject([{ method: 'DELETE', status: 404 }]);
});

it.each([
  ['empty', ''],
  ['too long', 'x'.repeat(201)],
  ['not printable', 'a\tb'],
  ['not ASCII', 'José'],
  ['the name of the service itself', 'daybook'],
])('refuses a name that is %s', async (_, name) => {
  expectWrongFields(await service.post('/simulate/trigger', {}, { 'x-actor': name }), '/X-Actor');
});

it('is the user for whoever asks on the command line', async () => {
  const { jobId } = await newJob();
  expect(await runDaybook(['cancel', jobId, '--url', service.url])).toMatchObject({ code: 0 });
  expect((await actorsOf(jobId)).at(-1)).toEqual(['JobClosed', userInfo().username, false]);
});
