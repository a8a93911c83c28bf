// Every answer that the OpenAPI document declares, as a service as it was built gives it.
import { Validator } from '@seriousme/openapi-schema-validator';
import { settingsIn, startDaybook, type Daybook } from '../durability/daybook-process.js';
import type { Answer } from '../support/client.js';
import { beside } from '../support/test-engine.js';
import { urlOfFile } from '../../src/database/engines.js';
import { workplace } from '../support/workplace.js';
import { describedBy, type Described } from './described.js';
import { exchange, requestText } from './raw.js';

const place = workplace();
const seen = new Set<string>();
const seenCodes = new Set<string>();
let document: any;
let described: Described;
let daybook: Daybook;

/** Sends, and holds what comes back against the document. */
async function ask(
  method: 'get' | 'post' | 'delete',
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const answer =
    method === 'post' ? await daybook.post(path, body, headers) : await daybook[method](path, headers);
  return hold(method, path, answer);
}

function hold(method: string, path: string, answer: Answer): Answer {
  const operation = described.find(method, path);
  expect({ request: `${method} ${path}`, wrong: described.differences(operation, answer) }).toEqual({
    request: `${method} ${path}`,
    wrong: [],
  });
  seen.add(`${operation.id} ${answer.status}`);
  if (answer.status >= 400) seenCodes.add(`${operation.id} ${answer.body.code}`);
  return answer;
}

const get = (path: string, headers?: Record<string, string>) => ask('get', path, headers ? { headers } : {});
const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
  ask('post', path, { body, headers });

const stale = { 'if-match': '"99"' };
const trigger = (models: string[], dates = ['2025-01-16']) =>
  post('/simulate/trigger', { date_range: dates, models, rerun: true });

beforeAll(async () => {
  const settings = settingsIn(place, 'answers', { RETRY_BASE_DELAY_MS: '3600000' });
  daybook = await startDaybook(settings);
  document = (await daybook.get('/openapi.json')).body;
  described = describedBy(document);
  await walk(settings.databasePath);
});

afterAll(() => daybook.end('SIGTERM'));

/** Through every operation, and every refusal that a client can cause. */
async function walk(databasePath: string): Promise<void> {
  await get('/simulate/current');
  for (const path of ['/health', '/health/ready', '/health/live', '/metrics']) await get(path);
  await refusedEverywhere();
  const jobId = await oneJob();
  await ended(jobId);
  await twoDates();
  await removed();
  await rebuilds();
  await audit(databasePath, jobId);
}

/** What no job is needed for. */
async function refusedEverywhere(): Promise<void> {
  const day = daybook.modelDay('nothing', '2025-01-16', 'm');
  for (const path of [
    '/jobs/nothing',
    '/jobs/nothing/events',
    '/jobs/nothing/stream',
    '/jobs/nothing/model-days',
  ])
    await get(path);
  await get('/jobs/nothing/history?version=1');
  await get('/simulate/status/nothing');
  await get(day);
  await ask('delete', '/jobs/nothing');
  for (const verb of ['cancel', 'retry']) await post(`/jobs/nothing/${verb}`);
  await reports(day);
  await get('/jobs?limit=0');
  await get('/jobs/nothing/history');
  await get('/health?verbose=1');
  await post('/simulate/trigger', '{');
  await post('/simulate/trigger', 'date: today', { 'content-type': 'text/yaml' });
  const tooLarge = { 'Content-Type': 'application/json', 'Content-Length': '5000000' };
  hold(
    'post',
    '/simulate/trigger',
    await exchange(daybook.url, requestText('POST', '/simulate/trigger', tooLarge)),
  );
  await post('/simulate/trigger', { models: Array(300_000).fill(7) });
}

/** Each command on a model-day, to be refused. */
async function reports(day: string, headers: Record<string, string> = {}): Promise<void> {
  await post(`${day}/start`, { worker: 'me' }, headers);
  await post(`${day}/heartbeat`, { attempt: 1 }, headers);
  await post(`${day}/complete`, { attempt: 1 }, headers);
  await post(`${day}/fail`, { attempt: 1, error: 'no' }, headers);
}

