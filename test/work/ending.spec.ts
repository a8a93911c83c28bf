// How running work is ended from outside: cancelled with its job, or deaf to everything, and what becomes of reports
// that come too late.
import { CommandBus, EventBus } from '@nestjs/cqrs';
import { pino } from 'pino';
import { systemRuntime } from '../../src/runtime/runtime.js';
import { ChangeJob, type JobIntent } from '../../src/simulation/commands/change-job.js';
import { wakeWith } from '../../src/work/at-work.js';
import { BuiltInWorker } from '../../src/work/built-in-worker.js';
import { CommandedWork } from '../../src/work/commanded-work.js';
import { ModuleExecutor, type WorkFunction } from '../../src/work/executors/module-executor.js';
import { OpenKinds } from '../../src/work/open-kinds.js';
import { expectTablesToMatchLog } from '../support/tables-match-log.js';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { Roll } from './executors/workplace.js';
import { ScriptedExecutor } from './scripted-executor.js';
import { until } from '../support/until.js';

const place = workplace();
const date = '2025-01-16';
let script: ScriptedExecutor;

beforeEach(() => {
  script = new ScriptedExecutor(place);
});

async function trigger(service: TestService, ...models: string[]): Promise<string> {
  const { body } = await service.post('/simulate/trigger', { date_range: [date], models });
  return body.job_id;
}

describe('a cancelled job', () => {
  it('ends at once, and what it runs is told to stop', async () => {
    const service = await startTestService(place, { EXECUTOR: script.setting });
    const jobId = await trigger(service, 'HANG a', 'HANG b');
    await script.seen({ what: 'starts' }, 2);
    const { body: cancelled } = await service.post(`/jobs/${jobId}/cancel`, { reason: 'wrong dates' });
    expect(cancelled).toMatchObject({ status: 'failed', error: 'wrong dates' });
    await script.seen({ what: 'is aborted' }, 2);
    expect((await service.get(service.modelDay(jobId, date, 'HANG a'))).body).toMatchObject({
      status: 'failed',
      failure_code: 'cancelled',
      lease_expires_at: null,
    });
    expectTablesToMatchLog(service.databasePath);
  });

  it('leaves its places to the next job', async () => {
    const service = await startTestService(place, { EXECUTOR: script.setting, WORKER_CONCURRENCY: '1' });
    const jobId = await trigger(service, 'HANG a');
    await script.seen({ what: 'starts' });
    await service.post(`/jobs/${jobId}/cancel`);
    const nextId = await trigger(service, 'OK b');
    expect((await service.ended(nextId)).body).toMatchObject({ status: 'completed' });
    expect((await service.get(`/jobs/${jobId}`)).body).toMatchObject({ status: 'failed', version: 3 });
  });

  it('leaves what another job runs alone', async () => {
    const service = await startTestService(place, { EXECUTOR: script.setting, MAX_ACTIVE_JOBS: '2' });
    const jobId = await trigger(service, 'HANG a');
    const otherId = await trigger(service, 'HOLD b');
    await script.seen({ what: 'starts' }, 2);
    await service.post(`/jobs/${jobId}/cancel`);
    await script.seen({ what: 'is aborted', model: 'HANG a' });
    script.release('HOLD b');
    expect((await service.ended(otherId)).body).toMatchObject({ status: 'completed' });
    expect(script.story()).not.toContain(`${date} HOLD b is aborted 1`);
  });

  it('ends the program that runs for it', async () => {
    const roll = await Roll.open();
    const program = place.write(
      'program.cjs',
      `require('node:net')
         .connect(${roll.port}, '127.0.0.1')
         .write(JSON.stringify({ processId: process.pid, parentId: process.ppid }));`,
    );
    const service = await startTestService(place, { EXECUTOR: `command:${process.execPath} '${program}'` });
    const arrival = roll.arrival();
    const jobId = await trigger(service, 'any');
    const { death } = await arrival;
    expect(await service.post(`/jobs/${jobId}/cancel`)).toMatchObject({ body: { status: 'failed' } });
    await death;
    roll.close();
  });

  it('is told to stop at once although the service is stopping', async () => {
    const graceMs = 1_500;
    const service = await startTestService(place, {
      EXECUTOR: script.setting,
      SHUTDOWN_GRACE_MS: String(graceMs),
    });
    const jobId = await trigger(service, 'HANG a');
    await script.seen({ what: 'starts' });
    const before = Date.now();
    const stopped = service.service.stop();
    expect(await service.post(`/jobs/${jobId}/cancel`)).toMatchObject({ status: 200 });
    await script.seen({ what: 'is aborted' });
    const tookMs = Date.now() - before;
    await stopped;
    expect(tookMs).toBeLessThan(graceMs);
  });

  it('keeps no place, when it is cancelled in the very commit that starts its work', async () => {
    const service = await startTestService(place, {
      EXECUTOR: script.setting,
      WORKER_CONCURRENCY: '1',
      MAX_ATTEMPTS: '1',
    });
    const jobId = await trigger(service, 'HANG a');
    await script.seen({ what: 'starts' });
    await service.post(`/jobs/${jobId}/cancel`);

    const bus = service.service.app.get(CommandBus, { strict: false });
    const change = (intent: JobIntent) =>
      bus.execute(new ChangeJob(jobId, intent, { actor: 'tester', correlation_id: 'c' }));
    const path = service.modelDay(jobId, date, 'HANG a');
    await until('a cancellation shares the commit of a claim', async () => {
      // The worker claims as soon as the retry is committed, and the cancellation is there before the next commit.
      await change({ type: 'RetryJob' });
      await change({ type: 'CancelJob' });
      return (await service.get(path)).body.attempt > 1;
    });
    const nextId = await trigger(service, 'OK b');
    expect((await service.ended(nextId)).body).toMatchObject({ status: 'completed' });
  });
});

