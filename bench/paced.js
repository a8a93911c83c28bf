// Commands at an even pace, from a process of their own, while something else happens in the service.
import { fork } from 'node:child_process';
import { answerOf } from './answer.js';

const connections = 4;
const pauseMs = 5;
export const paceInWords = `${connections} connections give commands, with ${pauseMs} ms between an answer and the next one`;

const startBody = '{"worker":"bench"}';
const completeBody = '{"attempt":1,"result":{"value":10000.5}}';

/** Both commands of a model-day. */
export const startAndComplete = (/** @type {string} */ modelDay) => [
  { path: `${modelDay}/start`, body: startBody },
  { path: `${modelDay}/complete`, body: completeBody },
];

/** @typedef {(work: () => Promise<unknown>) => Promise<number>} P99While the p99 of commands while it works, in ms */

/**
 * @param {string} url of the service
 * @returns {Promise<{ p99While: P99While, stop: () => void }>}
 */
export async function pacedCommands(url) {
  const requests = startAndComplete(await newModelDays(url));
  const sender = fork(new URL('latency.js', import.meta.url), { execArgv: [] });
  let first = 0;
  return {
    async p99While(work) {
      sender.send({ url, connections, pauseMs, first, requests });
      await work();
      const answered = answerOf(sender);
      sender.send('stop');
      const { tookMs, next } = /** @type {{ tookMs: number[], next: number }} */ (await answered);
      first = next;
      return tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length * 0.99)] ?? NaN;
    },
    stop() {
      sender.kill();
    },
  };
}

/** A job whose model-days can start in any order; tells the path of one, with `{}` for its number. */
async function newModelDays(/** @type {string} */ url) {
  const models = Array.from({ length: 100_000 }, (_, index) => `model-${index}`);
  const answer = await fetch(`${url}/simulate/trigger`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ date_range: ['2025-01-16'], models }),
  });
  if (answer.status !== 202) throw new Error(`the job was not accepted: ${await answer.text()}`);
  const { job_id: jobId } = /** @type {{ job_id: string }} */ (await answer.json());
  return `/jobs/${jobId}/model-days/2025-01-16/model-{}`;
}
