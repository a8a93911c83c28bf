// Leases: renewed by whoever lives, and run out when nobody renews them.
import { systemRuntime, type Runtime } from '../../src/runtime/runtime.js';
import { expectTablesToMatchLog } from '../support/tables-match-log.js';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
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

/** Makes every lease run out long ago, as if nobody had renewed it. */
const ageLeases = ({ beside }: TestService): Promise<void> =>
  beside.edit("UPDATE leases SET expires_at = '2000-01-01T00:00:00.000Z'");

describe('the built-in worker', () => {
  it('renews its own lease: work that takes longer than one is one attempt', async () => {
    const service = await startTestService(place, { EXECUTOR: script.setting, LEASE_MS: '600' });
    const jobId = await trigger(service, 'HOLD a');
    const path = service.modelDay(jobId, date, 'HOLD a');
    await script.seen({ what: 'starts' });
    const { body: first } = await service.get(path);
    await until('the time of the first lease is over', async () => {
      const { body } = await service.get(path);
      return (
        Date.now() > Date.parse(first.lease_expires_at) && body.lease_expires_at > first.lease_expires_at
      );
    });
    script.release('HOLD a');
    await service.ended(jobId);
    expect((await service.get(path)).body).toMatchObject({
      status: 'completed',
      attempt: 1,
      attempts: [{ attempt: 1, outcome: 'completed' }],
    });
  });

  it('shows what its executor says of its progress', async () => {
    const service = await startTestService(place, { EXECUTOR: script.setting, LEASE_MS: '600' });
    const jobId = await trigger(service, 'PROGRESS a');
    const path = service.modelDay(jobId, date, 'PROGRESS a');
    const running = await until('progress is shown', async () => {
      const { body } = await service.get(path);
      return body.executor_progress !== null && body;
    });
    expect(running).toMatchObject({
      status: 'running',
      executor_progress: { percent: 40, message: 'reading prices' },
    });
    script.release('PROGRESS a');
    await service.ended(jobId);
    expect((await service.get(path)).body).toMatchObject({ status: 'completed', executor_progress: null });
  });

  it('stops an attempt whose lease it has lost, and tries again', async () => {
    const service = await startTestService(place, { EXECUTOR: script.setting, LEASE_MS: '600' });
    const jobId = await trigger(service, 'HANG-ONCE a');
    await script.seen({ what: 'starts' });
    await ageLeases(service);
    expect((await service.ended(jobId)).body).toMatchObject({ status: 'completed' });
    await script.seen({ what: 'is aborted', attempt: 1 });
    const { body: modelDay } = await service.get(service.modelDay(jobId, date, 'HANG-ONCE a'));
    expect(modelDay.attempts).toMatchObject([
      { attempt: 1, outcome: 'failed', failure_code: 'lease_expired' },
      { attempt: 2, outcome: 'completed' },
    ]);
    expectTablesToMatchLog(service.databasePath);
  });
});

