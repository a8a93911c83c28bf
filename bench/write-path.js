// Events appended through the command bus and the write queue, against the same writes in a bare loop.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BareLoop } from './bare-loop.js';
import { batches, createJob, eventsOfRound, runJobs, runner, take } from './model-days.js';
import { Recording } from './recording.js';
import { profiled } from './profile.js';
import { atLeast, shown } from './report.js';
import { inTurn, ratio, spread } from './rounds.js';
import { scratchFolder } from './scratch.js';
import { databaseIn, pragmasOf, serviceIn } from './service.js';
import { timed } from './stopwatch.js';

const rounds = 9;
/** As many as the write queue takes into one commit. */
const batchSize = 256;
const batchesPerRound = 20;
/** As many events, and each command of a commit on another job. */
const manyJobs = { jobs: batchSize, modelDays: batchesPerRound };
const eventsPerRound = eventsOfRound(manyJobs);
const pragmas = [
  'journal_mode',
  'synchronous',
  'foreign_keys',
  'cache_size',
  'wal_autocheckpoint',
  'mmap_size',
];

/** @returns {Promise<import('./report.js').Section>} */
export async function measure() {
  const folder = scratchFolder();
  const job = await prepareDatabases(folder);
  const recording = await recordJob(join(folder, 'recorded'), job);
  const service = await serviceIn(join(folder, 'service'), { MAX_ACTIVE_JOBS: '1000' });
  const run = runner(service);
  const bare = new BareLoop(databaseIn(join(folder, 'bare')), await pragmasOf(service, pragmas));
  const work = batches([job], batchSize);
  const { first, second } = await inTurn(
    rounds,
    () => {
      const next = take(work, batchesPerRound);
      return timed(async () => {
        for (const batch of next) await run(batch);
      });
    },
    () => {
      const next = recording.take(2 * batchesPerRound).map((writes) => bare.prepare(writes));
      return timed(() => {
        bare.run(next);
      });
    },
  );
  const profile = await profiled(async () => {
    for (const batch of take(work, batchesPerRound)) await run(batch);
  });
  const onManyJobs = [];
  for (let round = 0; round <= rounds; round += 1)
    onManyJobs.push(await runJobs(service, manyJobs, batchSize));
  // The first one is to warm up.
  onManyJobs.shift();
  bare.close();
  await service.stop();

  const perSecond = (/** @type {typeof first} */ all) => all.map(({ seconds }) => eventsPerRound / seconds);
  const cpuUs = (/** @type {typeof first} */ all) =>
    shown(spread(all.map(({ cpuSeconds }) => (cpuSeconds / eventsPerRound) * 1e6)), 1);
  return {
    title: 'The write path without HTTP',
    how: [
      `Commands through the command bus, ${batchSize} at a time and so ${batchSize} a commit; each appends one event. Beside it, the`,
      'very statements that they run (taken down in a run before), with their values ready made, in a bare loop on',
      `better-sqlite3: as many a commit, a copy of the same database, the same pragmas. ${rounds} rounds of ${eventsPerRound} events`,
      'of each, after one to warm up. Then as many rounds of as many commands, each of a commit on another job.',
    ],
    figures: [
      ['events a second, write path', shown(spread(perSecond(first)))],
      ['events a second, bare loop', shown(spread(perSecond(second)))],
      [`events a second, write path on ${manyJobs.jobs} jobs`, shown(spread(perSecond(onManyJobs)))],
      ['CPU of an event, write path, µs', cpuUs(first)],
      ['CPU of an event, bare loop, µs', cpuUs(second)],
      [`CPU of an event, write path on ${manyJobs.jobs} jobs, µs`, cpuUs(onManyJobs)],
      ['a CPU profile of the write path', profile],
    ],
    targets: [
      atLeast('events a second, write path ÷ bare loop', ratio(perSecond(first), perSecond(second)), 0.5),
    ],
  };
}

/**
 * Three copies of one database, in which a job waits that is large enough for all rounds and can start anywhere.
 * @param {string} folder
 */
async function prepareDatabases(folder) {
  const origin = join(folder, 'origin');
  const service = await serviceIn(origin);
  // One round to warm up, and one for the profile.
  const job = await createJob(service, 1, (rounds + 2) * batchesPerRound * batchSize);
  await service.stop();
  for (const name of ['recorded', 'service', 'bare']) {
    mkdirSync(join(folder, name));
    copyFileSync(databaseIn(origin), databaseIn(join(folder, name)));
  }
  return job;
}

/**
 * Runs the whole job once, and takes down what is written in each commit.
 * @param {string} folder
 * @param {import('../src/simulation/domain/job.js').Job} job
 */
async function recordJob(folder, job) {
  const service = await serviceIn(folder);
  const recording = new Recording(service);
  const run = runner(service, () => {
    recording.endCommit();
  });
  for (const batch of batches([job], batchSize)) await run(batch);
  await service.stop();
  return recording;
}
