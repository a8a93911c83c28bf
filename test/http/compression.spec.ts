// Large answers go out compressed to whoever can take that, small ones and live streams as they are.
import { once } from 'node:events';
import { request, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';

const place = workplace();
let service: TestService;
let long: string;

beforeAll(async () => {
  service = await startTestService(place, { MAX_ACTIVE_JOBS: '9' });
  const grid = { start_date: '2005-01-03', end_date: '2009-12-31', models: ['a', 'b'] };
  long = (await service.post('/simulate/trigger', grid)).body.job_id;
});

interface Raw {
  status: number | undefined;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
}

/** As it comes over the wire: fetch would ask for codings, and undo them. */
async function get(path: string, headers: Record<string, string> = {}): Promise<Raw> {
  const asked = request(service.url + path, { headers }).end();
  const [response] = await once(asked, 'response');
  return { status: response.statusCode, headers: response.headers, bytes: await buffer(response) };
}

const undo = { br: brotliDecompressSync, gzip: gunzipSync };

describe.each(['br', 'gzip'] as const)('%s', (coding) => {
  it.each([
    ['a job', () => `/jobs/${long}`],
    ['all its model-days, as they are read', () => `/simulate/status/${long}`],
    ['lines of events', () => `/events`],
    ['the document', () => '/openapi.json'],
    ['metrics', () => '/metrics'],
  ])('%s', async (what, path) => {
    const accept = what.startsWith('lines') ? { accept: 'application/x-ndjson' } : {};
    const plain = await get(path(), accept);
    const small = await get(path(), { 'accept-encoding': coding, ...accept });
    expect(small.headers).toMatchObject({ 'content-encoding': coding, vary: 'accept-encoding' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.headers.vary).toBe('accept-encoding');
    expect(small.bytes.length).toBeLessThan(plain.bytes.length / 2);
    // The metrics have moved on meanwhile.
    const told = undo[coding](small.bytes).toString();
    if (what === 'metrics') expect(told).toMatch(/^# HELP/);
    else expect(told).toBe(plain.bytes.toString());
  });
});

it('leaves small answers and live streams alone, also a small one that is made bit by bit', async () => {
  const grid = { date_range: ['2025-01-06'], models: ['m'] };
  const { body } = await service.post('/simulate/trigger', grid);
  for (const path of [`/jobs/${body.job_id}`, `/simulate/status/${body.job_id}`, '/jobs/none']) {
    const { headers, bytes } = await get(path, { 'accept-encoding': 'br, gzip' });
    expect(headers['content-encoding']).toBeUndefined();
    expect(() => JSON.parse(bytes.toString())).not.toThrow();
  }
  const asked = request(`${service.url}/events/stream`, { headers: { 'accept-encoding': 'br' } }).end();
  const [response] = await once(asked, 'response');
  expect(response.headers['content-encoding']).toBeUndefined();
  expect(String((await once(response, 'data'))[0])).toContain('id: 1');
  asked.destroy();
});

it.each([
  ['gzip;q=1, br;q=0.5', 'gzip'],
  ['*', 'br'],
  ['br;q=0, *', 'gzip'],
  ['deflate', undefined],
  ['identity, gzip;q=0.5', undefined],
  ['', undefined],
])('with Accept-Encoding: %s answers in %s', async (accepted, coding) => {
  const { headers } = await get(`/jobs/${long}`, { 'accept-encoding': accepted });
  expect(headers['content-encoding']).toBe(coding);
});

it('gives each form an ETag of its own, and takes each for the version', async () => {
  const plain = await get(`/jobs/${long}`);
  const small = await get(`/jobs/${long}`, { 'accept-encoding': 'br' });
  expect([plain.headers.etag, small.headers.etag]).toEqual(['"1"', '"1-br"']);
  for (const known of ['"1"', '"1-br"', 'W/"1-gzip"'])
    expect((await get(`/jobs/${long}`, { 'if-none-match': known })).status).toBe(304);
  const stale = await service.post(`/jobs/${long}/cancel`, {}, { 'if-match': '"2-br"' });
  expect(stale.status).toBe(412);
  const heard = await service.post(`/jobs/${long}/cancel`, {}, { 'if-match': '"1-br"' });
  expect(heard.status).toBe(200);
});

it('lets go of what it reads when the reader leaves', async () => {
  const asked = request(`${service.url}/simulate/status/${long}`, { headers: { 'accept-encoding': 'gzip' } });
  const [response] = await once(asked.end(), 'response');
  response.destroy();
  await once(response, 'close');
  // A snapshot that was left open would be the next one's neighbour for ever; many of them would run out.
  const again = await Promise.all(
    Array.from({ length: 20 }, () => get(`/simulate/status/${long}`, { 'accept-encoding': 'br' })),
  );
  expect(again.map(({ status }) => status)).toEqual(Array(20).fill(200));
});
