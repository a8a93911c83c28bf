// A client that still sends its body reads the answer all the same.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { expectNothingWritten, expectProblem } from './problems.js';
import { answerFrom, exchange, requestText } from './raw.js';

const place = workplace();
let service: TestService;

beforeAll(async () => {
  service = await startTestService(place);
});

expectNothingWritten(() => service);

const trigger = '/simulate/trigger';
const json = { 'Content-Type': 'application/json' };
const huge = ' '.repeat(20 * 1_048_576);

it('is told that a body is too large', async () => {
  expectProblem(await service.post(trigger, huge), 413, 'body_too_large');
});

it('is told what else is wrong, whatever the size of the body', async () => {
  const answer = await service.post(trigger, huge, { 'content-type': 'text/plain' });
  expectProblem(answer, 415, 'unsupported_media_type');
});

it('is told when it wants the connection closed, too, and when it tells no length', async () => {
  const length = { ...json, 'Content-Length': String(huge.length) };
  const answer = await exchange(service.url, requestText('POST', trigger, length, huge));
  expectProblem(answer, 413, 'body_too_large');
  const head = requestText('POST', trigger, { ...json, 'Transfer-Encoding': 'chunked' });
  const chunks = `100000\r\n${' '.repeat(0x100000)}\r\n`.repeat(20);
  expectProblem(await exchange(service.url, `${head}${chunks}0\r\n\r\n`), 413, 'body_too_large');
});

describe('a client that waits for 100 Continue', () => {
  const open = (headers: Record<string, string>): Socket => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname).setEncoding('utf8');
    socket.write(requestText('POST', trigger, { ...headers, Expect: '100-continue' }));
    return socket;
  };

  it.each([
    [413, 'body_too_large', { ...json, 'Content-Length': '20000000' }],
    [415, 'unsupported_media_type', { 'Content-Type': 'text/plain', 'Content-Length': '2' }],
  ])('is answered %d before it has sent the body', async (status, code, headers) => {
    const socket = open(headers);
    const [text] = (await once(socket, 'data')) as [string];
    expectProblem(answerFrom(text), status, code);
    await once(socket, 'close');
  });

  it('is told to go on when its body may be good', async () => {
    const socket = open({ ...json, 'Content-Length': '2' });
    expect(await once(socket, 'data')).toEqual(['HTTP/1.1 100 Continue\r\n\r\n']);
    socket.write('[]');
    const [text] = (await once(socket, 'data')) as [string];
    expectProblem(answerFrom(text), 422, 'invalid_request');
    await once(socket, 'close');
  });
});
