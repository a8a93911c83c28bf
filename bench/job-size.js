// What a command costs on a large job, against the same command on a small one.
import { join } from 'node:path';
import { batches, createJob, runner, take } from './model-days.js';
import { atMost, shown } from './report.js';
import { inTurn, ratio, spread } from './rounds.js';
import { scratchFolder } from './scratch.js';
import { serviceIn } from './service.js';
import { timed } from './stopwatch.js';

/**
 * @typedef {object} Pair
 * @property {string} name
 * @property {Grid} large
 * @property {Grid} small
 * @property {number} batchSize model-days that are started by one commit, and completed by the next
 * @property {number} modelDays that run in a round
 */

/** @typedef {{ dates: number, models: number }} Grid */

const rounds = 9;

/** @type {Pair[]} */
const pairs = [
  {
    name: '1,000 × 100 against 10 × 10, ten commands a commit',
    large: { dates: 1_000, models: 100 },
    small: { dates: 10, models: 10 },
    batchSize: 10,
    modelDays: 4_000,
  },
  {
    name: '100,000 × 1 against 100 × 1, one command a commit',
    large: { dates: 100_000, models: 1 },
    small: { dates: 100, models: 1 },
    batchSize: 1,
    modelDays: 1_000,
  },
  {
    name: '1 × 100,000 against 1 × 100, a hundred commands a commit',
    large: { dates: 1, models: 100_000 },
    small: { dates: 1, models: 100 },
    batchSize: 100,
    modelDays: 8_000,
  },
];

/** @returns {Promise<import('./report.js').Section>} */
export async function measure() {
  const folder = scratchFolder();
  /** @type {import('./report.js').Section} */
  const section = {
    title: 'A command on a large job and on a small one',
    how: [
      'Model-days (dates × models) are started and completed through the command bus, one batch after the other, on a',
      'job of 100,000 that is warm, and on as many jobs of 100 as have as many model-days; all jobs of a pair are in',
      'one database. The larger the batch, the less of a command’s time is its share of waiting for the disk, which no',
      `size of a job changes. ${rounds} rounds of each, after one to warm up.`,
    ],
    figures: [],
    targets: [],
  };
  for (const [index, pair] of pairs.entries()) {
    const { large, small } = await measurePair(join(folder, String(index)), pair);
    const time = (/** @type {Cost[]} */ all) => all.map(({ timeUs }) => timeUs);
    const cpu = (/** @type {Cost[]} */ all) => all.map(({ cpuUs }) => cpuUs);
    section.figures.push(
      [`${pair.name}: large, µs a command`, shown(spread(time(large)), 1)],
      [`${pair.name}: small, µs a command`, shown(spread(time(small)), 1)],
      [`${pair.name}: large ÷ small in CPU time`, shown(ratio(cpu(large), cpu(small)), 2)],
    );
    section.targets.push(atMost(`time of a command, ${pair.name}`, ratio(time(large), time(small)), 1.5));
  }
  return section;
}

/** @typedef {{ timeUs: number, cpuUs: number }} Cost of one command */

/**
 * @param {string} folder
 * @param {Pair} pair
 * @returns {Promise<{ large: Cost[], small: Cost[] }>}
 */
async function measurePair(folder, { large, small, batchSize, modelDays }) {
  const service = await serviceIn(folder, { MAX_ACTIVE_JOBS: '1000', MAX_MODEL_DAYS: '100000' });
  const run = runner(service);
  const largeJob = batches([await createJob(service, large.dates, large.models)], batchSize);
  const commands = 2 * modelDays;
  const costOf = async (/** @type {import('./model-days.js').ModelDay[][]} */ work) => {
    const { seconds, cpuSeconds } = await timed(async () => {
      for (const batch of work) await run(batch);
    });
    return { timeUs: (seconds / commands) * 1e6, cpuUs: (cpuSeconds / commands) * 1e6 };
  };
  const measured = await inTurn(
    rounds,
    () => costOf(take(largeJob, modelDays / batchSize)),
    async () => {
      const jobs = [];
      for (let made = 0; made < modelDays; made += small.dates * small.models)
        jobs.push(await createJob(service, small.dates, small.models));
      return costOf(take(batches(jobs, batchSize), modelDays / batchSize));
    },
  );
  await service.stop();
  return { large: measured.first, small: measured.second };
}
