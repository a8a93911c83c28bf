import { CloudEvent } from 'cloudevents';
import { finishedJob } from '../support/finished-job.js';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';

const place = workplace();
let service: TestService;
let first: string;
let second: string;

// One event for a job, and two for each of its model-days.
const eventsOfFirst = 9;
const eventsOfAll = 12;

beforeAll(async () => {
  service = await startTestService(place);
  first = await finishedJob(service, ['2025-01-16', '2025-01-17'], ['gpt-5', 'claude-3.7-sonnet']);
  second = await finishedJob(service, ['2025-01-20'], ['gpt-5']);
});

const positions = (items: { position: number }[]) => items.map(({ position }) => position);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

it('shows the events in log order, with everything that is stored of them', async () => {
  const { body } = await service.get('/events');
  expect(positions(body.items)).toEqual(upTo(eventsOfAll));
  expect(body.next).toBeNull();
  expect(body.items[1]).toEqual({
    position: 2,
    stream_id: `job-${first}`,
    version: 2,
    type: 'ModelDayStarted',
    schema_version: 1,
    recorded_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    data: {
      date: '2025-01-16',
      model: 'gpt-5',
      attempt: 1,
      worker: 'tester',
      started_at: expect.any(String),
    },
    metadata: { actor: 'tester', correlation_id: expect.any(String), causation_id: expect.any(String) },
  });
});

it('goes from page to page without a gap or a repeat', async () => {
  const seen: number[] = [];
  for (let path: string | null = '/events?limit=5'; path !== null;) {
    const { body, headers } = await service.get(path);
    seen.push(...positions(body.items));
    path = /<([^>]*)>; rel="next"/.exec(headers.get('link') ?? '')?.[1] ?? null;
    if (path !== null) expect(path).toContain(`after=${body.next}`);
  }
  expect(seen).toEqual(upTo(eventsOfAll));
});

it.each([
  ['of one job', () => `/events?job_id=${second}`, 3],
  ['of one job, at its own path', () => `/jobs/${first}/events`, eventsOfFirst],
  ['of one type', () => '/events?type=ModelDayCompleted', 5],
  ['of one type in one job', () => `/jobs/${first}/events?type=JobCreated`, 1],
  ['after a position', () => '/events?after=10', 2],
  ['of one job after a position', () => `/jobs/${first}/events?after=4`, 5],
  ['of the past', () => '/events?recorded_to=2020-01-01T00:00:00Z', 0],
  ['of today', () => '/events?recorded_from=2020-01-01T00:00:00%2B01:00', eventsOfAll],
])('finds the events %s', async (_, path, count) => {
  expect((await service.get(path())).body.items).toHaveLength(count);
});

it('finds the events recorded between two times, both included', async () => {
  const { body } = await service.get('/events');
  const from = body.items[3].recorded_at;
  const to = body.items[7].recorded_at;
  const expected = body.items.filter((event: any) => event.recorded_at >= from && event.recorded_at <= to);
  const found = await service.get(`/events?recorded_from=${from}&recorded_to=${to}`);
  expect(found.body.items).toEqual(expected);
});

it.each(['0x2', '1e1', '', '2 2', '2.0', '-1', '99999999999999999', '9007199254740993', '1&after=2'])(
  'takes no position but digits, so not after=%s',
  async (after) => {
    expect(await service.get(`/events?after=${after}`)).toMatchObject({
      status: 422,
      body: {
        errors: [
          { pointer: '/after', detail: `must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}` },
        ],
      },
    });
    const { status } = await service.get('/events/stream', { 'last-event-id': after || 'x' });
    expect(status).toBe(422);
  },
);

it.each([
  '2025-02-30T00:00:00Z',
  '9999-12-31T23:59:59-01:00',
  '0000-01-01T00:00:00+01:00',
  '2025-01-20T00:00:00',
])('takes no time that no clock shows, like %s', async (time) => {
  expect(await service.get(`/events?recorded_from=${encodeURIComponent(time)}`)).toMatchObject({
    status: 422,
    body: {
      errors: [
        { pointer: '/recorded_from', detail: 'must be a time as in RFC 3339, like 2025-01-20T14:30:00Z' },
      ],
    },
  });
});

it('streams the whole log as lines, without a limit', async () => {
  const { body, headers } = await service.get('/events', { accept: 'application/x-ndjson' });
  expect(headers.get('content-type')).toMatch('application/x-ndjson');
  const lines = (body as string).trimEnd().split('\n');
  const items = lines.map((line) => JSON.parse(line));
  expect(items).toEqual((await service.get('/events')).body.items);
  const some = await service.get('/events?limit=2', { accept: 'application/x-ndjson' });
  expect((some.body as string).trimEnd().split('\n')).toHaveLength(2);
});

it('answers CloudEvents that their own library accepts', async () => {
  const { body, headers } = await service.get('/events', { accept: 'application/cloudevents-batch+json' });
  expect(headers.get('content-type')).toMatch('application/cloudevents-batch+json');
  expect(body).toHaveLength(eventsOfAll);
  for (const one of body) expect(new CloudEvent(one).validate()).toBe(true);
  expect(body[0]).toMatchObject({
    specversion: '1.0',
    id: '1',
    type: 'daybook.JobCreated',
    subject: `job-${first}`,
    data: { job_id: first },
  });
});

it.each([
  ['/events?after=-1', '/after'],
  ['/events?after=x', '/after'],
  ['/events?limit=0', '/limit'],
  ['/events?limit=1001', '/limit'],
  ['/events?recorded_from=yesterday', '/recorded_from'],
  ['/events?job=1', '/job'],
])('refuses %s', async (path, pointer) => {
  const { status, body } = await service.get(path);
  expect({ status, pointers: body.errors.map((error: any) => error.pointer) }).toEqual({
    status: 422,
    pointers: [pointer],
  });
});

it("finds a job's events of one type, and none of a type that it has not", async () => {
  const typesOf = async (type: string) => {
    const { status, body } = await service.get(`/jobs/${first}/events?type=${type}`);
    return [status, body.items.length];
  };
  expect(await typesOf('ModelDayCompleted')).toEqual([200, 4]);
  expect(await typesOf('JobClosed')).toEqual([200, 0]);
});

it('knows no events of a job that there is not', async () => {
  expect(await service.get('/jobs/nothing/events')).toMatchObject({
    status: 404,
    body: { code: 'job_not_found' },
  });
});

it('keeps the events and the history of a removed job readable', async () => {
  const gone = await finishedJob(service, ['2025-01-21'], ['gpt-5']);
  await service.delete(`/jobs/${gone}`);
  expect(await service.get(`/jobs/${gone}`)).toMatchObject({ status: 404 });
  const { body } = await service.get(`/jobs/${gone}/events`);
  expect(body.items.map((event: any) => event.type)).toEqual([
    'JobCreated',
    'ModelDayStarted',
    'ModelDayCompleted',
    'JobRemoved',
  ]);
  expect(await service.get(`/jobs/${gone}/history?version=3`)).toMatchObject({
    status: 200,
    body: { status: 'completed', version: 3 },
  });
});
