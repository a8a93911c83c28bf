import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { expectNothingWritten, expectProblem } from './problems.js';
import { exchange, requestText } from './raw.js';

const place = workplace();
let service: TestService;

beforeAll(async () => {
  service = await startTestService(place, { ALLOWED_HOSTS: 'daybook, Book.Example.com' });
});

expectNothingWritten(() => service);

const ask = (method: string, path: string, headers: Record<string, string>) => {
  const { Host = 'localhost', ...others } = headers;
  return exchange(service.url, requestText(method, path, others).replace('Host: localhost', `Host: ${Host}`));
};

describe('a Host', () => {
  it.each([
    'localhost',
    'LOCALHOST:3000',
    'localhost.',
    'one.localhost:80',
    '127.0.0.1',
    '10.1.2.3:3000',
    '[::1]',
    '[fe80::1]:3000',
    'daybook:3000',
    'book.example.com',
    'BOOK.example.com.:443',
  ])('is ours: %s', async (Host) => {
    expect((await ask('GET', '/health/live', { Host })).status).toBe(200);
    expectProblem(await ask('POST', '/jobs/x/cancel', { Host }), 404, 'job_not_found');
  });

  it.each([
    'evil.example',
    'localhost.evil.example:3000',
    '127.0.0.1.evil.example',
    'notlocalhost',
    'example.com',
    '127.1',
    '[::1].evil.example',
  ])('is foreign: %s', async (Host) => {
    const [status, code] = Host.startsWith('[') ? [400, 'malformed_request'] : [421, 'unknown_host'];
    for (const path of ['/health', '/jobs', '/events/stream', '/nothing'])
      expectProblem(await ask('GET', path, { Host }), status, code);
    for (const path of ['/jobs/x/cancel', '/admin/projections/rebuild'])
      expectProblem(await ask('POST', path, { Host }), status, code);
  });

  it.each(['', 'a b', 'a@localhost', 'localhost/x', '::1', '[localhost]', 'localhost:port'])(
    'is none: %j',
    async (Host) => {
      expectProblem(await ask('GET', '/jobs', { Host }), 400, 'malformed_request');
    },
  );
});

describe('a web page', () => {
  it.each<Record<string, string>>([
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
    { Origin: 'http://localhost:8080' },
    { Origin: 'http://127.0.0.1' },
    { Origin: 'https://daybook' },
    { Origin: 'http://localhost:30001', Host: 'localhost:3000' },
    { Origin: 'http://localhost', 'Sec-Fetch-Site': 'same-site' },
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' },
    { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
  ])('of another origin is not heard: %j', async (headers) => {
    for (const path of ['/jobs/x/cancel', '/admin/projections/rebuild', '/simulate/trigger'])
      expectProblem(await ask('POST', path, headers), 403, 'foreign_origin');
    expectProblem(await ask('DELETE', '/jobs/x', headers), 403, 'foreign_origin');
    expectProblem(await ask('GET', '/jobs', headers), 403, 'foreign_origin');
    expectProblem(await ask('OPTIONS', '/jobs', headers), 403, 'foreign_origin');
  });

  it.each<Record<string, string>>([
    { Origin: 'http://localhost:3000', Host: 'localhost:3000' },
    { Origin: 'https://book.example.com', Host: 'book.example.com' },
    { Origin: 'https://proxy.example', 'Sec-Fetch-Site': 'same-origin' },
    { 'Sec-Fetch-Site': 'none', 'Sec-Fetch-Mode': 'navigate' },
  ])('of its own is heard: %j', async (headers) => {
    expect((await ask('GET', '/jobs', headers)).status).toBe(200);
    expectProblem(await ask('POST', '/jobs/x/cancel', headers), 404, 'job_not_found');
  });

  it('may have a link to it', async () => {
    const link = {
      'Sec-Fetch-Site': 'cross-site',
      'Sec-Fetch-Mode': 'navigate',
      'Sec-Fetch-Dest': 'document',
    };
    expect((await ask('GET', '/jobs', link)).status).toBe(200);
    expectProblem(await ask('POST', '/jobs/x/cancel', link), 403, 'foreign_origin');
  });
});

it('is called what it listens on, too', async () => {
  const named = await startTestService(place, { HOST: 'localhost' });
  expect((await named.get('/health')).status).toBe(200);
});