/** A job from its request to its end, with an attempt that fails. */
async function oneJob(): Promise<string> {
  const { body } = await trigger(['a', 'b']);
  const jobId = body.job_id as string;
  const [a, b] = ['a', 'b'].map((model) => daybook.modelDay(jobId, '2025-01-16', model));
  await post('/simulate/trigger', { date_range: ['2025-01-16'], models: ['b', 'a'] });
  await trigger(['other']);
  await reports(daybook.modelDay(jobId, '2025-01-16', 'unknown'));
  await get(daybook.modelDay(jobId, '2025-01-16', 'unknown'));
  await reports(a!, stale);
  for (const verb of ['cancel', 'retry']) await post(`/jobs/${jobId}/${verb}`, {}, stale);
  await ask('delete', `/jobs/${jobId}`, { headers: stale });
  await post(`/jobs/${jobId}/retry`);
  await ask('delete', `/jobs/${jobId}`);
  await post(`${a}/start`, { worker: 'me' });
  await post(`${a}/start`, { worker: 'me' });
  await post(`${a}/heartbeat`, { attempt: 1, progress: { percent: 40, message: 'reading' } });
  await get(a!);
  await get('/simulate/current');
  await post(`${a}/fail`, { attempt: 1, error: 'no answer' });
  await post(`${a}/start`, { worker: 'me' });
  await get(a!);
  await post(`${b}/start`, { worker: 'me' });
  await post(`${b}/heartbeat`, { attempt: 7 });
  await post(`${b}/fail`, { attempt: 7, error: 'no' });
  await post(`${b}/complete`, { attempt: 1, result: { deep: [{ value: 1 }, null] } });
  await post(`${b}/complete`, { attempt: 1 });
  await post(`${b}/complete`, { attempt: 7 });
  await post(`/jobs/${jobId}/cancel`, { reason: 'enough' });
  return jobId;
}

/** What an ended job answers. */
async function ended(jobId: string): Promise<void> {
  await post(`/jobs/${jobId}/cancel`);
  const { headers } = await get(`/jobs/${jobId}`);
  const etag = headers.get('etag')!;
  await get(`/jobs/${jobId}`, { 'if-none-match': etag });
  await get(`/jobs/${jobId}/stream`);
  await get('/events/stream?after=999999');
  await get(`/jobs/${jobId}/stream`, { 'last-event-id': etag.replaceAll('"', '') });
  await get(`/simulate/status/${jobId}`);
  await get(`/jobs/${jobId}/history?version=3`);
  await get(`/jobs/${jobId}/history?version=99`);
  await get(`/jobs/${jobId}/model-days`);
  await get(`/jobs/${jobId}/model-days?limit=1`);
  await get(`/jobs/${jobId}/events?limit=2`);
}

/** A job of two dates; another that waits in its way. */
async function twoDates(): Promise<void> {
  const { body } = await trigger(['m'], ['2025-01-16', '2025-01-17']);
  const jobId = body.job_id as string;
  await post(`${daybook.modelDay(jobId, '2025-01-17', 'm')}/start`, { worker: 'me' });
  await post(`/jobs/${jobId}/cancel`);
  const blocker = (await trigger(['m'])).body.job_id as string;
  await post(`/jobs/${jobId}/retry`);
  const day = daybook.modelDay(blocker, '2025-01-16', 'm');
  await post(`${day}/start`, { worker: 'me' });
  await post(`${day}/complete`, { attempt: 1 });
  await post(`/jobs/${blocker}/retry`);
  await post(`/jobs/${jobId}/retry`, { reason: 'once more' });
  await post(`/jobs/${jobId}/cancel`);
  await get('/jobs');
  await get('/jobs?limit=1');
}

/** The read tables: one rebuild that another asks for meanwhile, and that is looked at, and stopped or not. */
async function rebuilds(): Promise<void> {
  await get('/admin/projections');
  const { headers, body } = await post('/admin/projections/rebuild');
  await post('/admin/projections/rebuild');
  await get(headers.get('location')!);
  await post(`${headers.get('location')!}/cancel`);
  await get('/admin/projections');
  expect(['cancelled', 'completed']).toContain(
    (await get(`/admin/projections/rebuild/${body.id}`)).body.status,
  );
  await post('/admin/projections/rebuild', { projection: 'nothing' });
  await get('/admin/projections/rebuild/nothing');
  await post('/admin/projections/rebuild/nothing/cancel');
}

async function removed(): Promise<void> {
  await post('/admin/jobs/cleanup', { older_than_days: 30 });
  const { body } = await get('/simulate/current');
  await ask('delete', `/jobs/${body.job_id}`);
}

