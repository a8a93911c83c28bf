// Traces of a service as it is run, as a real collector receives them.
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { settingsIn, startDaybook, type Daybook, type Settings } from '../durability/daybook-process.js';
import { workplace } from '../support/workplace.js';
import { Collector, type ReceivedSpan } from './collector.js';

const place = workplace();
const date = '2025-01-16';
const callersTrace = '4bf92f3577b34da6a3ce929d0e0e4736';
const callersSpan = '00f067aa0ba902b7';
const traceparent = `00-${callersTrace}-${callersSpan}-01`;

let collector: Collector;

beforeAll(async () => {
  collector = await new Collector().open();
});

afterAll(() => {
  collector.close();
});

let count = 0;

/** Spans are sent after a tenth of a second: nobody wants to wait for the usual five. */
function settings(more: Settings = {}): Settings {
  count += 1;
  return settingsIn(place, `traced-${count}`, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_SERVICE_NAME: `daybook-${count}`,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    PATH: process.env['PATH'] ?? '',
    ...more,
  });
}

const named = (name: string, { traceId }: { traceId: string }): Promise<ReceivedSpan> =>
  collector.find(`${name} in ${traceId}`, (span) => span.name === name && span.traceId === traceId);

describe('a request', () => {
  let service: Daybook;
  let serviceName: string;

  beforeAll(async () => {
    const all = settings({ MAX_ACTIVE_JOBS: '10' });
    serviceName = all['OTEL_SERVICE_NAME'] ?? '';
    service = await startDaybook(all);
  });

  afterAll(() => service.end('SIGTERM'));

  it("follows a command from the caller's span through the request and the command to the commit", async () => {
    const trigger = { date_range: [date], models: ['a'] };
    const answer = await service.post('/simulate/trigger', trigger, { traceparent });
    expect(answer.headers.get('x-correlation-id')).toBe(callersTrace);
    const jobId = answer.body.job_id;
    const start = `${service.modelDay(jobId, date, 'a')}/start`;
    await service.post(start, { worker: 'w' }, { traceparent, 'x-correlation-id': 'mine' });
    await service.post(start, { worker: 'w' }, { traceparent, 'x-correlation-id': 'refused' });

    const request = await named('POST /simulate/trigger', { traceId: callersTrace });
    expect(request).toMatchObject({
      parentSpanId: callersSpan,
      kind: 2,
      service: serviceName,
      status: 0,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/simulate/trigger',
        'http.response.status_code': 202,
        'daybook.correlation_id': callersTrace,
      },
    });
    const command = await named('CreateJob', request);
    expect(command).toMatchObject({
      parentSpanId: request.spanId,
      attributes: { 'daybook.command.outcome': 'accepted' },
    });
    expect(await named('commit', request)).toMatchObject({
      parentSpanId: command.spanId,
      attributes: { 'daybook.transaction.traced_commands': 1 },
      events: ['transaction'],
    });

    const ofStart = (id: string) => (span: ReceivedSpan) => span.attributes['daybook.correlation_id'] === id;
    const started = await collector.find('the start', ofStart('mine'));
    expect(started.attributes).toMatchObject({ 'daybook.job_id': jobId });
    const refused = await collector.find('the refused start', ofStart('refused'));
    const refusal = await collector.find(
      'the refusal',
      ({ parentSpanId }) => parentSpanId === refused.spanId,
    );
    expect(refusal).toMatchObject({
      name: 'StartModelDay',
      status: 0,
      attributes: { 'daybook.command.outcome': 'refused', 'daybook.refusal': 'model_day_not_pending' },
    });
    // The event says in which span it happened.
    const { items } = (await service.get(`/jobs/${jobId}/events`)).body;
    expect(items[0].metadata).toMatchObject({
      correlation_id: callersTrace,
      traceparent: `00-${callersTrace}-${request.spanId}-01`,
    });
    expect(collector.requests.at(-1)).toMatchObject({ path: '/v1/traces', type: 'application/json' });
  });

  it('begins a trace for a request that brings none, whose id is its correlation id', async () => {
    const { headers } = await service.get('/simulate/current');
    const traceId = headers.get('x-correlation-id') ?? '';
    expect(traceId).toMatch(/^[\da-f]{32}$/);
    const request = await named('GET /simulate/current', { traceId });
    expect(request.parentSpanId ?? '').toBe('');
  });

  it('keeps commands that share a commit in the traces of their own requests', async () => {
    const models = Array.from({ length: 20 }, (_, n) => `m${n}`);
    const { body: job } = await service.post('/simulate/trigger', {
      date_range: [date],
      models,
      rerun: true,
    });
    const ids = await Promise.all(
      models.map(async (model) => {
        const answer = await service.post(`${service.modelDay(job.job_id, date, model)}/start`, {
          worker: 'w',
        });
        return answer.headers.get('x-correlation-id') ?? '';
      }),
    );
    expect(new Set(ids).size).toBe(20);
    for (const traceId of ids) {
      const command = await named('StartModelDay', { traceId });
      const commit = await named('commit', { traceId });
      expect(commit.parentSpanId).toBe(command.spanId);
      const inTrace = collector.spans.filter((span) => span.traceId === traceId);
      expect(inTrace.map(({ name }) => name).toSorted()).toEqual([
        'POST /jobs/:jobId/model-days/:date/:model/start',
        'StartModelDay',
        'commit',
      ]);
    }
  });
});

