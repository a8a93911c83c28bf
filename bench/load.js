// The process that sends: it takes a load as a message, sends it over many connections, and answers how long it took.
import { Connection } from './connection.js';
import { timed } from './stopwatch.js';

/**
 * @typedef {object} Load
 * @property {string} url of the service
 * @property {number} connections that send at the same time, each its next request when the last one is answered
 * @property {number} pieces of work
 * @property {Request[]} requests of a piece, which one connection sends one after the other
 */

/** @typedef {{ path: string, body: string }} Request with the number of its piece for `{}` in the path */

/** @param {Load} load */
async function send({ url, connections: count, pieces, requests }) {
  const connections = await Promise.all(Array.from({ length: count }, () => Connection.open(new URL(url))));
  let next = 0;
  const taken = await timed(() =>
    Promise.all(
      connections.map(async (connection) => {
        while (next < pieces) {
          const piece = String(next++);
          for (const { path, body } of requests) await connection.post(path.replace('{}', piece), body);
        }
      }),
    ),
  );
  await Promise.all(connections.map((connection) => connection.close()));
  return taken;
}

process.on('message', (/** @type {Load} */ load) => {
  send(load).then(
    (taken) => process.send?.(taken),
    (/** @type {unknown} */ error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
