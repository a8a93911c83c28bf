// The demo: starts a service with this example as its executor, triggers a real job, watches it as `daybook status
// --watch` does, and tells where to look next. `--serve` leaves the service running afterwards.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startDaybook } from './demo-service.js';

/**
 * What the demo reads of the answers.
 * @typedef {object} Job
 * @property {string} job_id
 * @property {string} status
 * @property {string[]} date_range
 * @property {string[]} models
 * @property {number} total_duration_seconds
 * @typedef {{ model: string, error: string | null, result: { value: number, profit: number } | null }} ModelDay
 */

/**
 * @param {string} url
 * @param {object} [body]
 * @returns {Promise<unknown>}
 */
async function ask(url, body) {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await fetch(url, body === undefined ? {} : init);
  const answer = /** @type {{ detail?: string }} */ (await response.json());
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${answer.detail ?? ''}`);
  return answer;
}

async function demo() {
  const service = await startDaybook();
  try {
    console.log(`Daybook listens on ${service.url}\n`);
    const trigger = { config_path: 'trading-session.json', rerun: true };
    console.log(`POST /simulate/trigger ${JSON.stringify(trigger)}`);
    const job = /** @type {Job} */ (await ask(`${service.url}/simulate/trigger`, trigger));
    console.log(`Job ${job.job_id}: ${job.models.length} models on ${job.date_range.length} days\n`);

    const ended = await follow(service.url, job.job_id);
    await tellOutcome(service.url, ended);
    tellWhereToLook(service.url, job.job_id);
    if (process.argv.includes('--serve')) await service.ended;
    return ended.status === 'completed' ? 0 : 1;
  } finally {
    await service.stop();
  }
}

/**
 * @param {string} url
 * @param {string} jobId
 */
async function follow(url, jobId) {
  const watching = ['dist/cli.js', 'status', jobId, '--watch', '--url', url];
  await once(spawn(process.execPath, watching, { stdio: 'inherit' }), 'exit');
  return /** @type {Job} */ (await ask(`${url}/jobs/${jobId}`));
}

/**
 * @param {string} url
 * @param {Job} job
 */
async function tellOutcome(url, job) {
  console.log(`\nThe job is ${job.status}, after ${job.total_duration_seconds} seconds. On the last day:\n`);
  const date = job.date_range.at(-1) ?? '';
  const lastDay = await ask(`${url}/jobs/${job.job_id}/model-days?date=${date}`);
  for (const { model, result, error } of /** @type {{ items: ModelDay[] }} */ (lastDay).items) {
    const told =
      result === null
        ? (error ?? '')
        : `value ${result.value.toFixed(2)}, that day ${result.profit.toFixed(2)}`;
    console.log(`  ${model.padEnd(26)} ${told}`);
  }
}

/**
 * @param {string} url
 * @param {string} jobId
 */
function tellWhereToLook(url, jobId) {
  const isServing = process.argv.includes('--serve');
  const start = 'EXECUTOR=module:examples/trading-session/session.js npm start';
  console.log(`
Where to look next:
  node dist/cli.js jobs
  node dist/cli.js replay ${jobId}
  sqlite3 data/jobs.db "select * from jobs"
  sqlite3 data/jobs.db "select position, type, data from events order by position desc limit 10"
  ${isServing ? 'The service goes on until Ctrl-C:' : `${start}     and then:`}
  curl ${url}/simulate/status/${jobId}
  curl ${url}/jobs
  README.md tells the rest.`);
}

try {
  process.exitCode = await demo();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