it('gives each attempt a trace of its own, linked to the request that asked for it', async () => {
  const api = import.meta.resolve('@opentelemetry/api');
  const executor = place.write(
    'executor.mjs',
    `import { trace } from '${api}';
     export async function runTradingSession({ model, attempt, traceparent }) {
       await new Promise((resolve) => setImmediate(resolve));
       if (model === 'flaky' && attempt === 1) throw new Error('not yet');
       return { active: trace.getActiveSpan()?.spanContext().spanId, traceparent };
     }`,
  );
  const service = await startDaybook(settings({ EXECUTOR: `module:${executor}` }));
  const trigger = { date_range: [date], models: ['good', 'flaky'] };
  const asked = await service.post('/simulate/trigger', trigger);
  const { job_id: jobId } = asked.body;
  await service.ended(jobId);
  const request = await named('POST /simulate/trigger', {
    traceId: asked.headers.get('x-correlation-id') ?? '',
  });

  const attempt = (model: string, number: number): Promise<ReceivedSpan> =>
    collector.find(
      `${model} ${number}`,
      ({ name, attributes }) =>
        name === 'attempt' &&
        attributes['daybook.job_id'] === jobId &&
        attributes['daybook.model'] === model &&
        attributes['daybook.attempt'] === number,
    );
  const all = [await attempt('good', 1), await attempt('flaky', 1), await attempt('flaky', 2)];
  expect(new Set([request, ...all].map(({ traceId }) => traceId)).size).toBe(4);
  for (const span of all) {
    expect(span).toMatchObject({
      kind: 5,
      links: [{ traceId: request.traceId, spanId: request.spanId }],
      attributes: { 'daybook.date': date },
    });
    expect(span.parentSpanId ?? '').toBe('');
  }
  const [good, flaky, again] = all as [ReceivedSpan, ReceivedSpan, ReceivedSpan];
  expect([good.status, flaky.status, again.status]).toEqual([0, 2, 0]);
  // Reports are commands of the attempt.
  for (const [span, kind] of [
    [good, 'CompleteModelDay'],
    [flaky, 'FailModelDay'],
    [again, 'CompleteModelDay'],
  ] as const) {
    const report = await named(kind, span);
    expect(report.parentSpanId).toBe(span.spanId);
    expect((await named('commit', span)).parentSpanId).toBe(report.spanId);
  }
  const { result } = (await service.get(service.modelDay(jobId, date, 'good'))).body;
  expect(result).toEqual({
    active: good.spanId,
    traceparent: `00-${good.traceId}-${good.spanId}-01`,
  });
  // The worker was woken by the request, and what it claims is none of that.
  expect(collector.spans.filter(({ name }) => name === 'ClaimWork')).toEqual([]);
  await service.end('SIGTERM');
});