async function audit(databasePath: string, jobId: string): Promise<void> {
  await get('/events');
  await get('/events?limit=1');
  await get('/events', { accept: 'application/x-ndjson' });
  await get('/events', { accept: 'application/cloudevents-batch+json' });
  await get('/audit/key');
  await get('/audit/keys');
  await get('/audit/checkpoint');
  for (const query of ['position=2', 'position=9999', 'position=1&size=9999'])
    await get(`/audit/proof/inclusion?${query}`);
  for (const query of ['from=2', 'from=2&to=9999', 'from=3&to=2'])
    await get(`/audit/proof/consistency?${query}`);
  for (const file of ['2.tlog-proof', '9999.tlog-proof', 'two']) await get(`/audit/proof/${file}`);
  // They are written behind the answers.
  while ((await daybook.get('/audit/refusals?limit=1')).body.items.length === 0);
  await get('/audit/refusals');
  await get('/audit/refusals?limit=1');
  await post('/admin/verify');
  await beside(urlOfFile(databasePath)).edit(
    `UPDATE job_details SET error = 'changed' WHERE job_id = '${jobId}'`,
    `UPDATE jobs SET config_path = 'changed' WHERE job_id = '${jobId}'`,
  );
  const { body } = await post('/admin/verify');
  expect(body.differences.length).toBeGreaterThan(1);
}

it('is a valid OpenAPI document', async () => {
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
});

/** Nothing ends it but the client: looked at by the tests of live streams. */
const endless = ['followEvents 200'];

it('describes no answer that was not seen here', () => {
  const declared = described.operations.flatMap(({ id, responses }) =>
    Object.keys(responses)
      .filter((status) => Number(status) < 400)
      .map((status) => `${id} ${status}`),
  );
  const successes = [...seen].filter((one) => Number(one.split(' ')[1]) < 400);
  expect([...successes, ...endless].toSorted()).toEqual(declared.toSorted());
});

/** It takes a broken machine, a thousand clients, or the first moment of a service. */
const brokenOnly =
  /starting|not_ready|too_many_streams|log_rolled_back|log_damaged|evidence_unusable|internal_error|database_/;

/** Of any command alike; those of keys are looked at by the tests of idempotency. */
const ofAllCommands = /^(invalid_request|idempotency_key_.*)$/;

it('lists no code that no client was given here', () => {
  const declared = described.operations.flatMap(({ id, responses }) =>
    Object.values<any>(responses)
      .flatMap(
        ({ content }) => content?.['application/problem+json']?.schema.allOf[1].properties.code.enum ?? [],
      )
      .filter((code: string) => !brokenOnly.test(code) && !ofAllCommands.test(code))
      .map((code: string) => `${id} ${code}`),
  );
  expect(declared.filter((one) => !seenCodes.has(one))).toEqual([]);
  for (const code of ['malformed_request', 'invalid_request', 'body_too_large', 'unsupported_media_type'])
    expect(seenCodes).toContain(`triggerSimulation ${code}`);
});

describe('an answer that is not as the document says', () => {
  let good: Answer;
  beforeAll(async () => {
    const { body } = await daybook.get('/jobs?limit=1');
    good = await daybook.get(`/jobs/${body.items[0].job_id}`);
  });
  const wrong = (changes: Partial<Answer>) =>
    described.differences(described.find('get', '/jobs/x'), { ...good, ...changes });

  it('is noticed, whatever is wrong', () => {
    const withoutVersion = { ...good.body, version: undefined };
    const current = { date: '2025-01-16', model: 'm', worker: 'me' };
    expect(wrong({})).toEqual([]);
    expect(wrong({ status: 206 })).toEqual(['status 206 is not declared']);
    expect(wrong({ body: { ...good.body, colour: 'red' } })).toHaveLength(1);
    expect(wrong({ body: withoutVersion })).toHaveLength(1);
    expect(wrong({ body: { ...good.body, created_at: 'today' } })).not.toEqual([]);
    expect(wrong({ body: { ...good.body, progress: { ...good.body.progress, current } } })).not.toEqual([]);
    expect(wrong({ headers: new Headers({ 'content-type': 'application/json' }) })).toEqual([
      'header etag is missing',
      'header x-correlation-id is missing',
    ]);
  });

  it('is noticed when it is a problem with a code or a member that is not told', async () => {
    const problem = await daybook.get('/jobs/nothing');
    const wrongProblem = (changes: object) => wrong({ ...problem, body: { ...problem.body, ...changes } });
    expect(wrongProblem({})).toEqual([]);
    expect(wrongProblem({ code: 'no_luck' })).not.toEqual([]);
    expect(wrongProblem({ hint: 'look elsewhere' })).not.toEqual([]);
  });
});
