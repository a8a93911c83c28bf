// The server below Nest, with less patience than a service has.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { createAdapter } from '../../src/http/server.js';
import { systemRuntime } from '../../src/runtime/runtime.js';
import { expectProblem } from './problems.js';
import { answerFrom, requestText } from './raw.js';

const patience = { headersMs: 100, requestMs: 200, idleMs: 100, checkedEveryMs: 20 };
let fastify: FastifyInstance;
let port: number;

beforeAll(async () => {
  fastify = createAdapter({
    bodyLimitBytes: 4_096,
    connectionsMax: 3,
    hosts: [],
    runtime: systemRuntime,
    log: pino({ level: 'silent' }),
    observers: [],
    patience,
  }).getInstance();
  fastify.get('/quick', () => 'done');
  fastify.get('/waiting', async (_request, reply) => {
    reply.hijack().raw.writeHead(200).flushHeaders();
    // It is open for longer than anything may take to arrive.
    const ended = new Promise<void>((resolve) => systemRuntime.after(5 * patience.requestMs, resolve));
    await ended;
    reply.raw.end('waited');
  });
  fastify.post('/quick', () => 'done');
  await fastify.listen({ port: 0 });
  port = (fastify.server.address() as { port: number }).port;
});

afterAll(() => fastify.close());

/** Sends the text, and reads whatever comes until the service lets go. */
async function talk(...pieces: string[]): Promise<string> {
  const socket = connect(port).setEncoding('utf8');
  let received = '';
  socket.on('data', (piece: string) => {
    received += piece;
  });
  for (const piece of pieces) socket.write(piece);
  await once(socket, 'close');
  return received;
}

const kept = (...request: Parameters<typeof requestText>): string =>
  requestText(...request).replace('Connection: close\r\n', '');

it.each([
  ['nothing at all', ''],
  ['half of its headers', 'GET /quick HTTP/1.1\r\nHost: local'],
  ['no body', kept('POST', '/quick', { 'Content-Type': 'application/json', 'Content-Length': '2' })],
  [
    'half of its body',
    kept('POST', '/quick', { 'Content-Type': 'application/json', 'Content-Length': '2' }, '{'),
  ],
  [
    'half of its chunks',
    kept('POST', '/quick', { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' }, '1\r\n{'),
  ],
  [
    'half of a body that nobody wants',
    kept('POST', '/quick', { 'Content-Type': 'text/plain', 'Content-Length': '9' }, '{'),
  ],
])('a client that sends %s is let go', async (_, text) => {
  expectProblem(answerFrom(await talk(text)), 408, 'request_timeout');
});

it('a client that asks nothing more is let go', async () => {
  expect(answerFrom(await talk(kept('GET', '/quick'))).status).toBe(200);
});

it('a client that waits for its answer is not', async () => {
  expect(await talk(requestText('GET', '/waiting'))).toContain('waited');
});

it('there are no more connections than may be', async () => {
  const open = async (): Promise<Socket> => {
    const socket = connect(port);
    await once(socket, 'connect');
    return socket;
  };
  const sockets = [await open(), await open(), await open()];
  expect(await talk(requestText('GET', '/quick'))).toBe('');
  for (const socket of sockets) await once(socket.resume(), 'close');
  expect(answerFrom(await talk(requestText('GET', '/quick'))).status).toBe(200);
});

it('a tunnel is refused in words', async () => {
  const answer = answerFrom(await talk('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n'));
  expectProblem(answer, 405, 'method_not_allowed');
});
