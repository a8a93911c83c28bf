// What auditors ask of a long log: verify it, export it, read all of it while others work; and what the tree over the
// log costs those who write.
import { fork } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { answerOf } from './answer.js';
import { buildBigLog } from './big-log.js';
import {
  engineOf,
  logOf,
  wholeLog,
  kinds,
  Log,
  Notary,
  originIn,
  RemoteNotary,
  Verifier,
  verifyTables,
  writeExport,
} from './built.js';
import { createJob } from './model-days.js';
import { paceInWords, pacedCommands, startAndComplete } from './paced.js';
import { atLeast, atMost, shown } from './report.js';
import { inTurn, ratio, spread } from './rounds.js';
import { scratchFolder } from './scratch.js';
import { memoryMb, startProcess } from './service-process.js';
import { databaseIn, serviceIn } from './service.js';
import { timed } from './stopwatch.js';

/** @typedef {import('./big-log.js').BigLog} BigLog */
/** @typedef {import('./report.js').Section} Section */
/** @typedef {Pick<Section, 'figures' | 'targets'>} Part */

const roundsOfReading = 3;
const roundsOfLatency = 9;
const latencyRoundMs = 3_000;
const roundsOfWriting = 11;
const modelDaysPerRound = 30_000;
const caughtUpWithinMs = 15_000;
const memoryTargetMb = 150;

/**
 * @param {{ events: number }} options
 * @returns {Promise<Section>}
 */
export async function measure({ events }) {
  const folder = scratchFolder();
  /** @type {BigLog} */
  let log = { path: '', events: 0, jobs: 0 };
  const built = await timed(async () => {
    log = await buildBigLog(join(folder, 'big'), events);
  });
  const parts = [
    await measureReading(folder, log),
    await measureLines(join(folder, 'big'), log),
    await measureTree(folder),
  ];
  return {
    title: 'Auditors on a long log',
    how: [
      `A log of ${log.events.toLocaleString('en')} events of ${log.jobs} jobs, with its tables. Verifying and exporting are compared with a bare loop that`,
      `reads the same rows, a thousand at a time, and parses their JSON; ${roundsOfReading} rounds of each, after one to warm up. Then the`,
      `whole log is read as lines from a service that is a process of its own, while ${paceInWords};`,
      `${roundsOfLatency} rounds of ${latencyRoundMs / 1000} s or longer, in turn with as many without a reader.`,
      `Last, ${2 * modelDaysPerRound} commands over 64 connections to a service whose tree keeps up, and to one whose tree does not`,
      `grow, in turn, ${roundsOfWriting} rounds of each. The tree is about a second behind; before the other's round it catches up.`,
    ],
    figures: [
      ['the database, MB', (statSync(log.path).size / 1e6).toFixed()],
      ['seconds to make it', built.seconds.toFixed(1)],
      ...parts.flatMap(({ figures }) => figures),
    ],
    targets: parts.flatMap(({ targets }) => targets),
  };
}

/**
 * @param {string} folder
 * @param {BigLog} log
 * @returns {Promise<Part>}
 */
async function measureReading(folder, { path, events }) {
  const keyFile = `${path}.key`;
  const perSecond = (/** @type {import('./stopwatch.js').Taken} */ { seconds }) => events / seconds;
  const bareLoop = async () =>
    perSecond(
      await timed(() => {
        readBarely(path, events);
      }),
    );
  const besideBareLoop = async (/** @type {() => Promise<unknown> | void} */ work) => {
    const { first, second } = await inTurn(
      roundsOfReading,
      async () => perSecond(await timed(work)),
      bareLoop,
    );
    return { of: first, bare: second, share: ratio(first, second) };
  };

  const engine = engineOf(`sqlite:${path}`);
  const opened = await engine.openReader();
  const tiles = engine.openTiles();
  const log = logOf(opened);
  const notary = new Notary(log, tiles, keyFile, (await originIn(opened.reader)) ?? '');
  const tree = await timed(() => notary.checkpoint());
  const tables = await besideBareLoop(async () => {
    const { difference_count: count, problems } = await verifyTables(kinds.list, opened);
    if (count + problems.length > 0) throw new Error('the log that was made is not right');
  });
  const verifier = new Verifier(new URL('../dist/background-thread.js', import.meta.url), {
    url: `sqlite:${path}`,
    keyFile,
    kindsUrl: kinds.url,
  });
  const whole = await besideBareLoop(async () => {
    const { ok, problems } = await verifier.verify();
    if (!ok) throw new Error(`the log that was made is not right: ${problems.join('\n')}`);
  });
  const exported = await besideBareLoop(async () => {
    const file = join(folder, 'log.ndjson');
    await writeExport({ path: file, pages: wholeLog(log), note: await notary.checkpoint(), force: true });
  });
  const packed = await timed(async () => {
    const file = join(folder, 'log.ndjson.gz');
    await writeExport({ path: file, pages: wholeLog(log), note: await notary.checkpoint(), force: true });
  });
  tiles.close();
  await opened.close();
  return {
    figures: [
      ['events a second, bare loop', shown(spread([...tables.bare, ...whole.bare, ...exported.bare]))],
      ['events a second, verify without the tree', shown(spread(tables.of))],
      ['events a second, verify with the tree', shown(spread(whole.of))],
      ['events a second, export', shown(spread(exported.of))],
      ['events a second, export that is compressed', shown(spread([perSecond(packed)]))],
      ['events a second, making the tree', shown(spread([perSecond(tree)]))],
    ],
    targets: [
      atLeast('events a second, verify without the tree ÷ bare loop', tables.share, 0.4),
      atLeast('events a second, verify with the tree ÷ bare loop', whole.share, 0.25),
      atLeast('events a second, export ÷ bare loop', exported.share, 0.5),
    ],
  };
}

