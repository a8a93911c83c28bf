import { once } from 'node:events';
import { connect } from 'node:net';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { expectNothingWritten, expectProblem, expectWrongFields } from './problems.js';
import { answerFrom, exchange, requestText } from './raw.js';

const place = workplace();
let service: TestService;

beforeAll(async () => {
  service = await startTestService(place, { MAX_ACTIVE_JOBS: '100' });
});

const json = { 'content-type': 'application/json' };
const trigger = '/simulate/trigger';

describe('a body', () => {
  expectNothingWritten(() => service);

  it.each(['{', 'models=gpt-5', "{'models': []}", '{"models": [],}', '   ', '{} {}', '\u0000'])(
    'that is not JSON is refused: %j',
    async (body) => {
      expectProblem(await service.post(trigger, body), 400, 'malformed_request');
    },
  );

  it.each(['null', 'true', '7', '"text"', '[]', '[{"models": ["gpt-5"]}]'])(
    'that is no object is refused: %s',
    async (body) => {
      for (const path of [trigger, '/jobs/x/cancel', '/jobs/x/model-days/2025-01-06/m/start']) {
        expectWrongFields(await service.post(path, body), '');
      }
    },
  );

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'a/b~c', ''])(
    'with the unknown field %j is refused, and the field named',
    async (name) => {
      const pointer = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      expectWrongFields(await service.post('/jobs/x/cancel', `{${JSON.stringify(name)}: {}}`), pointer);
    },
  );

  it.each(['{"reason": "good", "reason": "bad"}', '{"reason": "good", "r\\u0065ason": "good"}'])(
    'that names a field twice is refused: %s',
    async (body) => {
      expectWrongFields(await service.post('/jobs/x/cancel', body), '');
    },
  );

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'json', 'text/json'])(
    'of the media type %s is refused',
    async (type) => {
      const answer = await service.post(trigger, '{}', { 'content-type': type });
      expectProblem(answer, 415, 'unsupported_media_type');
    },
  );

  it('without a media type is refused', async () => {
    const answer = await exchange(service.url, requestText('POST', trigger, { 'Content-Length': '2' }, '{}'));
    expectProblem(answer, 415, 'unsupported_media_type');
  });

  it('of JSON with parameters of the media type is taken', async () => {
    const answer = await service.post('/jobs/x/cancel', '{}', {
      'content-type': 'Application/JSON ; charset="utf-8"',
    });
    expectProblem(answer, 404, 'job_not_found');
  });

  it('that is not there is {}', async () => {
    for (const headers of [{}, json]) {
      expectProblem(await service.post('/jobs/x/cancel', undefined, headers), 404, 'job_not_found');
      const start = await service.post('/jobs/x/model-days/2025-01-06/m/start', undefined, headers);
      expectWrongFields(start, '/worker');
    }
  });

  it('over the limit is refused before it is read', async () => {
    const headers = { ...json, 'Content-Length': String(4 * 1_048_576 + 1) };
    const answer = await exchange(service.url, requestText('POST', trigger, headers));
    expectProblem(answer, 413, 'body_too_large');
  });

  it('over the limit is refused as well when it comes in chunks and tells no length', async () => {
    const small = await startTestService(place, { BODY_LIMIT_BYTES: '2048' });
    const chunk = `400\r\n${' '.repeat(1024)}\r\n`;
    const text = requestText('POST', trigger, { ...json, 'Transfer-Encoding': 'chunked' });
    expectProblem(
      await exchange(small.url, `${text}${chunk}${chunk}${chunk}0\r\n\r\n`),
      413,
      'body_too_large',
    );
    const fits = await exchange(small.url, `${text}2\r\n{}\r\n0\r\n\r\n`);
    expectWrongFields(fits, '/models', '/date_range');
    expect((await small.get('/health')).status).toBe(200);
  });

  it('that is nested 100,000 levels deep is refused, wherever the nest is', async () => {
    const nest = '['.repeat(100_000) + ']'.repeat(100_000);
    expectWrongFields(await service.post(trigger, nest), '/0');
    expectWrongFields(await service.post(trigger, `{"models": ${nest}}`), '/models');
    expectWrongFields(await service.post(trigger, `{"surprise": ${nest}}`), '/surprise');
    const objects = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    expectWrongFields(await service.post('/jobs/x/cancel', objects), '/a');
  });

  it('with 10,000 wrong fields is told of the first hundred, and how many more there are', async () => {
    const fields = Array.from({ length: 10_000 }, (_, index) => `"field${index}": 1`);
    const answer = await service.post(trigger, `{${fields.join(',')}}`);
    expectProblem(answer, 422, 'invalid_request');
    expect(answer.body.errors).toHaveLength(101);
    expect(answer.body.errors.at(99).pointer).toBe('/field99');
    expect(answer.body.errors.at(-1)).toEqual({
      pointer: '',
      detail: 'and at least 9900 more that are not listed',
    });
  });
});

