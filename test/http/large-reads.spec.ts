// Answers that are large: pages bounded by bytes, and readers who do not take what they asked for.
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { pageCharacters } from '../../src/http/list.js';
import { stallMs } from '../../src/http/server-sent-events.js';
import { HeldRuntime } from '../support/held-runtime.js';
import { jobWithLargeResults, resultLength } from '../support/large-results.js';
import { startTestService, type TestService } from '../support/service.js';
import { until } from '../support/until.js';
import { workplace } from '../support/workplace.js';

const place = workplace();
const results = 80;
/** Each stands in an event, between those with which a job and its model-days begin. */
const events = 1 + 2 * results;
const runtime = new HeldRuntime([stallMs]);
let service: TestService;
let jobId: string;

beforeAll(async () => {
  service = await startTestService(place, { LEASE_MS: '8000' }, { runtime });
  jobId = await jobWithLargeResults(service, results);
});

/** The pages that a list has, each found through the Link of the one before. */
async function pages(path: string, accept = 'application/json') {
  const all = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const { status, headers, body } = await service.get(next, { accept });
    expect(status).toBe(200);
    const bytes = Number(headers.get('content-length'));
    next = /^<([^>]+)>; rel="next"$/.exec(headers.get('link') ?? '')?.[1];
    all.push({ bytes, items: accept === 'application/json' ? body.items : body });
    if (accept === 'application/json') expect(body.next === null).toBe(next === undefined);
  }
  return all;
}

describe('a page', () => {
  it.each([
    ['model-days', () => `/jobs/${jobId}/model-days?limit=1000`, 'application/json', results],
    ['events', () => '/events?limit=1000', 'application/json', events],
    ["a job's events", () => `/jobs/${jobId}/events?limit=1000`, 'application/json', events],
    ['CloudEvents', () => '/events?limit=1000', 'application/cloudevents-batch+json', events],
  ])(
    'of large %s ends early, and its Link leads on without a gap or a repeat',
    async (_, path, accept, count) => {
      const all = await pages(path(), accept);
      for (const { bytes } of all) expect(bytes).toBeLessThan(pageCharacters + 1_000);
      const items = all.flatMap((page) => page.items as any[]);
      expect(items).toHaveLength(count);
      expect(new Set(items.map((item) => item.model ?? item.position ?? item.id)).size).toBe(count);
      expect(all.length).toBe(Math.ceil(results / Math.floor(pageCharacters / resultLength)));
    },
  );

  it('holds what is asked for when that is small', async () => {
    const { body } = await service.get('/events?type=ModelDayStarted&limit=1000');
    expect(body.items).toHaveLength(results);
    expect(body.next).toBeNull();
  });

  it('of jobs with long lists ends early as well', async () => {
    const other = await startTestService(place, { MAX_ACTIVE_JOBS: '10' });
    const models = Array.from({ length: 2_000 }, (_, index) => `${'m'.repeat(190)}${index}`);
    for (let job = 0; job < 6; job += 1)
      await other.post('/simulate/trigger', { date_range: ['2025-01-16'], models, rerun: true });
    const { headers, body } = await other.get('/jobs?limit=1000');
    expect(body.items).toHaveLength(2);
    expect(Number(headers.get('content-length'))).toBeLessThan(pageCharacters);
    expect(body.items[0].models).toEqual(models);
  });
});

describe('a reader that does not read', () => {
  /** Asks and never reads; tells the answer as the service has it once nothing of it moves any more. */
  async function standing(path: string, accept: string): Promise<{ socket: Socket; answer: ServerResponse }> {
    const answered = once(service.service.app.getHttpServer(), 'request');
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname).pause();
    socket.on('error', () => undefined);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: ${accept}\r\n\r\n`);
    const answer = (await answered)[1] as ServerResponse;
    await until('the reader stands still', async () => {
      const { held } = runtime;
      for (let asked = 0; asked < 50; asked += 1) await service.get('/health');
      return answer.writableNeedDrain && runtime.held === held;
    });
    return { socket, answer };
  }

  it.each([
    ['the log as lines', '/events', 'application/x-ndjson'],
    ['the log, live', '/events/stream', '*/*'],
  ])('of %s is kept a bounded number of bytes, and is cut off', async (_, path, accept) => {
    const { socket, answer } = await standing(path, accept);
    expect(answer.writableLength).toBeLessThan(2 * 65_536);
    const { socket: connection } = answer;
    // Far from all of the log was made for it.
    expect(connection!.bytesWritten).toBeLessThan((results * resultLength) / 2);
    const closed = once(answer, 'close');
    runtime.ring(stallMs);
    if (path === '/events/stream') socket.resume();
    await closed;
    socket.destroy();
  });

  it('goes on with all of it when it was only slow', async () => {
    const { socket, answer } = await standing('/events', 'application/x-ndjson');
    let received = 0;
    socket.on('data', (bytes: Buffer) => (received += bytes.length));
    socket.resume();
    await once(answer, 'close');
    await until('the last of it is there', () => received > results * resultLength);
    expect(runtime.waiting).toEqual([]);
    socket.destroy();
  });
});
