// This build and the one of another checkout, in turn in one run: what a change costs, whatever the machine does.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answerOf } from './answer.js';
import { runCommand } from './command-process.js';
import { commitOf } from './machine.js';
import { eventsOfRound } from './model-days.js';
import { atLeast, atMost, shown } from './report.js';
import { root } from './root.js';
import { inTurn, ratio, spread } from './rounds.js';
import { scratchFolder } from './scratch.js';
import { startProcess } from './service-process.js';
import { databaseIn } from './service.js';
import { timed } from './stopwatch.js';

/** @typedef {import('./stopwatch.js').Taken} Taken */
/** @typedef {Pick<import('./report.js').Section, 'figures' | 'targets'>} Part */
/** @typedef {{ checkout: string, folder: string }} Side a build, and the folder of its database */
/** @typedef {{ before: Side, after: Side }} Sides */
/** @typedef {{ first: Taken[], second: Taken[] }} Rounds what those of the build before took, and of the one after */
/** @typedef {{ ask: (question: import('./one-build.js').Question) => Promise<Taken>, stop: () => Promise<void> }} Build */

/** Two processes of one build differ too, by a few per cent: each pair is started anew as often. */
const openings = 4;
const roundsOfWriting = 11;
const roundsOfRebuilding = 3;
const roundsOfReading = 9;
const roundsOfStarting = 11;
const roundsOfStatus = 15;
const eventsMax = 200_000;
const throughputTarget = 0.95;
const statusCpuTargetSeconds = 0.6;

/** Short rounds, so that the machine is the same for a round and the one beside it. */
const oneJob = { jobs: 1, modelDays: 5_120 };
const manyJobs = { jobs: 256, modelDays: 20 };
/** What the long log is made of. */
const logRound = { jobs: 10, modelDays: 500 };
const eventsOfLogRound = logRound.jobs + eventsOfRound(logRound);

/**
 * @param {{ events: number }} options
 * @returns {Promise<import('./report.js').Section | undefined>} undefined when there is nothing to compare with
 */
export async function measure({ events: eventsAsked }) {
  const given = process.env['BEFORE'] ?? '';
  if (given === '') {
    process.stdout.write(
      '\nNo two builds are compared: BEFORE=../before npm run bench compares with the checkout in that folder, which has been built\n',
    );
    return undefined;
  }
  const checkout = resolve(given);
  if (!existsSync(join(checkout, 'dist/service.js')))
    throw new Error(`BEFORE: ${checkout} has not been built`);
  const folder = scratchFolder();
  const sidesIn = (/** @type {string} */ name) => ({
    before: { checkout, folder: join(folder, name, 'before') },
    after: { checkout: root, folder: join(folder, name, 'after') },
  });

  const writing = await askBoth((opening) => sidesIn(`writing-${opening}`), roundsOfWriting, [
    { what: 'write path on one job', events: eventsOfRound(oneJob), question: oneJob },
    { what: `write path on ${manyJobs.jobs} jobs`, events: eventsOfRound(manyJobs), question: manyJobs },
  ]);
  const origin = { checkout, folder: join(folder, 'origin') };
  const events = await makeLog(origin, Math.min(eventsAsked, eventsMax));
  const sides = sidesIn('log');
  for (const side of Object.values(sides)) cpSync(origin.folder, side.folder, { recursive: true });
  const parts = [
    writing,
    // First: a start migrates what an older build has made.
    await measureStart(sides),
    await askBoth(() => sides, roundsOfRebuilding, [{ what: 'rebuild', events, question: 'rebuild' }]),
    await measureCommand(sides, events, 'verify', ['verify']),
    await measureCommand(sides, events, 'export', ['export', '--force', 'log.ndjson']),
    await measureStatus(sides),
  ];
  return {
    title: 'This build and the one before',
    how: [
      `Before is ${commitOf(checkout)}, after is ${commitOf(root)}; both take turns, round by round, and which goes first alternates.`,
      'A ratio is that of a round to the one beside it, turned so that more is better. First the write path without HTTP,',
      `each build in a process of its own: 256 commands a commit, of one job and then of ${manyJobs.jobs} jobs, one of each; ${openings} times`,
      `${roundsOfWriting} rounds of ${eventsOfRound(oneJob).toLocaleString('en')} events, with new processes each time. Then a log of ${events.toLocaleString('en')} events, made by`,
      `the build before and copied: a service is started on it (${roundsOfStarting} rounds), its tables are built anew over HTTP`,
      `(${openings} times ${roundsOfRebuilding}), and \`daybook verify\` and \`daybook export\` are run as processes, their start included (${roundsOfReading} rounds each). Last,`,
      `\`daybook status\` beside a running service, ${roundsOfStatus} rounds: CPU time of its whole process, user and system.`,
    ],
    figures: parts.flatMap(({ figures }) => figures),
    targets: parts.flatMap(({ targets }) => targets),
  };
}

/**
 * @param {Side} side
 * @returns {Promise<Build>} with a service open on the database in the folder
 */
