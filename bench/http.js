// Durable commands over HTTP, against requests that do nothing.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { addEmptyHandler, emptyPath } from './empty-handler.js';
import { createJob } from './model-days.js';
import { atLeast, shown } from './report.js';
import { inTurn, ratio, spread } from './rounds.js';
import { scratchFolder } from './scratch.js';
import { commitsOf, serviceIn } from './service.js';
import { timed } from './stopwatch.js';

/** @typedef {import('./load.js').Load} Load */
/** @typedef {import('./stopwatch.js').Taken} Taken */

const rounds = 7;
const connections = 64;
const modelDaysPerRound = 20_000;
const requestsPerRound = 2 * modelDaysPerRound;
const startBody = '{"worker":"bench"}';
const completeBody = '{"attempt":1,"result":{"value":10000.5}}';

/** @returns {Promise<import('./report.js').Section>} */
export async function measure() {
  addEmptyHandler();
  const service = await serviceIn(scratchFolder());
  const sender = fork(new URL('load.js', import.meta.url), { execArgv: [] });
  sender.on('exit', (code) => {
    if (code !== null) throw new Error('the process that sends has died');
  });
  const roundOf = async (/** @type {Load['requests']} */ requests) => {
    /** @type {Load} */
    const load = { url: service.url, connections, pieces: modelDaysPerRound, requests };
    /** @type {unknown[]} */
    let answer = [];
    const server = await timed(async () => {
      sender.send(load);
      answer = await once(sender, 'message');
    });
    return { client: /** @type {Taken} */ (answer[0]), server };
  };
  const { first: commands, second: empty } = await inTurn(
    rounds,
    async () => roundOf(await commandRequests(service)),
    () => roundOf(emptyRequests),
  );
  const commits = await commitsOf(service);
  sender.kill();
  await service.stop();

  const perSecond = (/** @type {{ client: Taken }[]} */ all) =>
    all.map(({ client }) => requestsPerRound / client.seconds);
  const cpuUs = (/** @type {Taken[]} */ all) =>
    shown(spread(all.map(({ cpuSeconds }) => (cpuSeconds / requestsPerRound) * 1e6)), 1);
  return {
    title: 'Durable commands over HTTP',
    how: [
      `In a round, ${modelDaysPerRound} model-days of a new job are started and completed over ${connections} connections: each is`,
      'a command, and counts when its 200 is there. Beside it, as many requests to an empty handler of the same',
      `application. What sends is a process of its own. ${rounds} rounds of each, after one to warm up.`,
    ],
    figures: [
      ['durable commands a second', shown(spread(perSecond(commands)))],
      ['requests a second, empty handler', shown(spread(perSecond(empty)))],
      ['CPU of the server for a command, µs', cpuUs(commands.map(({ server }) => server))],
      ['CPU of the server for an empty request, µs', cpuUs(empty.map(({ server }) => server))],
      ['CPU of the sender for a command, µs', cpuUs(commands.map(({ client }) => client))],
      ['what a commit is', commits],
    ],
    targets: [
      atLeast(
        'durable commands ÷ requests to an empty handler',
        ratio(perSecond(commands), perSecond(empty)),
        0.5,
      ),
    ],
  };
}

/**
 * A new job of one date, so that all its models may run at once: each is started and, after that, completed.
 * @param {import('../src/service.js').Service} service
 */
async function commandRequests(service) {
  const { jobId, dates } = await createJob(service, 1, modelDaysPerRound);
  const modelDay = `/jobs/${jobId}/model-days/${dates[0] ?? ''}/model-{}`;
  return [
    { path: `${modelDay}/start`, body: startBody },
    { path: `${modelDay}/complete`, body: completeBody },
  ];
}

const emptyRequests = [
  { path: emptyPath, body: startBody },
  { path: emptyPath, body: completeBody },
];
