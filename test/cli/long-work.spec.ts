// Long work that a service does for a command: started, followed, cancelled.
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { doLongWork, type LongWork } from '../../src/cli/long-work.js';
import { interruption } from '../../src/runtime/interruption.js';
import { Client } from '../../src/client/client.js';
import { Connection } from '../../src/client/connection.js';

/** A service that does nothing but work of so many looks; it works on until it is cancelled when there are none. */
interface Work extends LongWork {
  looks: number;
}

const shell = { interruption };

const servers = new Set<Server>();

afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

async function workOf(looksNeeded: number): Promise<{ client: Client; asked: string[] }> {
  const work: Work = { status: 'running', looks: 0 };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const command = `${request.method} ${request.url}`;
    asked.push(command);
    if (command === 'GET /work/1') {
      work.looks += 1;
      if (work.looks === looksNeeded) work.status = 'completed';
    }
    if (command === 'POST /work/1/cancel') work.status = 'cancelled';
    const status = command === 'POST /work' ? 202 : command.includes('/work/1') ? 200 : 409;
    const type = status === 409 ? 'application/problem+json' : 'application/json';
    response.writeHead(status, { 'content-type': type, location: '/work/1', 'x-correlation-id': 'one' });
    const problem = { status, code: 'rebuild_running', detail: 'It runs already.' };
    response.end(JSON.stringify(status === 409 ? problem : work));
  }).listen(0, '127.0.0.1');
  servers.add(server);
  await once(server, 'listening');
  const connection = new Connection(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return { client: new Client(connection), asked };
}

it('is followed to its end', async () => {
  const { client, asked } = await workOf(3);
  const told: number[] = [];
  const tell = ({ looks }: Work) => told.push(looks);
  const ended = await doLongWork<Work>(client, '/work', { tell, shell });
  expect(ended).toEqual({ status: 'completed', looks: 3 });
  expect(told).toEqual([1, 2, 3]);
  expect(asked).toEqual(['POST /work', 'GET /work/1', 'GET /work/1', 'GET /work/1']);
  await expect(doLongWork(client, '/other', { tell: () => undefined, shell })).rejects.toThrow(
    'It runs already.',
  );
});

it('is cancelled at Ctrl-C, and its end is waited for', async () => {
  const { client, asked } = await workOf(Infinity);
  const before = process.listenerCount('SIGINT');
  const tell = ({ looks }: Work): void => {
    if (looks === 2) process.emit('SIGINT');
  };
  const ended = await doLongWork<Work>(client, '/work', { tell, shell });
  expect(ended.status).toBe('cancelled');
  expect(asked.slice(-2)).toEqual(['POST /work/1/cancel', 'GET /work/1']);
  expect(process.listenerCount('SIGINT')).toBe(before);
});