async function openBuild({ checkout, folder }) {
  const child = fork(fileURLToPath(new URL('one-build.js', import.meta.url)), [folder], {
    env: { ...process.env, BUILD: checkout },
  });
  await answerOf(child);
  return {
    async ask(question) {
      const answered = answerOf(child);
      child.send(question);
      return /** @type {Taken} */ (await answered);
    },
    async stop() {
      if (!child.connected) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

/**
 * Asks both builds in turn, and does all of that again with new processes.
 * @param {(opening: number) => Sides} sidesOf
 * @param {number} rounds of each kind and opening
 * @param {readonly { what: string, events: number, question: import('./one-build.js').Question }[]} kinds
 * @returns {Promise<Part>}
 */
async function askBoth(sidesOf, rounds, kinds) {
  const asked = kinds.map((kind) => ({ ...kind, taken: /** @type {Rounds} */ ({ first: [], second: [] }) }));
  for (let opening = 1; opening <= openings; opening += 1) {
    const sides = sidesOf(opening);
    const before = await openBuild(sides.before);
    const after = await openBuild(sides.after);
    for (const { question, taken } of asked) {
      const { first, second } = await inTurn(
        rounds,
        () => before.ask(question),
        () => after.ask(question),
      );
      taken.first.push(...first);
      taken.second.push(...second);
    }
    await before.stop();
    await after.stop();
  }
  const parts = asked.map(({ what, events, taken }) => compared(what, events, taken));
  return {
    figures: parts.flatMap(({ figures }) => figures),
    targets: parts.flatMap(({ targets }) => targets),
  };
}

/**
 * Makes a database as a service leaves it that stops.
 * @param {Side} side
 * @param {number} atLeast events, or a few more
 * @returns {Promise<number>} events
 */
async function makeLog(side, atLeast) {
  const build = await openBuild(side);
  let events = 0;
  for (; events < atLeast; events += eventsOfLogRound) await build.ask(logRound);
  await build.stop();
  return events;
}

/**
 * @param {Sides} sides
 * @param {number} events
 * @param {string} name
 * @param {readonly string[]} words of the command
 */
async function measureCommand(sides, events, name, words) {
  const run = (/** @type {Side} */ { checkout, folder }) =>
    runCommand(checkout, words, { folder, settings: settingsOf(folder) });
  return compared(
    name,
    events,
    await inTurn(
      roundsOfReading,
      () => run(sides.before),
      () => run(sides.after),
    ),
  );
}

/**
 * @param {Sides} sides
 * @returns {Promise<Part>}
 */
async function measureStart(sides) {
  const msToStart = async (/** @type {Side} */ { checkout, folder }) => {
    /** @type {Awaited<ReturnType<typeof startProcess>> | undefined} */
    let service;
    const { seconds } = await timed(async () => {
      service = await startProcess(settingsOf(folder), checkout);
    });
    await service?.stop();
    return seconds * 1e3;
  };
  const { first, second } = await inTurn(
    roundsOfStarting,
    () => msToStart(sides.before),
    () => msToStart(sides.after),
  );
  return {
    figures: beforeAndAfter('start of a service, ms', first, second),
    targets: [atLeast('time to start, before ÷ after', ratio(first, second), throughputTarget)],
  };
}

/**
 * @param {Sides} sides
 * @returns {Promise<Part>}
 */
async function measureStatus({ before, after }) {
  /** @type {Awaited<ReturnType<typeof startProcess>>[]} */
  const services = [];
  const startedFor = async (/** @type {Side} */ { checkout, folder }) => {
    const service = await startProcess(settingsOf(folder), checkout);
    services.push(service);
    const settings = { ...settingsOf(folder), PORT: new URL(service.url).port };
    return async () => (await runCommand(checkout, ['status'], { folder, settings })).cpuSeconds;
  };
  try {
    const statusBefore = await startedFor(before);
    const statusAfter = await startedFor(after);
    const { first, second } = await inTurn(roundsOfStatus, statusBefore, statusAfter);
    return {
      figures: beforeAndAfter('CPU of `daybook status`, s', first, second, 2),
      targets: [atMost('CPU of `daybook status`, s', spread(second), statusCpuTargetSeconds)],
    };
  } finally {
    for (const service of services) await service.stop();
  }
}

const settingsOf = (/** @type {string} */ folder) => ({
  PORT: '0',
  DATABASE_URL: `sqlite:${databaseIn(folder)}`,
  CONFIG_DIR: join(folder, 'configs'),
  LEASE_MS: String(60 * 60_000),
});

/**
 * @param {string} what
 * @param {number} events of a round
 * @param {Rounds} taken
 * @returns {Part}
 */
function compared(what, events, { first, second }) {
  const perSecond = (/** @type {readonly Taken[]} */ all) => all.map(({ seconds }) => events / seconds);
  const cpuUs = (/** @type {readonly Taken[]} */ all) =>
    all.map(({ cpuSeconds }) => (cpuSeconds / events) * 1e6);
  return {
    figures: [
      ...beforeAndAfter(`events a second, ${what}`, perSecond(first), perSecond(second)),
      ...beforeAndAfter(`CPU of an event, ${what}, µs`, cpuUs(first), cpuUs(second), 1),
    ],
    targets: [
      atLeast(
        `events a second, ${what}, after ÷ before`,
        ratio(perSecond(second), perSecond(first)),
        throughputTarget,
      ),
      atLeast(
        `CPU of an event, ${what}, before ÷ after`,
        ratio(cpuUs(first), cpuUs(second)),
        throughputTarget,
      ),
    ],
  };
}

/**
 * @param {string} what
 * @param {readonly number[]} before
 * @param {readonly number[]} after
 * @param {number} [digits] after the point
 * @returns {[what: string, value: string][]}
 */
const beforeAndAfter = (what, before, after, digits) => [
  [`${what}: before`, shown(spread(before), digits)],
  [`${what}: after`, shown(spread(after), digits)],
];
