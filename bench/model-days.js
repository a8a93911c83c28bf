// Starts and completes model-days through the command bus, as the controllers do.
import { ChangeJob, CommandBus, CreateJob } from './any-build.js';
import { timed } from './stopwatch.js';

/** @typedef {import('../src/service.js').Service} Service */
/** @typedef {{ jobId: string, date: string, model: string }} ModelDay */

const metadata = { actor: 'bench', correlation_id: 'a2ad7e8c-6d7c-4c0b-9a53-5c0b9d3f1f0e' };
const result = { value: 10_000.5 };

/**
 * @param {Service} service
 * @param {number} dateCount
 * @param {number} modelCount
 * @returns {Promise<import('../src/simulation/domain/job.js').Job>}
 */
export async function createJob({ app }, dateCount, modelCount) {
  const request = {
    configPath: 'configs/default_config.json',
    configSha256: '0'.repeat(64),
    dates: dates(dateCount),
    models: Array.from({ length: modelCount }, (_, index) => `model-${index}`),
    rerun: true,
  };
  const { job } = await app.get(CommandBus, { strict: false }).execute(new CreateJob(request, metadata));
  return job;
}

/** As many days in a row, from 2000 on. */
export const dates = (/** @type {number} */ count) =>
  Array.from({ length: count }, (_, day) => new Date(Date.UTC(2000, 0, 1 + day)).toISOString().slice(0, 10));

/**
 * The model-days of jobs in the order in which they may run, in batches that may run at the same time.
 * @param {readonly import('../src/simulation/domain/job.js').Job[]} jobs
 * @param {number} size the most in one batch
 * @returns {Generator<ModelDay[], void>}
 */
export function* batches(jobs, size) {
  for (const { jobId, dates, models } of jobs)
    for (const date of dates)
      for (let from = 0; from < models.length; from += size)
        yield models.slice(from, from + size).map((model) => ({ jobId, date, model }));
}

/**
 * One model-day of each job, then the next one of each, in batches that may run at the same time.
 * @param {readonly import('../src/simulation/domain/job.js').Job[]} jobs of one date and as many models each
 * @param {number} size the most in one batch
 * @returns {Generator<ModelDay[], void>}
 */
function* interleaved(jobs, size) {
  const lists = jobs.map((job) => [...batches([job], 1)].flat());
  const all = (lists[0] ?? []).flatMap((_, index) => lists.flatMap((list) => list[index] ?? []));
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size);
}

/** @typedef {{ jobs: number, modelDays: number }} Round new jobs, and how many model-days each of them has */

/** Of a round, without those that make the jobs. */
export const eventsOfRound = (/** @type {Round} */ { jobs, modelDays }) => 2 * jobs * modelDays;

/**
 * Makes jobs, and then runs all their model-days, the jobs in turn.
 * @param {Service} service
 * @param {Round} round
 * @param {number} size the most commands in one commit
 * @returns {Promise<import('./stopwatch.js').Taken>} what running them took
 */
export async function runJobs(service, { jobs, modelDays }, size) {
  const made = await Promise.all(Array.from({ length: jobs }, () => createJob(service, 1, modelDays)));
  const work = [...interleaved(made, size)];
  const run = runner(service);
  return timed(async () => {
    for (const batch of work) await run(batch);
  });
}

/**
 * The next few; the rest can be taken later.
 * @param {Generator<ModelDay[], void>} generator
 * @param {number} count
 * @throws Error when there are not as many
 */
export const take = (generator, count) =>
  Array.from({ length: count }, () => {
    const next = generator.next();
    if (next.done === true) throw new Error('the jobs have no model-days left');
    return next.value;
  });

/**
 * Starts all of a batch and then completes all of it: two commits, with as many commands in each as the batch has
 * model-days, since commands that are given in one turn of the event loop share a commit.
 * @param {Service} service
 * @param {() => void} [committed] called after each of the two
 * @returns {(batch: readonly ModelDay[]) => Promise<void>}
 */
export function runner({ app }, committed = () => undefined) {
  const bus = app.get(CommandBus, { strict: false });
  const start = (/** @type {ModelDay} */ { jobId, date, model }) =>
    bus.execute(new ChangeJob(jobId, { type: 'StartModelDay', date, model, worker: 'bench' }, metadata));
  const complete = (/** @type {ModelDay} */ { jobId, date, model }) =>
    bus.execute(
      new ChangeJob(jobId, { type: 'CompleteModelDay', date, model, attempt: 1, result }, metadata),
    );
  return async (batch) => {
    await Promise.all(batch.map(start));
    committed();
    await Promise.all(batch.map(complete));
    committed();
  };
}