it('hands the trace to a program', async () => {
  const script = place.write(
    'program.mjs',
    `import { text } from 'node:stream/consumers';
     const { traceparent } = JSON.parse(await text(process.stdin));
     console.log(JSON.stringify({ asked: traceparent, environment: process.env.TRACEPARENT }));`,
  );
  const service = await startDaybook(settings({ EXECUTOR: `command:${process.execPath} ${script}` }));
  const { body: job } = await service.post('/simulate/trigger', { date_range: [date], models: ['a'] });
  expect((await service.ended(job.job_id)).body).toMatchObject({ status: 'completed' });
  const span = await collector.find(
    'the attempt',
    ({ name, attributes }) => name === 'attempt' && attributes['daybook.job_id'] === job.job_id,
  );
  const { result } = (await service.get(service.modelDay(job.job_id, date, 'a'))).body;
  const handed = `00-${span.traceId}-${span.spanId}-01`;
  expect(result).toEqual({ asked: handed, environment: handed });
  await service.end('SIGTERM');
});

it('sends what is left when it stops, and probes are in no trace', async () => {
  const service = await startDaybook(settings({ OTEL_BSP_SCHEDULE_DELAY: '86400000' }));
  const { headers } = await service.get('/simulate/current');
  await service.get('/health/ready');
  await service.get('/metrics');
  expect(await service.end('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
  const traceId = headers.get('x-correlation-id');
  expect(collector.spans.filter((span) => span.traceId === traceId)).toHaveLength(1);
  const routes = collector.spans.map(({ attributes }) => String(attributes['http.route']));
  expect(routes.filter((route) => /health|metrics/.test(route))).toEqual([]);
});

it('serves and stops when nobody collects', async () => {
  const nobody = await new Collector().open();
  nobody.close();
  const service = await startDaybook(settings({ OTEL_EXPORTER_OTLP_ENDPOINT: nobody.endpoint }));
  const { status } = await service.post('/simulate/trigger', { date_range: [date], models: ['a'] });
  expect(status).toBe(202);
  expect(await service.end('SIGTERM')).toMatchObject({ code: 0 });
});

describe('without an endpoint', () => {
  interface Run {
    /** The files that the service loaded from its start to its end: V8 writes down all that it has run. */
    files: string[];
    metadata: unknown;
  }

  async function run(more: Settings): Promise<Run> {
    const folder = mkdtempSync(place.path('coverage-'));
    const service = await startDaybook({ ...settings(more), NODE_V8_COVERAGE: folder });
    const trigger = { date_range: [date], models: ['a'] };
    const { body: job } = await service.post('/simulate/trigger', trigger, { traceparent });
    const { items } = (await service.get(`/jobs/${job.job_id}/events`)).body;
    await service.get('/metrics');
    expect(await service.end('SIGTERM')).toMatchObject({ code: 0 });
    const files = readdirSync(folder).flatMap((name) =>
      JSON.parse(readFileSync(join(folder, name), 'utf8')).result.map(({ url }: { url: string }) => url),
    );
    return { files, metadata: items[0].metadata };
  }

  // prom-client itself asks for the API, which does nothing without an SDK.
  const opentelemetry = (files: string[]): string[] =>
    files.filter((file) => /@opentelemetry\/(?!api\/)|observability\/trac/.test(file));

  it('nothing of the OpenTelemetry SDK is loaded, and events say nothing of traces', async () => {
    const { files, metadata } = await run({ OTEL_EXPORTER_OTLP_ENDPOINT: '' });
    expect(files.some((file) => file.includes('node_modules/prom-client/'))).toBe(true);
    expect(opentelemetry(files)).toEqual([]);
    expect(metadata).toEqual({
      actor: 'anonymous',
      correlation_id: callersTrace,
      causation_id: expect.any(String),
    });

    // The same look finds both where they are.
    const traced = await run({});
    expect(opentelemetry(traced.files).length).toBeGreaterThan(10);
    expect(traced.metadata).toHaveProperty('traceparent');
  });
});
