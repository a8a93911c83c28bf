import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { expectNothingWritten, expectProblem } from './problems.js';
import { exchange, requestText } from './raw.js';

const place = workplace();
let service: TestService;

beforeAll(async () => {
  service = await startTestService(place);
});

expectNothingWritten(() => service);

const ask = (text: string) => exchange(service.url, text);

it.each([
  ['without a Host', 'GET /jobs HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ['with two Hosts', 'GET /jobs HTTP/1.1\r\nHost: localhost\r\nhost: localhost\r\nConnection: close\r\n\r\n'],
  ['with a raw letter in its path', requestText('GET', '/jobs/é')],
  ['with a raw letter in its query', requestText('GET', '/jobs/x/model-days?model=é')],
  ['with a query that is not UTF-8', requestText('GET', '/jobs/x/model-days?model=%ff')],
  ['with a query in Latin-1', requestText('GET', '/jobs/x/model-days?model=%E9t%E9')],
  ['with a query that is half encoded', requestText('GET', '/jobs/x/model-days?model=%2')],
])('a request %s is refused', async (_, text) => {
  expectProblem(await ask(text), 400, 'malformed_request');
});

it('a request of HTTP/1.0 needs no Host', async () => {
  expect((await ask('GET /health HTTP/1.0\r\n\r\n')).status).toBe(200);
});

it('an expectation that cannot be met is refused', async () => {
  expectProblem(await ask(requestText('GET', '/jobs', { Expect: 'a-miracle' })), 417, 'expectation_failed');
});

describe('a body', () => {
  const post = (headers: Record<string, string>, body: Buffer | string) =>
    fetch(`${service.url}/jobs/x/cancel`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    }).then(async (response) => ({
      status: response.status,
      headers: response.headers,
      body: await response.json(),
    }));

  it.each([
    ['a stray byte', Buffer.from([0xff])],
    ['Latin-1', Buffer.from('é', 'latin1')],
    ['half of a character', Buffer.from('é').subarray(0, 1)],
    ['half of a surrogate pair', Buffer.from([0xed, 0xa0, 0x80])],
    ['a slash in two bytes', Buffer.from([0xc0, 0xaf])],
  ])('with %s is not patched up', async (_, bytes) => {
    const body = Buffer.concat([Buffer.from('{"reason": "'), bytes, Buffer.from('"}')]);
    expectProblem(await post({}, body), 400, 'malformed_request');
  });

  it('in UTF-16 is none in UTF-8', async () => {
    expectProblem(await post({}, Buffer.from('\ufeff{"reason": "x"}', 'utf16le')), 400, 'malformed_request');
  });

  it.each([
    { 'content-encoding': 'gzip' },
    { 'content-encoding': 'identity, br' },
    { 'content-type': 'application/json; charset=iso-8859-1' },
    { 'content-type': 'application/json; charset="utf-16"' },
  ] as Record<string, string>[])('that is announced as something else is refused: %j', async (headers) => {
    expectProblem(await post(headers, '{}'), 415, 'unsupported_media_type');
  });

  it.each([
    {},
    { 'content-encoding': 'identity' },
    { 'content-type': 'application/json; charset=UTF-8' },
    { 'content-type': 'application/json; charset="utf8"' },
  ] as Record<string, string>[])('in UTF-8 is taken: %j', async (headers) => {
    expectProblem(await post(headers, '\ufeff{"reason": "é😀"}'), 404, 'job_not_found');
  });
});
