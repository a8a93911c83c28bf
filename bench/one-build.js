// One build in a process of its own, the one that BUILD names: it keeps a service open on a database in the folder that
// it is given, and does what it is asked for, a round at a time. It ends when whoever asks lets go of it.
import { runJobs } from './model-days.js';
import { rebuild } from './rebuild.js';
import { serviceIn } from './service.js';
import { timed } from './stopwatch.js';

/** As many as the write queue takes into one commit. */
const batchSize = 256;

/** @typedef {import('./model-days.js').Round | 'rebuild'} Question a round of commands, or a rebuild of the tables */

const [, , folder = ''] = process.argv;
const service = await serviceIn(folder, { MAX_ACTIVE_JOBS: '1000' });

/** @param {Question} question */
async function answer(question) {
  if (question === 'rebuild') return timed(() => rebuild(service.url));
  const taken = await runJobs(service, question, batchSize);
  // A checkpoint covers every event: when it is there, nothing goes on in the background during the other's round.
  const checkpoint = await fetch(`${service.url}/audit/checkpoint`);
  if (checkpoint.status !== 200) throw new Error(`no checkpoint was made: ${await checkpoint.text()}`);
  await checkpoint.text();
  return taken;
}

/** @param {unknown} error */
const fail = (error) => {
  console.error(error);
  process.exit(1);
};

process.on('message', (/** @type {Question} */ question) => {
  answer(question).then((taken) => process.send?.(taken), fail);
});
process.once('disconnect', () => {
  service.stop().catch(fail);
});
process.send?.('ready');
