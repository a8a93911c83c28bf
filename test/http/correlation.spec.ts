import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { storedEvents } from './problems.js';

const place = workplace();
let service: TestService;

beforeAll(async () => {
  service = await startTestService(place, { MAX_ATTEMPTS: '1', MAX_ACTIVE_JOBS: '10' });
});

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const made = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

const idFor = async (headers: Record<string, string>, path = '/health'): Promise<string | null> =>
  (await service.get(path, headers)).headers.get('x-correlation-id');

it('takes the id from X-Correlation-Id', async () => {
  expect(await idFor({ 'x-correlation-id': 'order-7/step:2' })).toBe('order-7/step:2');
});

it('takes the trace id of a traceparent when there is no X-Correlation-Id', async () => {
  const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
  expect(await idFor({ traceparent })).toBe(traceId);
  expect(await idFor({ traceparent, 'x-correlation-id': 'mine' })).toBe('mine');
});

it('makes one when the request has none', async () => {
  const [one, other] = [await idFor({}), await idFor({})];
  expect(one).toMatch(made);
  expect(other).toMatch(made);
  expect(one).not.toBe(other);
});

it.each([
  ['an empty one', { 'x-correlation-id': '' }],
  ['one of 129 characters', { 'x-correlation-id': 'x'.repeat(129) }],
  ['one with a space', { 'x-correlation-id': 'a b' }],
  ['one that is not ASCII', { 'x-correlation-id': 'é' }],
  ['a trace of zeros', { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }],
  ['a traceparent of the forbidden version', { traceparent: `ff-${traceId}-00f067aa0ba902b7-01` }],
  ['a broken traceparent', { traceparent: `00-${traceId}` }],
])('makes one instead of %s', async (_, headers) => {
  expect(await idFor(headers)).toMatch(made);
});

it('answers with it when the request is refused as well', async () => {
  for (const path of ['/nowhere', '/jobs/x', '/jobs/%zz', '/jobs?surprise=1', `/jobs/${'x'.repeat(5_000)}`]) {
    expect(await idFor({ 'x-correlation-id': 'mine' }, path)).toBe('mine');
  }
});

it('stands in the metadata of every event that a request caused', async () => {
  const ids: string[] = [];
  const headers = (): Record<string, string> => {
    ids.push(`request-${ids.length}`);
    return { 'x-correlation-id': ids.at(-1)! };
  };
  const { body: job } = await service.post(
    '/simulate/trigger',
    { date_range: ['2025-01-06'], models: ['a', 'b'] },
    headers(),
  );
  const [a, b] = ['a', 'b'].map((model) => service.modelDay(job.job_id, '2025-01-06', model));
  await service.post(`${a}/start`, { worker: 'someone' }, headers());
  await service.post(`${a}/complete`, { attempt: 1 }, headers());
  await service.post(`${b}/start`, { worker: 'someone' }, headers());
  await service.post(`${b}/fail`, { attempt: 1, error: 'no' }, headers());
  await service.post(`/jobs/${job.job_id}/retry`, {}, headers());
  await service.post(`/jobs/${job.job_id}/cancel`, {}, headers());
  await service.delete(`/jobs/${job.job_id}`, headers());

  const events = await storedEvents(service, job.job_id);
  expect(events.map(({ type }) => type)).toEqual([
    'JobCreated',
    'ModelDayStarted',
    'ModelDayCompleted',
    'ModelDayStarted',
    'ModelDayFailed',
    'JobRetried',
    'JobClosed',
    'JobRemoved',
  ]);
  expect(events.map(({ metadata }) => metadata.correlation_id)).toEqual(ids);
});

it('keeps the made one in the event too, and who acted', async () => {
  const { body: job, headers } = await service.post('/simulate/trigger', {
    date_range: ['2025-01-07'],
    models: ['a'],
  });
  const path = service.modelDay(job.job_id, '2025-01-07', 'a');
  const started = await service.post(`${path}/start`, { worker: 'worker 7' });
  const completed = await service.post(`${path}/complete`, { attempt: 1 });

  const [created, start, complete] = await storedEvents(service, job.job_id);
  expect(created!.metadata).toMatchObject({
    actor: 'anonymous',
    correlation_id: headers.get('x-correlation-id'),
  });
  expect(start!.metadata).toMatchObject({
    actor: 'worker 7',
    correlation_id: started.headers.get('x-correlation-id'),
  });
  expect(complete!.metadata).toMatchObject({
    actor: 'worker 7',
    correlation_id: completed.headers.get('x-correlation-id'),
  });
});