describe('work that does not listen', () => {
  const graceMs = 20;

  /** The worker of a service that has none, with a function of this test as its executor. */
  function workerFor({ service }: TestService, work: WorkFunction, timeoutMs = 60_000): BuiltInWorker {
    const executor = new ModuleExecutor(work, {
      runtime: systemRuntime,
      resultLimitBytes: 1_000,
      abortGraceMs: graceMs,
    });
    const worker = new BuiltInWorker({
      source: service.app.get(CommandedWork, { strict: false }),
      kinds: [
        {
          name: 'model_day',
          executor,
          concurrency: 1,
          timeLimit: { ms: timeoutMs, setting: 'MODEL_DAY_TIMEOUT_MS' },
        },
      ],
      runtime: systemRuntime,
      log: pino({ level: 'silent' }),
      name: 'daybook',
      leaseMs: 60_000,
    });
    const { app } = service;
    wakeWith(app.get(EventBus, { strict: false }), app.get(OpenKinds, { strict: false }), worker);
    return worker;
  }

  it('loses its place after a grace, and what it comes to later is not heard', async () => {
    const service = await startTestService(place, { MAX_ATTEMPTS: '1' });
    const late: ((result: string) => void)[] = [];
    const worker = workerFor(
      service,
      ({ model }) => (model === 'deaf' ? new Promise((resolve) => late.push(resolve)) : 'in time'),
      graceMs,
    );
    const jobId = await trigger(service, 'deaf', 'b');
    expect((await service.ended(jobId)).body).toMatchObject({ status: 'partial' });
    for (const resolve of late) resolve('too late');
    await worker.stop(0);
    expect((await service.get(service.modelDay(jobId, date, 'deaf'))).body).toMatchObject({
      status: 'failed',
      failure_code: 'timeout',
      result: null,
    });
    expectTablesToMatchLog(service.databasePath);
  });

  it('does not hold up the end of the service: it is given back', async () => {
    const service = await startTestService(place);
    const started: unknown[] = [];
    const worker = workerFor(service, ({ model }) => {
      started.push(model);
      return new Promise(() => undefined);
    });
    const jobId = await trigger(service, 'deaf');
    await until('it has started', () => started.length > 0);
    await worker.stop(0);
    expect((await service.get(service.modelDay(jobId, date, 'deaf'))).body).toMatchObject({
      status: 'pending',
      attempts: [{ attempt: 1, outcome: 'released', failure_code: null }],
    });
    expect((await service.get(`/jobs/${jobId}`)).body).toMatchObject({ status: 'running' });
  });

  it('is not claimed any more when the worker has stopped', async () => {
    const service = await startTestService(place);
    const worker = workerFor(service, () => 'never called');
    await worker.stop(0);
    const jobId = await trigger(service, 'a');
    worker.wake();
    expect((await service.get(`/jobs/${jobId}`)).body).toMatchObject({ status: 'pending', version: 1 });
  });
});