describe('a worker outside of the service', () => {
  it('keeps its model-day as long as it sends heartbeats, and shows its progress', async () => {
    const service = await startTestService(place, { LEASE_MS: '600' });
    const jobId = await trigger(service, 'a');
    const path = service.modelDay(jobId, date, 'a');
    const { body: started } = await service.post(`${path}/start`, { worker: 'outside' });
    await until('the time of the first lease is over', async () => {
      const beat = await service.post(`${path}/heartbeat`, { attempt: 1, progress: { percent: 50 } });
      expect(beat).toMatchObject({ status: 200, body: { cancelled: false } });
      return Date.now() > Date.parse(started.lease_expires_at);
    });
    expect((await service.get(path)).body).toMatchObject({
      worker: 'outside',
      executor_progress: { percent: 50, message: null },
    });
    expect(await service.post(`${path}/complete`, { attempt: 1 })).toMatchObject({ status: 200 });
    expectTablesToMatchLog(service.databasePath);
  });

  it('loses a model-day that it says nothing about, and its late report is refused', async () => {
    const service = await startTestService(place, { LEASE_MS: '20', MAX_ATTEMPTS: '1' });
    const jobId = await trigger(service, 'a');
    const path = service.modelDay(jobId, date, 'a');
    const { body: started } = await service.post(`${path}/start`, { worker: 'outside' });
    expect((await service.ended(jobId)).body).toMatchObject({ status: 'failed' });
    expect((await service.get(path)).body).toMatchObject({
      failure_code: 'lease_expired',
      error: `The lease of worker outside ran out at ${started.lease_expires_at}: no heartbeat came in time`,
    });
    for (const verb of ['complete', 'heartbeat']) {
      expect(await service.post(`${path}/${verb}`, { attempt: 1 })).toMatchObject({
        status: 409,
        body: { code: 'stale_attempt' },
      });
    }
    expectTablesToMatchLog(service.databasePath);
  });

  it('hears in its heartbeat that its job was cancelled', async () => {
    const service = await startTestService(place);
    const jobId = await trigger(service, 'a');
    const path = service.modelDay(jobId, date, 'a');
    await service.post(`${path}/start`, { worker: 'outside' });
    await service.post(`/jobs/${jobId}/cancel`);
    expect(await service.post(`${path}/heartbeat`, { attempt: 1 })).toMatchObject({
      status: 200,
      body: { cancelled: true },
    });
  });

  it('and many others may die at once: all their leases run out', async () => {
    const service = await startTestService(place, { LEASE_MS: '4000', MAX_ATTEMPTS: '1' });
    const models = Array.from({ length: 600 }, (_, index) => `model ${index}`);
    const jobId = await trigger(service, ...models);
    for (let from = 0; from < models.length; from += 100) {
      const some = models.slice(from, from + 100);
      await Promise.all(
        some.map((model) =>
          service.post(`${service.modelDay(jobId, date, model)}/start`, { worker: 'mortal' }),
        ),
      );
    }
    await ageLeases(service);
    expect((await service.ended(jobId)).body).toMatchObject({ status: 'failed', progress: { failed: 600 } });
    expectTablesToMatchLog(service.databasePath);
  });
});

describe('a clock that was set back by an hour between two starts', () => {
  const hourMs = 3_600_000;
  const ahead = Object.create(systemRuntime, {
    nowMs: { value: () => systemRuntime.nowMs() + hourMs },
  }) as Runtime;

  it('lets the lease of a worker outside hold no longer than any does', async () => {
    const first = await startTestService(place, { LEASE_MS: '2000' }, { runtime: ahead });
    const jobId = await trigger(first, 'a');
    await first.post(`${first.modelDay(jobId, date, 'a')}/start`, { worker: 'outside' });
    await first.service.stop();

    const settings = { LEASE_MS: '2000', DATABASE_URL: first.databaseUrl, MAX_ATTEMPTS: '1' };
    const second = await startTestService(place, settings);
    expect((await second.ended(jobId)).body).toMatchObject({ status: 'failed' });
    const { body } = await second.get(second.modelDay(jobId, date, 'a'));
    expect(body).toMatchObject({ failure_code: 'lease_expired' });
  });

  it('holds up no next attempt for longer than the longest delay', async () => {
    const slow = { RETRY_BASE_DELAY_MS: '60000', MAX_ATTEMPTS: '2' };
    const first = await startTestService(place, slow, { runtime: ahead });
    const jobId = await trigger(first, 'FAIL a');
    const path = first.modelDay(jobId, date, 'FAIL a');
    await first.post(`${path}/start`, { worker: 'outside' });
    const failed = await first.post(`${path}/fail`, { attempt: 1, error: 'no answer' });
    expect(Date.parse(failed.body.not_before) - Date.now()).toBeGreaterThan(hourMs);
    await first.service.stop();

    const settings = { ...slow, DATABASE_URL: first.databaseUrl, EXECUTOR: script.setting };
    const second = await startTestService(place, settings);
    expect((await second.ended(jobId)).body).toMatchObject({ status: 'failed' });
    await script.seen({ what: 'fails', attempt: 2 });
  });
});