describe('a URL', () => {
  expectNothingWritten(() => service);

  it.each(['/jobs/%zz', '/jobs/%', '/jobs/%ED%A0%80', '/jobs/x/model-days/2025-01-06/%C3%28'])(
    'that is not percent-encoded UTF-8 is refused: %s',
    async (path) => {
      expectProblem(await exchange(service.url, requestText('GET', path)), 400, 'malformed_request');
    },
  );

  it('with a NUL names nothing', async () => {
    expectProblem(await service.get('/jobs/%00'), 404, 'job_not_found');
    expectProblem(await service.get('/simulate/status/a%00b'), 404, 'job_not_found');
    expectProblem(await service.get('/jobs/%00/model-days/%00/%00'), 404, 'job_not_found');
    expectProblem(await service.post('/jobs/%00/cancel'), 404, 'job_not_found');
  });

  it.each([
    '/../jobs',
    '/jobs/../jobs',
    '/simulate/../../etc/passwd',
    '/%2e%2e/jobs',
    '//jobs',
    '/JOBS',
    '/jobs/',
    '/',
  ])('that climbs or only looks like another one names nothing: %s', async (path) => {
    const answer = await exchange(service.url, requestText('GET', path));
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ instance: path, code: expect.stringMatching(/^(job_)?not_found$/) });
  });

  it('that is longer than any of ours is refused', async () => {
    expectProblem(await service.get(`/jobs/${'x'.repeat(5_000)}`), 414, 'uri_too_long');
    expectProblem(await service.get(`/${'x'.repeat(5_000)}`), 404, 'not_found');
    const answer = await exchange(service.url, requestText('GET', `/jobs/${'x'.repeat(100_000)}`));
    expectProblem(answer, 431, 'headers_too_large');
  });

  it.each([
    ['PUT', '/jobs'],
    ['PATCH', '/jobs/x'],
    ['DELETE', '/jobs'],
    ['GET', trigger],
    ['POST', '/simulate/current'],
    ['OPTIONS', '/jobs'],
    ['PROPFIND', '/jobs'],
  ])('names nothing for another method: %s %s', async (method, path) => {
    expectProblem(await exchange(service.url, requestText(method, path)), 404, 'not_found');
  });
});

describe('a query parameter that nothing reads', () => {
  expectNothingWritten(() => service);

  it.each([
    '/health',
    '/health/live',
    '/openapi.json',
    '/simulate/current',
    '/simulate/status/x',
    '/jobs',
    '/jobs/x',
    '/jobs/x/model-days',
    '/jobs/x/model-days/2025-01-06/m',
  ])('is refused by GET %s', async (path) => {
    expectWrongFields(await service.get(`${path}?surprise=1`), '/surprise');
    expectWrongFields(await service.get(`${path}?__proto__=1`), '/__proto__');
    expectWrongFields(await service.get(`${path}?a%2Fb~c&constructor`), '/a~1b~0c', '/constructor');
  });

  it.each([trigger, '/jobs/x/cancel', '/jobs/x/retry', '/jobs/x/model-days/2025-01-06/m/start'])(
    'is refused by POST %s',
    async (path) => {
      expectWrongFields(await service.post(`${path}?rerun=true`, {}), '/rerun');
    },
  );

  it('is refused by DELETE', async () => {
    expectWrongFields(await service.delete('/jobs/x?force=true'), '/force');
  });
});

describe('what is not HTTP', () => {
  expectNothingWritten(() => service);

  it.each(['HELLO\r\n\r\n', 'GET\r\n\r\n', 'JUMP /jobs HTTP/1.1\r\n\r\n', '\u0016\u0003\u0001\u0000'])(
    'is answered as a problem as well: %j',
    async (text) => {
      expectProblem(await exchange(service.url, text), 400, 'malformed_request');
    },
  );

  it('has no room for huge headers', async () => {
    const answer = await exchange(service.url, requestText('GET', '/jobs', { 'X-A': 'a'.repeat(50_000) }));
    expectProblem(answer, 431, 'headers_too_large');
  });
});

it('serves whoever still has a connection when it stops, and lets go of it', async () => {
  const stopped = await startTestService(place);
  const { hostname, port } = new URL(stopped.url);
  const socket = connect(Number(port), hostname);
  socket.setEncoding('utf8');
  const head = requestText('POST', '/jobs/x/cancel', { ...json, 'Content-Length': '2' });
  socket.write(head.replace('Connection: close\r\n', ''));
  // The answer to a request on another connection shows that the head of this one was read before.
  await stopped.get('/health');

  const stopping = stopped.service.stop();
  while (await fetch(`${stopped.url}/health/live`, { headers: { connection: 'close' } }).then(isOk, isCut));
  socket.write(`{}${requestText('GET', '/simulate/current').replace('Connection: close\r\n', '')}`);
  let received = '';
  socket.on('data', (piece: string) => {
    received += piece;
  });
  await once(socket, 'close');
  await stopping;

  const second = received.indexOf('HTTP/1.1', 1);
  expectProblem(answerFrom(received.slice(0, second)), 404, 'job_not_found');
  const last = answerFrom(received.slice(second));
  expectProblem(last, 404, 'no_jobs');
  expect(last.headers.get('connection')).toBe('close');
});

const isOk = (): boolean => true;
const isCut = (): boolean => false;
