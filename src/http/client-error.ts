// What cannot even be read as HTTP never becomes a request: it is answered on the socket, as a problem like any other.
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Runtime } from '../runtime/runtime.js';
import { problemDocument, problemType, type Problem } from './problem.js';
import { problemOfStatus } from './problem-of.js';

const statusOfCode: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

export function answerUnreadable(
  error: Error & { code?: string | undefined },
  socket: Socket,
  runtime: Runtime,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  answerOnSocket(problemOfStatus(statusOfCode[error.code ?? ''] ?? 400), socket, runtime);
}

/** And lets go of the connection. */
export function answerOnSocket(problem: Problem, socket: Socket, runtime: Runtime): void {
  // Nobody knows what it was about: the instance is empty.
  const body = JSON.stringify(problemDocument(problem, ''));
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    `content-type: ${problemType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-correlation-id: ${runtime.uuid()}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => {
    socket.destroy();
  });
}
