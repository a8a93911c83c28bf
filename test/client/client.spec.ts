// The client of the HTTP API: what it makes of each kind of answer.
import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Client } from '../../src/client/client.js';
import { Connection } from '../../src/client/connection.js';
import { freePort } from '../support/free-port.js';

const servers = new Set<Server>();

afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

async function urlOf(answer: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    response.setHeader('x-correlation-id', 'one');
    answer(request, response);
  }).listen(0, '127.0.0.1');
  servers.add(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const clientOf = async (answer: RequestListener, whenStarting?: () => Promise<void>): Promise<Client> =>
  new Client(new Connection(await urlOf(answer)), whenStarting);

const problem =
  (status: number, code: string): RequestListener =>
  (_, response) => {
    response
      .writeHead(status, { 'content-type': 'application/problem+json' })
      .end(JSON.stringify({ status, code, detail: `It is ${code}.`, errors: [] }));
  };

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

it('sends JSON and reads JSON', async () => {
  const client = await clientOf((request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => {
      response
        .writeHead(202, { 'content-type': 'application/json; charset=utf-8', location: '/there' })
        .end(JSON.stringify({ method: request.method, type: request.headers['content-type'], body }));
    });
  });
  expect(await client.ask('POST', '/here', { name: 'ä' })).toEqual({
    status: 202,
    location: '/there',
    body: { method: 'POST', type: 'application/json', body: '{"name":"ä"}' },
  });
});

it.each([
  [404, 'job_not_found', 'missing'],
  [409, 'job_active', 'conflict'],
  [412, 'version_conflict', 'stale'],
  [422, 'invalid_request', 'invalid'],
])('%i %s is a refusal that keeps the whole problem document', async (status, code, kind) => {
  const client = await clientOf(problem(status, code));
  const detail = `It is ${code}.`;
  await expect(client.get('/')).rejects.toMatchObject({
    name: 'Refusal',
    kind,
    code,
    message: detail,
    facts: { status, code, detail, errors: [] },
  });
});

it.each([
  [503, 'database_busy', 'NoAnswer'],
  [503, 'not_ready', 'NoAnswer'],
  [503, 'database_corrupt', 'Error'],
  [500, 'internal_error', 'Error'],
])('%i %s is no refusal: %s', async (status, code, name) => {
  const client = await clientOf(problem(status, code));
  await expect(client.get('/')).rejects.toMatchObject({ name, message: `It is ${code}.` });
});

it('sends again what a service that starts has not taken, when it is told to wait', async () => {
  let asked = 0;
  let waited = 0;
  const answer: RequestListener = (request, response) => {
    asked += 1;
    if (asked <= 2) problem(503, 'starting')(request, response);
    else response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  };
  const patient = await clientOf(answer, () => {
    waited += 1;
    return Promise.resolve();
  });
  expect(await patient.get('/')).toEqual({});
  expect({ asked, waited }).toEqual({ asked: 3, waited: 2 });
  const hasty = await clientOf(problem(503, 'starting'));
  await expect(hasty.get('/')).rejects.toMatchObject({ name: 'NoAnswer', code: 'starting' });
});

it('reads lines as they come, and tells when they break off', async () => {
  const client = await clientOf((request, response) => {
    response.write(`${request.headers.accept}\n{"one":1}\n{"tw`);
    if (request.url === '/whole') response.end('o":2}\n');
    else setImmediate(() => response.destroy());
  });
  expect(await all(client.lines('/whole'))).toEqual(['application/x-ndjson', '{"one":1}', '{"two":2}']);
  await expect(all(client.lines('/broken'))).rejects.toMatchObject({ name: 'NoAnswer' });
});

it('follows events from the last one that it knows, and knows when there is nothing to follow', async () => {
  const client = await clientOf((request, response) => {
    const { accept, 'last-event-id': last } = request.headers;
    if (last === '7') response.writeHead(204).end();
    else response.end(`event: job\nid: 7\ndata: ${accept} after ${String(last)}\n\n`);
  });
  const { signal } = new AbortController();
  const found = [];
  for await (const event of (await client.events('/', '3', signal)) ?? []) found.push(event);
  expect(found).toEqual([{ event: 'job', id: '7', data: 'text/event-stream after 3' }]);
  expect(await client.events('/', '7', signal)).toBeUndefined();
});

it('names who does not answer, without the password', async () => {
  const host = `127.0.0.1:${await freePort()}`;
  const client = new Client(new Connection(`http://ann:secret@${host}/daybook/`));
  await expect(client.get('/jobs')).rejects.toMatchObject({
    name: 'NoAnswer',
    message: `No service answers at http://${host}/daybook (ECONNREFUSED).`,
  });
  expect(() => new Connection('ftp://ann:secret@host')).toThrow('"ftp://…@host" is no address of a service');
});