/**
 * Reads every column of every event and parses what is JSON.
 * @param {string} path
 * @param {number} events that there are
 */
function readBarely(path, events) {
  const connection = new BetterSqlite3(path, { readonly: true });
  const next = connection.prepare('SELECT * FROM events WHERE position > ? ORDER BY position LIMIT 1000');
  let read = 0;
  for (;;) {
    const page = /** @type {{ data: string, metadata: string }[]} */ (next.all(read));
    for (const { data, metadata } of page) {
      JSON.parse(data);
      JSON.parse(metadata);
    }
    read += page.length;
    if (page.length === 0) break;
  }
  connection.close();
  if (read !== events) throw new Error(`${read} events were read, and there are ${events}`);
}

/**
 * @param {string} folder of the database
 * @param {BigLog} log
 * @returns {Promise<Part>}
 */
async function measureLines(folder, { path, events }) {
  const service = await startProcess({
    DATABASE_URL: `sqlite:${path}`,
    CONFIG_DIR: join(folder, 'configs'),
    LEASE_MS: String(60 * 60_000),
    LOG_LEVEL: 'info',
  });
  const commands = await pacedCommands(service.url);
  const reader = fork(new URL('reader.js', import.meta.url), { execArgv: [] });
  try {
    let reads = 0;
    const readAll = async () => {
      for (const until = performance.now() + latencyRoundMs; performance.now() < until; reads += 1) {
        const answered = answerOf(reader);
        reader.send(service.url);
        const lines = Number(await answered);
        if (lines < events) throw new Error(`${lines} lines were read, and there are ${events} events`);
      }
    };
    // What commands need is not held against the reader.
    await commands.p99While(() => wait(latencyRoundMs));
    const idleMb = memoryMb(service.pid, 'VmRSS');
    let mostMb = idleMb ?? 0;
    const watch = setInterval(() => (mostMb = Math.max(mostMb, memoryMb(service.pid, 'VmRSS') ?? 0)), 20);
    const { first: meanwhile, second: alone } = await inTurn(
      roundsOfLatency,
      () => commands.p99While(readAll),
      () => commands.p99While(() => wait(latencyRoundMs)),
    );
    clearInterval(watch);
    const aboveMb = idleMb === undefined ? undefined : mostMb - idleMb;
    return {
      figures: [
        ['p99 of a command, nobody reads, ms', shown(spread(alone), 2)],
        ['p99 of a command, the log is read as lines, ms', shown(spread(meanwhile), 2)],
        ['times that the log was read as a whole', String(reads)],
        ['memory of the service before, MB', idleMb?.toFixed() ?? 'cannot be read on this system'],
      ],
      targets: [
        {
          figure: 'memory for the log as lines, above that, MB',
          measured: aboveMb?.toFixed() ?? 'cannot be read on this system',
          target: `< ${memoryTargetMb}`,
          isMet: aboveMb !== undefined && aboveMb < memoryTargetMb,
        },
        atMost('p99 of a command while the log is read ÷ alone', ratio(meanwhile, alone), 2),
      ],
    };
  } finally {
    commands.stop();
    reader.kill();
    await service.stop();
  }
}

/**
 * @param {string} folder
 * @returns {Promise<Part>}
 */
async function measureTree(folder) {
  const following = await serviceIn(join(folder, 'following'));
  const alone = await serviceIn(join(folder, 'alone'));
  await alone.app.get(RemoteNotary).close();
  const sender = fork(new URL('load.js', import.meta.url), { execArgv: [] });
  const tiles = engineOf(`sqlite:${databaseIn(join(folder, 'following'))}`).openTiles();
  const caughtUp = async () => {
    const end = await following.app.get(Log).end();
    const lastMs = performance.now() + caughtUpWithinMs;
    while ((await tiles.size()) < end) {
      if (performance.now() > lastMs)
        throw new Error('the tree did not keep up: what was measured is not what it costs');
      await wait(100);
    }
  };
  const roundOf = async (/** @type {import('../src/service.js').Service} */ service) => {
    const { jobId, dates } = await createJob(service, 1, modelDaysPerRound);
    const requests = startAndComplete(`/jobs/${jobId}/model-days/${dates[0] ?? ''}/model-{}`);
    return timed(async () => {
      const answered = answerOf(sender);
      sender.send({ url: service.url, connections: 64, pieces: modelDaysPerRound, requests });
      await answered;
    });
  };
  const { first, second } = await inTurn(
    roundsOfWriting,
    async () => {
      const taken = await roundOf(following);
      await caughtUp();
      return taken;
    },
    () => roundOf(alone),
  );
  sender.kill();
  tiles.close();
  await following.stop();
  await alone.stop();
  const seconds = (/** @type {typeof first} */ all) => all.map((taken) => taken.seconds);
  const cpu = (/** @type {typeof first} */ all) => all.map(({ cpuSeconds }) => cpuSeconds);
  const perSecond = (/** @type {typeof first} */ all) =>
    shown(spread(seconds(all).map((each) => (2 * modelDaysPerRound) / each)));
  return {
    figures: [
      ['durable commands a second, the tree keeps up', perSecond(first)],
      ['durable commands a second, without a tree', perSecond(second)],
      ['CPU time of the server, the tree keeps up ÷ without', shown(ratio(cpu(first), cpu(second)), 2)],
    ],
    targets: [
      atMost(
        'time of a command over HTTP, the tree keeps up ÷ without',
        ratio(seconds(first), seconds(second)),
        1.05,
      ),
    ],
  };
}
