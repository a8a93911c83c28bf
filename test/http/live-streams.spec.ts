// Live streams, followed by an EventSource of the kind that browsers have.
import { connect, type Socket } from 'node:net';
import { EventSource } from 'eventsource';
import { OpenStreams } from '../../src/http/open-streams.js';
import { lastWordMs, stallMs } from '../../src/http/server-sent-events.js';
import { finishedJob } from '../support/finished-job.js';
import { HeldRuntime } from '../support/held-runtime.js';
import { jobWithLargeResults } from '../support/large-results.js';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';

const place = workplace();

/** Collects messages until `isLast` says so; the EventSource is closed then. */
function follow<Data>(
  url: string,
  type: string,
  isLast: (data: Data, all: Data[]) => boolean,
): Promise<Data[]> {
  return new Promise((resolve) => {
    const all: Data[] = [];
    const source = new EventSource(url);
    source.addEventListener(type, (message) => {
      const data = JSON.parse(message.data) as Data;
      all.push(data);
      if (!isLast(data, all)) return;
      source.close();
      resolve(all);
    });
  });
}

const positionsUpTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('the log, live', () => {
  it('goes from history to the present without a gap or a repeat while commands are written', async () => {
    const service = await startTestService(place);
    await finishedJob(service, ['2025-01-16'], ['gpt-5']);
    const followed = follow<{ position: number }>(
      `${service.url}/events/stream`,
      'message',
      ({ position }) => position === 43,
    );
    const dates = Array.from({ length: 19 }, (_, index) => `2025-02-${String(index + 1).padStart(2, '0')}`);
    const written = finishedJob(service, dates, ['gpt-5']);
    await written;
    await service.post('/simulate/trigger', { date_range: ['2025-03-03'], models: ['gpt-5'] });
    const seen = await followed;
    expect(seen.map(({ position }) => position)).toEqual(positionsUpTo(43));
  });

  it('goes on after a restart of the server where the client was', async () => {
    const databasePath = place.path('restarted', 'jobs.db');
    const settings = { DATABASE_URL: `sqlite:${databasePath}` };
    const before = await startTestService(place, settings);
    await finishedJob(before, ['2025-01-16'], ['gpt-5']);
    const { port } = new URL(before.url);

    let stopped = Promise.resolve();
    const followed = follow<{ position: number }>(
      `${before.url}/events/stream`,
      'message',
      ({ position }, all) => {
        if (all.length === 3) stopped = before.service.stop();
        return position === 6;
      },
    );
    while ((await before.get('/health/live').catch(() => null)) !== null) await stopped;
    await stopped;
    const after = await startTestService(place, { ...settings, PORT: port });
    await finishedJob(after, ['2025-01-17'], ['gpt-5']);
    expect((await followed).map(({ position }) => position)).toEqual(positionsUpTo(6));
  });

  it('starts after a position, which a Last-Event-ID overrides', async () => {
    const service = await startTestService(place);
    await finishedJob(service, ['2025-01-16'], ['gpt-5']);
    const first = await firstMessage(service, '/events/stream?after=1', {});
    expect(first).toMatch(/^id: 2$/m);
    const resumed = await firstMessage(service, '/events/stream?after=1', { 'last-event-id': '2' });
    expect(resumed).toMatch(/^id: 3$/m);
    expect(await service.get('/events/stream', { 'last-event-id': 'x' })).toMatchObject({ status: 422 });
    // A client that has seen more than there is would miss what takes its place.
    expect(await service.get('/events/stream', { 'last-event-id': '4' })).toMatchObject({
      status: 404,
      body: { code: 'position_not_found', detail: expect.stringContaining('The log ends at event 3') },
    });
  });

  it('leaves nothing behind when a client goes away', async () => {
    const service = await startTestService(place);
    await finishedJob(service, ['2025-01-16'], ['gpt-5']);
    const streams = openStreamsOf(service);
    await firstMessage(service, '/events/stream', {});
    while (streams.count > 0) await service.get('/health');
    expect(streams.count).toBe(0);
  });

  it('lets a reader that stands still go on without holding anybody up', async () => {
    const service = await startTestService(place);
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.write('GET /events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
    socket.pause();
    const streams = openStreamsOf(service);
    while (streams.count === 0) await service.get('/health');
    const jobId = await finishedJob(service, ['2025-01-16', '2025-01-17'], ['gpt-5']);
    expect(await service.get(`/jobs/${jobId}`)).toMatchObject({ body: { status: 'completed' } });
    socket.destroy();
    while (streams.count > 0) await service.get('/health');
  });
});

describe('a reader that takes nothing more', () => {
  /** More than the system keeps for a connection, at both of its ends. */
  const results = 80;

  /** A service with a long log, and a reader of it who has stood still until the service had enough of it. */
  async function stalled() {
    const runtime = new HeldRuntime([stallMs, lastWordMs]);
    // The watch for leases has the same pause as the last word, or another one.
    const service = await startTestService(place, { LEASE_MS: '8000' }, { runtime });
    await jobWithLargeResults(service, results);
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.write('GET /events/stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
    socket.pause();
    // A wait for a connection that is only busy is soon over; this one lasts.
    for (let [asked, held] = [0, -1]; asked < 50; asked += 1) {
      await service.get('/health');
      if (runtime.waiting.includes(stallMs) && runtime.held === held) continue;
      [asked, held] = [0, runtime.held];
    }
    expect(openStreamsOf(service).count).toBe(1);
    runtime.ring(stallMs);
    while (openStreamsOf(service).count > 0) await service.get('/health');
    return { service, runtime, socket };
  }

  /** What a socket gives until it is closed by the other side. */
  const rest = async (socket: Socket): Promise<string> => {
    let text = '';
    for await (const chunk of socket.setEncoding('utf8')) text = (text + String(chunk)).slice(-1_000);
    return text;
  };

  it('is told so at the end of what it has not read yet, and may come back', async () => {
    const { service, runtime, socket } = await stalled();
    const said = await rest(socket);
    expect(said).toMatch(/event: end\ndata: {"code":"slow_reader","detail":".*15 seconds.*"}/);
    while (runtime.waiting.includes(lastWordMs)) await service.get('/health');
    expect(await firstMessage(service, '/events/stream', { 'last-event-id': '160' })).toMatch(/^id: 161$/m);
  });

  it('is let go when it does not even take that, and leaves nothing behind', async () => {
    const { service, runtime, socket } = await stalled();
    while (!runtime.waiting.includes(lastWordMs)) await service.get('/health');
    runtime.ring(lastWordMs);
    expect(await rest(socket)).not.toContain('slow_reader');
    expect(runtime.waiting).toEqual([]);
  });
});

describe('one job, live', () => {
  it('tells every change until the end, and sends whoever comes back then away', async () => {
    const service = await startTestService(place);
    const { body } = await service.post('/simulate/trigger', {
      date_range: ['2025-01-16'],
      models: ['gpt-5'],
    });
    const path = service.modelDay(body.job_id, '2025-01-16', 'gpt-5');
    const reports: Promise<unknown>[] = [];
    const followed = follow<any>(`${service.url}/jobs/${body.job_id}/stream`, 'job', ({ status }) => {
      if (status === 'pending') reports.push(service.post(`${path}/start`, { worker: 'tester' }));
      if (status === 'running') reports.push(service.post(`${path}/complete`, { attempt: 1 }));
      return status === 'completed';
    });
    const told = await followed;
    await Promise.all(reports);
    expect(told.map(({ status }) => status)).toEqual(['pending', 'running', 'completed']);
    expect(told.at(-1)).toEqual({
      job_id: body.job_id,
      status: 'completed',
      version: 3,
      progress: { total_model_days: 1, completed: 1, failed: 0, running: 0, pending: 0, current: null },
    });
    const again = await service.get(`/jobs/${body.job_id}/stream`, { 'last-event-id': '3' });
    expect(again.status).toBe(204);
  });

  it('knows no stream of a job that there is not', async () => {
    const service = await startTestService(place);
    expect(await service.get('/jobs/nothing/stream')).toMatchObject({
      status: 404,
      body: { code: 'job_not_found' },
    });
  });
});

/** The text of the first message; then the client hangs up. */
async function firstMessage(
  service: TestService,
  path: string,
  headers: Record<string, string>,
): Promise<string> {
  const hangUp = new AbortController();
  const response = await fetch(service.url + path, { headers, signal: hangUp.signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('\n\n')) text += (await reader.read()).value ?? '';
  hangUp.abort();
  return text.slice(0, text.indexOf('\n\n'));
}

const openStreamsOf = ({ service }: TestService) => service.app.get(OpenStreams, { strict: false });
