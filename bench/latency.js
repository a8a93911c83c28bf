// A process that gives commands at an even pace until it is told to stop, and answers how long each one took.
import { setTimeout as wait } from 'node:timers/promises';
import { Connection } from './connection.js';

/**
 * @typedef {object} Pace
 * @property {string} url of the service
 * @property {number} connections that give commands at the same time
 * @property {number} pauseMs between an answer and the next command
 * @property {number} first number of a piece of work
 * @property {import('./load.js').Request[]} requests of a piece, which one connection sends one after the other
 */

let isStopped = false;

/**
 * @param {Pace} pace
 * @returns {Promise<{ tookMs: number[], next: number }>}
 */
async function run({ url, connections: count, pauseMs, first, requests }) {
  const connections = await Promise.all(Array.from({ length: count }, () => Connection.open(new URL(url))));
  /** @type {number[]} */
  const tookMs = [];
  let next = first;
  await Promise.all(
    connections.map(async (connection) => {
      while (!isStopped) {
        const piece = String(next++);
        for (const { path, body } of requests) {
          const start = performance.now();
          await connection.post(path.replace('{}', piece), body);
          tookMs.push(performance.now() - start);
          await wait(pauseMs);
        }
      }
    }),
  );
  await Promise.all(connections.map((connection) => connection.close()));
  return { tookMs, next };
}

process.on('message', (/** @type {Pace | 'stop'} */ message) => {
  if (message === 'stop') {
    isStopped = true;
    return;
  }
  isStopped = false;
  run(message).then(
    (answer) => process.send?.(answer),
    (/** @type {unknown} */ error) => {
      console.error(error);
      process.exit(1);
    },
  );
});
