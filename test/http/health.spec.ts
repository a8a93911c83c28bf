import { pino } from 'pino';
import { Health } from '../../src/http/health.js';
import { systemRuntime, type Runtime } from '../../src/runtime/runtime.js';
import { keptLog } from '../support/kept-log.js';
import { startTestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { until } from '../support/until.js';
import { expectProblem } from './problems.js';

const place = workplace();
const silent = pino({ level: 'silent' });

// eslint-disable-next-line @typescript-eslint/no-misused-spread -- a Runtime is a plain object (see runtime.ts)
const withClock = (nowMs: () => number): Runtime => ({ ...systemRuntime, nowMs });

it('is alive and ready once the service listens', async () => {
  const service = await startTestService(place);
  for (const path of ['/health', '/health/live', '/health/ready']) {
    expect(await service.get(path)).toMatchObject({ status: 200, body: { status: 'ok' } });
  }
});

it('is alive but not ready while the service stops', async () => {
  const service = await startTestService(place);
  service.service.app.get(Health, { strict: false }).stopping();
  for (const path of ['/health', '/health/ready']) {
    const answer = await service.get(path);
    expectProblem(answer, 503, 'not_ready');
    expect(answer.body.detail).toBe('The service is stopping.');
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  }
  expect((await service.get('/health/live')).status).toBe(200);
});

it('is not ready before it serves', async () => {
  const { service } = await startTestService(place);
  expect(await new Health(service.database, systemRuntime, silent).whatIsWrong()).toBe(
    'The service is starting.',
  );
});

it('is alive but not ready while its tables catch up with the log, and says how far it is', async () => {
  const service = await startTestService(place);
  const health = service.service.app.get(Health, { strict: false });
  let events = 0;
  health.catchingUp(() => `The tables are being rebuilt: ${events} of 900 events`);
  for (events of [300, 600]) {
    const answer = await service.get('/health/ready');
    expectProblem(answer, 503, 'not_ready');
    expect(answer.body.detail).toBe(`The tables are being rebuilt: ${events} of 900 events.`);
    expect((await service.get('/health/live')).status).toBe(200);
  }
  health.caughtUp();
  expect(await service.get('/health/ready')).toMatchObject({ status: 200 });
});

it('asks the disk only when nothing was written lately, and once for all who ask', async () => {
  const { service } = await startTestService(place);
  const { database } = service;
  let nowMs = systemRuntime.nowMs();
  const health = new Health(
    database,
    withClock(() => nowMs),
    silent,
  );
  health.serving();
  const writtenAt = (): number => database.queue.lastWrittenAtMs;
  await database.probe();
  const before = writtenAt();
  nowMs = before + 4_999;
  expect(await health.whatIsWrong()).toBeUndefined();
  expect(writtenAt()).toBe(before);

  nowMs = before + 5_000;
  await until('the clock has moved', () => systemRuntime.nowMs() > before);
  expect(await Promise.all([health.whatIsWrong(), health.whatIsWrong()])).toEqual([undefined, undefined]);
  expect(writtenAt()).toBeGreaterThan(before);
});

it('answers within a second or so while a write waits, and takes no part in the queue twice', async () => {
  const { service, beside } = await startTestService(place);
  const { database } = service;
  const release = await beside.holdWrites();
  const health = new Health(
    database,
    withClock(() => Infinity),
    silent,
  );
  health.serving();
  const wrong = 'The service cannot write: a write has been waiting for 1 second(s).';
  expect(await Promise.all([health.whatIsWrong(), health.whatIsWrong()])).toEqual([wrong, wrong]);
  expect(await health.whatIsWrong()).toBe(wrong);
  // The one that is under way has left the line already.
  expect(database.queue.depth).toBe(0);
  await release();
  await until('a write works', async () => (await health.whatIsWrong()) === undefined);
});

it('says once in the log that it is not ready, and once that it is again', async () => {
  const kept = keptLog('info');
  const service = await startTestService(place, {}, { log: kept.log });
  const health = service.service.app.get(Health, { strict: false });
  const said = (): unknown[] =>
    kept.lines().flatMap(({ msg, reason }) => (/ready/.test(msg) ? [[msg, reason]] : []));
  health.catchingUp(() => 'The tables are being rebuilt');
  for (let times = 0; times < 3; times += 1) await service.get('/health/ready');
  expect(said()).toEqual([['not ready', 'The tables are being rebuilt.']]);
  health.caughtUp();
  for (let times = 0; times < 3; times += 1) await service.get('/health/ready');
  expect(said()).toEqual([
    ['not ready', 'The tables are being rebuilt.'],
    ['ready again', undefined],
  ]);
  expect(kept.lines().filter(({ level }) => level > 40)).toEqual([]);
});
