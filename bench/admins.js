// What admins do with a long log: build the read tables anew while others work, and start a service on it.
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { buildBigLog, completeTree, rowsOfJob } from './big-log.js';
import { paceInWords, pacedCommands } from './paced.js';
import { rebuild } from './rebuild.js';
import { atLeast, atMost, shown } from './report.js';
import { inTurn, ratio, spread } from './rounds.js';
import { scratchFolder } from './scratch.js';
import { memoryMb, startProcess } from './service-process.js';
import { databaseIn, serviceIn } from './service.js';
import { timed } from './stopwatch.js';

/** @typedef {import('./big-log.js').BigLog} BigLog */
/** @typedef {Pick<import('./report.js').Section, 'figures' | 'targets'>} Part */

const roundsOfRebuilding = 3;
const roundsOfLatency = 5;
const latencyRoundMs = 5_000;
const roundsOfStarting = 7;
const memoryTargetMb = 300;
const lookMs = 20;
const rowsOfCommit = 1_000;

/**
 * @param {{ events: number }} options
 * @returns {Promise<import('./report.js').Section>}
 */
export async function measure({ events }) {
  const folder = scratchFolder();
  const log = await buildBigLog(join(folder, 'big'), events);
  await completeTree(log);
  const starting = await measureStart(folder, log);
  const rebuilding = await measureRebuild(folder, log);
  return {
    title: 'Admins on a long log',
    how: [
      `A log of ${log.events.toLocaleString('en')} events of ${log.jobs} jobs, and the tree over it. A service is started on it, and on an empty one, and counts`,
      `when it is ready; ${roundsOfStarting} rounds of each. Then its read tables are built anew, over HTTP, beside a bare loop that reads and`,
      `parses the same events and inserts as many rows into tables with the same indexes, ${rowsOfCommit} a commit, with the same`,
      `pragmas; ${roundsOfRebuilding} rounds of each. Last, ${paceInWords},`,
      `while tables are built and, in turn, while nothing else happens; ${roundsOfLatency} rounds of ${latencyRoundMs / 1000} s or longer of each.`,
    ],
    figures: [...starting.figures, ...rebuilding.figures],
    targets: [...rebuilding.targets, ...starting.targets],
  };
}

/**
 * @param {string} folder
 * @param {BigLog} log
 * @returns {Promise<Part>}
 */
async function measureStart(folder, { path }) {
  await (await serviceIn(join(folder, 'empty'))).stop();
  const msToStart = async (/** @type {string} */ database, /** @type {string} */ configs) => {
    /** @type {Awaited<ReturnType<typeof startProcess>> | undefined} */
    let service;
    const { seconds } = await timed(async () => {
      service = await startProcess(settingsOf(database, configs));
    });
    await service?.stop();
    return seconds * 1e3;
  };
  const { first, second } = await inTurn(
    roundsOfStarting,
    () => msToStart(path, join(folder, 'big')),
    () => msToStart(databaseIn(join(folder, 'empty')), join(folder, 'empty')),
  );
  return {
    figures: [
      ['start on the long log, ms', shown(spread(first))],
      ['start on an empty log, ms', shown(spread(second))],
    ],
    targets: [atMost('time to start, long log ÷ empty log', ratio(first, second), 1.1)],
  };
}

const settingsOf = (/** @type {string} */ database, /** @type {string} */ folder) => ({
  DATABASE_URL: `sqlite:${database}`,
  CONFIG_DIR: join(folder, 'configs'),
  LEASE_MS: String(60 * 60_000),
});

/**
 * @param {string} folder
 * @param {BigLog} log
 * @returns {Promise<Part>}
 */
