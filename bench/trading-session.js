// The example over all trading days of its data, with four models, in a service that is a process of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { tradingDays } from '../examples/trading-session/prices.js';
import { scratchFolder } from './scratch.js';
import { databaseIn } from './service.js';

const models = ['buy-and-hold', 'moving-average-crossover', 'momentum', 'volatility-target'];
const root = fileURLToPath(new URL('..', import.meta.url));
const memoryTargetMb = 400;

/** @returns {Promise<import('./report.js').Section>} */
export async function measure() {
  const service = startService(scratchFolder());
  try {
    const url = await urlOf(service);
    // Nobody reads on: a pipe that is full would stop the service.
    service.stdout.resume();
    const dates = tradingDays();
    const { seconds, modelDays } = await runJob(url, dates);
    const memoryMb = peakMemoryMb(service.pid);
    return {
      title: 'The example over all its trading days',
      how: [
        `One job of ${dates.length} dates and ${models.length} models, run by the built-in worker inside of the service, with the settings`,
        'that are standard. A date starts when all models of the one before are done, so each date waits for commits.',
      ],
      figures: [
        ['model-days', modelDays.toLocaleString('en')],
        ['seconds, from the request to the end', seconds.toFixed(1)],
        ['model-days a second', (modelDays / seconds).toFixed()],
      ],
      targets: [
        {
          figure: 'peak memory of the process (resident set), MB',
          measured: memoryMb?.toFixed() ?? 'cannot be read on this system',
          target: `< ${memoryTargetMb}`,
          isMet: memoryMb !== undefined && memoryMb < memoryTargetMb,
        },
      ],
    };
  } finally {
    service.kill();
    if (service.exitCode === null) await once(service, 'exit');
  }
}

/** @param {string} folder */
function startService(folder) {
  const configs = join(folder, 'configs');
  mkdirSync(configs);
  const config = { book_dir: join(folder, 'book') };
  writeFileSync(join(configs, 'default_config.json'), JSON.stringify(config));
  return spawn(process.execPath, ['dist/main.js'], {
    cwd: root,
    env: {
      PORT: '0',
      DATABASE_URL: `sqlite:${databaseIn(folder)}`,
      CONFIG_DIR: configs,
      EXECUTOR: 'module:examples/trading-session/session.js',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/**
 * The address, from the line of its log that says where it listens.
 * @param {import('node:child_process').ChildProcessByStdio<null, import('node:stream').Readable, null>} service
 */
async function urlOf(service) {
  for await (const line of createInterface(service.stdout)) {
    /** @type {unknown} */
    const entry = JSON.parse(line);
    const { url } = /** @type {{ url?: string }} */ (entry);
    if (url !== undefined) return url;
  }
  throw new Error('the service ended before it listened');
}

/**
 * @param {string} url
 * @param {readonly string[]} dates
 */
async function runJob(url, dates) {
  const answer = await fetch(`${url}/simulate/trigger`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ date_range: dates, models }),
  });
  if (answer.status !== 202) throw new Error(`the job was not accepted: ${await answer.text()}`);
  const { job_id: jobId } = /** @type {{ job_id: string }} */ (await jsonOf(answer));
  for (;;) {
    await wait(250);
    const job = /** @type {import('../src/simulation/views.js').JobView} */ (
      await jsonOf(await fetch(`${url}/jobs/${jobId}`))
    );
    if (job.completed_at === null) continue;
    if (job.status !== 'completed') throw new Error(`the job ended as ${job.status}`);
    const seconds = (Date.parse(job.completed_at) - Date.parse(job.created_at)) / 1000;
    return { seconds, modelDays: job.progress.completed };
  }
}

/** @returns {Promise<unknown>} */
const jsonOf = (/** @type {Response} */ response) => response.json();

/** The most that a process has had in memory so far, where the system tells. */
function peakMemoryMb(/** @type {number | undefined} */ pid) {
  try {
    const kb = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid ?? ''}/status`, 'utf8'))?.[1];
    return kb === undefined ? undefined : Number(kb) / 1024;
  } catch {
    return undefined;
  }
}
