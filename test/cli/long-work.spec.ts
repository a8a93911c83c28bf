// Long work that a service does for a command: started, followed, cancelled.
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { doLongWork, type LongWork } from '../../src/cli/long-work.js';
import { ServiceTarget } from '../../src/cli/service-target.js';

/** A service that does nothing but work of so many looks; it works on until it is cancelled when there are none. */
interface Work extends LongWork {
  looks: number;
}

const servers = new Set<Server>();

afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

async function workOf(looksNeeded: number): Promise<{ target: ServiceTarget; asked: string[] }> {
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
    response.writeHead(status, { 'content-type': type, location: '/work/1' });
    const problem = { status, code: 'rebuild_running', detail: 'It runs already.' };
    response.end(JSON.stringify(status === 409 ? problem : work));
  }).listen(0, '127.0.0.1');
  servers.add(server);
  await once(server, 'listening');
  return { target: new ServiceTarget(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), asked };
}

it('is followed to its end', async () => {
  const { target, asked } = await workOf(3);
  const told: number[] = [];
  const ended = await doLongWork<Work>(target, '/work', ({ looks }) => told.push(looks));
  expect(ended).toEqual({ status: 'completed', looks: 3 });
  expect(told).toEqual([1, 2, 3]);
  expect(asked).toEqual(['POST /work', 'GET /work/1', 'GET /work/1', 'GET /work/1']);
  await expect(doLongWork(target, '/other', () => undefined)).rejects.toThrow('It runs already.');
});

it('is cancelled at Ctrl-C, and its end is waited for', async () => {
  const { target, asked } = await workOf(Infinity);
  const before = process.listenerCount('SIGINT');
  const ended = await doLongWork<Work>(target, '/work', ({ looks }) => {
    if (looks === 2) process.emit('SIGINT');
  });
  expect(ended.status).toBe('cancelled');
  expect(asked.slice(-2)).toEqual(['POST /work/1/cancel', 'GET /work/1']);
  expect(process.listenerCount('SIGINT')).toBe(before);
});
