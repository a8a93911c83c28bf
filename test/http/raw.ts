// Requests byte for byte, as no polite client would send them.
import { connect } from 'node:net';
import { once } from 'node:events';
import type { Answer } from '../support/client.js';

/** The text of a request after which the connection is closed. */
export const requestText = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): string =>
  [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    'Connection: close',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n');

/** Sends the text as it is, and reads one answer with a Content-Length until the service closes the connection. */
export async function exchange(url: string, text: string): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.setEncoding('utf8').on('data', (piece: string) => {
    received += piece;
  });
  // A service that has read enough may cut the connection while we still send.
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return answerFrom(received);
}

export function answerFrom(text: string): Answer {
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = new Headers(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
  const isJson = /json/.test(headers.get('content-type') ?? '');
  return { status: Number(statusLine.split(' ')[1]), headers, body: isJson ? JSON.parse(body) : body };
}