async function measureRebuild(folder, { path, events, jobs }) {
  const service = await startProcess(settingsOf(path, join(folder, 'big')));
  const idleMb = memoryMb(service.pid, 'VmRSS');
  let mostMb = 0;
  const watch = setInterval(() => (mostMb = Math.max(mostMb, memoryMb(service.pid, 'VmRSS') ?? 0)), lookMs);
  try {
    const { first, second } = await inTurn(
      roundsOfRebuilding,
      async () => events / (await timed(() => rebuild(service.url))).seconds,
      async () =>
        events /
        (
          await timed(() => {
            rebuildBarely(path, join(folder, 'bare.db'), events);
          })
        ).seconds,
    );
    clearInterval(watch);
    const aboveMb = idleMb === undefined ? undefined : mostMb - idleMb;
    const paced = await pacedCommands(service.url);
    await paced.p99While(() => wait(latencyRoundMs));
    const { first: meanwhile, second: alone } = await inTurn(
      roundsOfLatency,
      () =>
        paced.p99While(async () => {
          for (const until = performance.now() + latencyRoundMs; performance.now() < until;)
            await rebuild(service.url);
        }),
      () => paced.p99While(() => wait(latencyRoundMs)),
    );
    paced.stop();
    return {
      figures: [
        ['events a second, rebuild', shown(spread(first))],
        ['events a second, bare loop', shown(spread(second))],
        ['memory of the idle service, MB', idleMb?.toFixed() ?? 'cannot be read on this system'],
        ['rows', (jobs * rowsOfJob).toLocaleString('en')],
        ['p99 of a command, nothing is rebuilt, ms', shown(spread(alone), 2)],
        ['p99 of a command during a rebuild, ms', shown(spread(meanwhile), 2)],
      ],
      targets: [
        atLeast('events a second, rebuild ÷ bare loop', ratio(first, second), 0.6),
        {
          figure: 'memory of a rebuild, above the idle service, MB',
          measured: aboveMb?.toFixed() ?? 'cannot be read on this system',
          target: `< ${memoryTargetMb}`,
          isMet: aboveMb !== undefined && aboveMb < memoryTargetMb,
        },
        atMost('p99 of a command during a rebuild ÷ without', ratio(meanwhile, alone), 3),
      ],
    };
  } finally {
    clearInterval(watch);
    await service.stop();
  }
}

/**
 * @param {string} path
 * @param {string} target made anew
 * @param {number} events that there are
 */
function rebuildBarely(path, target, events) {
  const source = new BetterSqlite3(path, { readonly: true });
  const connection = new BetterSqlite3(target);
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  connection.pragma('cache_size = -32768');
  const names = ['jobs', 'job_progress', 'job_details'];
  for (const name of names.toReversed()) connection.exec(`DROP TABLE IF EXISTS ${name}`);
  const schema = source.prepare(
    'SELECT sql FROM sqlite_master WHERE tbl_name IN (SELECT value FROM json_each(?)) AND sql IS NOT NULL ORDER BY rowid',
  );
  for (const sql of /** @type {string[]} */ (schema.pluck().all(JSON.stringify(names)))) connection.exec(sql);
  const insertJob = connection.prepare('INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const insertProgress = connection.prepare('INSERT INTO job_progress VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const insertDetail = connection.prepare(
    `INSERT INTO job_details (job_id, date, model, status, started_at, completed_at, duration_seconds, attempt, worker)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const next = source.prepare(
    'SELECT position, stream_id, type, data FROM events WHERE position > ? AND position <= ? ORDER BY position LIMIT 1000',
  );
  let read = 0;
  let rows = 0;
  connection.exec('BEGIN');
  const count = () => {
    rows += 1;
    if (rows % rowsOfCommit === 0) connection.exec('COMMIT; BEGIN');
  };
  for (;;) {
    const page = /** @type {{ position: number, stream_id: string, type: string, data: string }[]} */ (
      next.all(read, events)
    );
    for (const { position, stream_id: streamId, type, data } of page) {
      /** @type {unknown} */
      const parsed = JSON.parse(data);
      const event = /** @type {Record<string, string | number>} */ (parsed);
      const jobId = streamId.slice(4);
      const at = event['created_at'] ?? event['completed_at'] ?? null;
      if (type === 'JobCreated') {
        const lists = [JSON.stringify(event['date_range']), JSON.stringify(event['models'])];
        insertJob.run(jobId, event['config_path'], 'completed', ...lists, at, at, at, 0.5, null);
        count();
        insertProgress.run(jobId, 1, 500, 0, 0, 500, 0, event['request_fingerprint'], position);
        count();
      } else if (type === 'ModelDayCompleted') {
        const { date, model, attempt } = event;
        insertDetail.run(jobId, date, model, 'completed', at, at, 0.5, attempt, 'bench');
        count();
      }
    }
    read += page.length;
    if (page.length === 0) break;
  }
  connection.exec('COMMIT');
  connection.close();
  source.close();
  if (read !== events) throw new Error(`${read} events were read, and there are ${events}`);
}
