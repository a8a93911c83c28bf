// Large answers and readers who do not take them: what they cost others, and how much memory they hold. The service is
// a process of its own, and so are the readers.
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { answerOf } from './answer.js';
import { atMost } from './report.js';
import { spread } from './rounds.js';
import { scratchFolder } from './scratch.js';
import { databaseIn } from './service.js';
import { memoryMb, startProcess } from './service-process.js';

const readers = 50;
const results = 1_000;
const resultBytes = 250_000;
const gridSize = 100_000;
const roundMs = 10_000;
const healthTargetMs = 250;
const memoryTargetMb = 400;

/**
 * What is read; `{large}` is a job with large results, `{grid}` one of many model-days.
 * @type {readonly { what: string, path: string, accept?: string }[]}
 */
const kinds = [
  { what: 'model-days in pages', path: '/jobs/{large}/model-days?limit=1000' },
  { what: 'a model-day', path: '/jobs/{large}/model-days/2025-01-16/model-0' },
  { what: 'events in pages', path: '/events?limit=1000' },
  { what: "a job's events in pages", path: '/jobs/{large}/events?limit=1000' },
  { what: 'CloudEvents', path: '/events?limit=1000', accept: 'application/cloudevents-batch+json' },
  { what: 'the log as lines', path: '/events', accept: 'application/x-ndjson' },
  { what: 'the log, live', path: '/events/stream' },
  { what: 'a large job, live', path: '/jobs/{grid}/stream' },
  { what: 'jobs in pages', path: '/jobs?limit=1000' },
  { what: 'a large job', path: '/jobs/{grid}' },
  { what: 'a job with all its model-days', path: '/simulate/status/{grid}' },
  { what: 'a job as it was', path: '/jobs/{grid}/history?version=1' },
  { what: 'a job with large results as it was', path: '/jobs/{large}/history?version=2001' },
];

/** @returns {Promise<import('./report.js').Section>} */
export async function measure() {
  const folder = scratchFolder();
  const configs = join(folder, 'configs');
  mkdirSync(configs, { recursive: true });
  writeFileSync(join(configs, 'default_config.json'), '{}');
  const settings = {
    DATABASE_URL: `sqlite:${databaseIn(folder)}`,
    CONFIG_DIR: configs,
    MAX_ACTIVE_JOBS: '10',
  };
  const first = await startProcess(settings);
  const ids = await fill(first.url);
  await first.stop();
  /** @type {[what: string, value: string][]} */
  const figures = [];
  /** @type {number[]} */
  const worstMs = [];
  /** @type {number[]} */
  const mostMb = [];
  for (const { what, path, accept } of kinds)
    for (const reads of [true, false]) {
      // A new process each time: memory that was taken once is not always given back.
      const service = await startProcess(settings);
      const url = service.url + path.replace('{large}', ids.large).replace('{grid}', ids.grid);
      const { p99, max, memory } = await roundOf(service, { url, accept, reads, readers });
      await service.stop();
      const who = `${what}, ${reads ? 'read' : 'never read'}`;
      figures.push([who, `${p99.toFixed(0)} / ${max.toFixed(0)} ms; ${memory?.toFixed(0) ?? '?'} MB`]);
      worstMs.push(max);
      if (memory !== undefined) mostMb.push(memory);
    }
  return {
    title: 'Large answers',
    how: [
      `A job has ${results} results of ${resultBytes / 1_000} KB, another one ${gridSize} model-days. ${readers} readers at once read one of the answers again and`,
      `again, page after page, or ask for it and never read; for ${roundMs / 1_000} s each, every time from a new service. The figures`,
      'are the time of `GET /health/live` meanwhile (p99 / longest), and the most memory above that of the idle service.',
    ],
    figures,
    targets: [
      atMost(
        'longest wait for /health/live while large answers are read, ms',
        worst(worstMs),
        healthTargetMs,
      ),
      atMost('memory for large answers, above the idle service, MB', worst(mostMb), memoryTargetMb),
    ],
  };
}

/** All of them count, and none may be over. */
const worst = (/** @type {readonly number[]} */ values) => ({
  ...spread(values),
  median: Math.max(...values),
});

/**
 * @param {{ url: string, pid: number }} service
 * @param {import('./readers.js').Reading} reading
 */
async function roundOf({ url, pid }, reading) {
  const idle = memoryMb(pid, 'VmRSS') ?? NaN;
  let most = idle;
  const child = fork(new URL('readers.js', import.meta.url), { execArgv: [] });
  const isReading = answerOf(child);
  child.send(reading);
  await isReading;
  /** @type {number[]} */
  const tookMs = [];
  const until = performance.now() + roundMs;
  while (performance.now() < until) {
    const start = performance.now();
    await (await fetch(`${url}/health/live`)).text();
    tookMs.push(performance.now() - start);
    most = Math.max(most, memoryMb(pid, 'VmRSS') ?? NaN);
    await wait(5);
  }
  child.kill();
  tookMs.sort((a, b) => a - b);
  const memory = Number.isNaN(most) ? undefined : most - idle;
  return { p99: tookMs[Math.floor(tookMs.length * 0.99)] ?? NaN, max: tookMs.at(-1) ?? NaN, memory };
}

/** @param {string} url of the service */
async function fill(url) {
  const post = async (/** @type {string} */ path, /** @type {object} */ body) => {
    const answer = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
    return /** @type {{ job_id: string }} */ (await answer.json());
  };
  const models = (/** @type {number} */ count) =>
    Array.from({ length: count }, (_, index) => `model-${index}`);
  const date = '2025-01-16';
  const date_range = [date];
  const { job_id: grid } = await post('/simulate/trigger', { date_range, models: models(gridSize) });
  const { job_id: large } = await post('/simulate/trigger', { date_range, models: models(results) });
  // Much like a result: numbers in a list.
  /** @type {unknown} */
  const result = JSON.parse(`[${'12345.678,'.repeat(resultBytes / 10)}0]`);
  for (const model of models(results)) {
    const modelDay = `/jobs/${large}/model-days/${date}/${model}`;
    await post(`${modelDay}/start`, { worker: 'bench' });
    await post(`${modelDay}/complete`, { attempt: 1, result });
  }
  return { large, grid };
}
