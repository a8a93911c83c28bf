// A process of readers: each asks for an answer, and reads it and what its `Link` leads to, again and again; or it
// never reads.
import { get } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:net';

/**
 * @typedef {object} Reading
 * @property {string} url
 * @property {string | undefined} accept
 * @property {boolean} reads
 * @property {number} readers
 */

process.on('message', (/** @type {Reading} */ reading) => {
  for (let reader = 0; reader < reading.readers; reader += 1)
    (reading.reads ? read(reading) : ask(reading)).catch((/** @type {unknown} */ error) => {
      console.error(error);
      process.exit(1);
    });
  process.send?.('reading');
});

/** @param {Reading} reading */
async function read({ url, accept = 'application/json' }) {
  for (let next = url; ;) {
    const request = get(next, { headers: { accept } });
    /** @type {unknown[]} */
    const responses = await once(request, 'response');
    const answer = /** @type {import('node:http').IncomingMessage} */ (responses[0]);
    if (answer.statusCode !== 200) throw new Error(`${next} was answered ${answer.statusCode ?? ''}`);
    answer.resume();
    await once(answer, 'end');
    const link = /^<(.*)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1];
    next = link === undefined ? url : new URL(link, url).href;
  }
}

/** @param {Reading} reading */
async function ask({ url, accept = 'application/json' }) {
  const { hostname, port, pathname, search } = new URL(url);
  for (;;) {
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}\r\nAccept: ${accept}\r\n\r\n`);
    socket.pause();
    socket.on('error', () => undefined);
    await once(socket, 'close');
  }
}
