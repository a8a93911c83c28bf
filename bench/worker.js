// The built-in worker with an executor that does nothing, in a service that is a process of its own; beside it, bare
// commits: a date can be no faster than the disk takes one.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { atLeast, shown } from './report.js';
import { runJob } from './run-job.js';
import { inTurn, ratio, spread } from './rounds.js';
import { scratchFolder } from './scratch.js';
import { startProcess } from './service-process.js';
import { databaseIn } from './service.js';
import { timed } from './stopwatch.js';

const rounds = 7;
const datesOfRound = 2_000;
const models = ['a', 'b', 'c', 'd'];
const modelDaysTarget = 4_000;
const dayMs = 86_400_000;

/** @returns {Promise<import('./report.js').Section>} */
export async function measure() {
  const folder = scratchFolder();
  const service = await start(folder);
  const bare = bareCommits(join(folder, 'bare.db'));
  let first = Date.parse('2000-01-01');
  const { first: jobs, second: commits } = await inTurn(
    rounds,
    () => {
      // Other dates each time: the same request again would name the same job.
      first += dayMs;
      return runJob(service.url, { date_range: datesFrom(first), models });
    },
    () => bare.round(datesOfRound),
  );
  bare.close();
  await service.stop();
  const modelDays = jobs.map(({ seconds, modelDays }) => modelDays / seconds);
  const dates = jobs.map(({ seconds }) => datesOfRound / seconds);
  const commitsASecond = commits.map(({ seconds }) => datesOfRound / seconds);
  return {
    title: 'The built-in worker',
    how: [
      `A job of ${datesOfRound} dates and ${models.length} models, with an executor that does nothing: ${rounds} rounds, by the service’s own`,
      'clock from the request to the end. A date starts when all models of the one before are done, so a date costs a',
      'commit at least. Beside it, as many bare commits of one small row on better-sqlite3 with the same pragmas.',
    ],
    figures: [
      ['dates a second', shown(spread(dates))],
      ['bare commits a second', shown(spread(commitsASecond))],
      ['dates ÷ bare commits', shown(ratio(dates, commitsASecond), 2)],
    ],
    targets: [atLeast('model-days a second', spread(modelDays), modelDaysTarget)],
  };
}

/** @param {string} folder */
function start(folder) {
  const configs = join(folder, 'configs');
  mkdirSync(configs);
  writeFileSync(join(configs, 'default_config.json'), '{}');
  return startProcess({
    DATABASE_URL: `sqlite:${databaseIn(folder)}`,
    CONFIG_DIR: configs,
    EXECUTOR: 'module:bench/idle-executor.js',
  });
}

/** @param {number} firstMs */
const datesFrom = (firstMs) =>
  Array.from({ length: datesOfRound }, (_, day) =>
    new Date(firstMs + day * dayMs).toISOString().slice(0, 10),
  );

/** @param {string} path */
function bareCommits(path) {
  const database = new Database(path);
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.exec('CREATE TABLE notes (text TEXT)');
  const insert = database.prepare('INSERT INTO notes VALUES (?)');
  return {
    round: (/** @type {number} */ count) =>
      timed(() => {
        for (let done = 0; done < count; done += 1) insert.run('a small row');
        return Promise.resolve();
      }),
    close: () => database.close(),
  };
}
