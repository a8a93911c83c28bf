// A service that is killed: nothing that was answered is lost, nothing is half done, and each job ends as the policy
// for restarts says (§6.3).
import { workplace } from '../support/workplace.js';
import { ScriptedExecutor } from '../work/scripted-executor.js';
import { until } from '../support/until.js';
import { Acknowledged } from './acknowledged.js';
import { settingsIn, startDaybook, type Daybook, type Settings } from './daybook-process.js';
import { readDatabase, readEvents } from '../support/stored-log.js';
import { expectTablesToMatchLog } from '../support/tables-match-log.js';

const place = workplace();
const dates = ['2025-01-16', '2025-01-17'];
const restartError = 'API restarted while job was running';

async function trigger(service: Daybook, models: string[], dateRange = dates): Promise<string> {
  const { body } = await service.post('/simulate/trigger', { date_range: dateRange, models });
  return body.job_id;
}

/** The jobs that the built-in worker was running when its service died. */
const jobsThatWereRun = (databasePath: string): string[] =>
  readDatabase(databasePath, (connection) => {
    const streams = connection
      .prepare('SELECT DISTINCT stream_id FROM leases WHERE built_in = 1')
      .pluck()
      .all();
    return (streams as string[]).map((streamId) => streamId.slice('job-'.length));
  });

describe.each(['fail', 'resume'])('with ON_RESTART=%s', (policy) => {
  it('keeps everything that it answered, however often it is killed while commands come in', async () => {
    const script = new ScriptedExecutor(place);
    const settings = settingsIn(place, `storm-${policy}`, {
      EXECUTOR: script.setting,
      MAX_ACTIVE_JOBS: '8',
      MAX_ATTEMPTS: '5',
      ON_RESTART: policy,
    });
    const { databasePath } = settings;
    const acknowledged = new Acknowledged();
    let service = await startDaybook(settings);
    for (let round = 0; round < 3; round += 1) {
      // Anywhere between the first commands and the middle of many.
      const enough = 1 + Math.floor(Math.random() * 80);
      const { end } = service;
      await acknowledged.collect(service, enough, () => end('SIGKILL'));
      acknowledged.expectAllIn(readEvents(databasePath));
      expectTablesToMatchLog(databasePath);

      const jobIds = jobsThatWereRun(databasePath);
      service = await startDaybook(settings);
      for (const jobId of jobIds) await expectPolicy(service, jobId);
      acknowledged.expectAllIn(readEvents(databasePath));
      expectTablesToMatchLog(databasePath);
    }
    await service.end('SIGKILL');
  });

  async function expectPolicy(service: Daybook, jobId: string): Promise<void> {
    const { body: job } = await service.get(`/jobs/${jobId}`);
    if (policy === 'fail') {
      expect(job).toMatchObject({ error: restartError });
      expect(['failed', 'partial']).toContain(job.status);
    } else {
      expect(job).toMatchObject({ error: null });
    }
  }
});

describe('a job that was running', () => {
  interface Killed {
    script: ScriptedExecutor;
    settings: Settings & { databasePath: string };
    jobId: string;
  }

  /** Killed when the models of the first date are done or running. */
  async function killed(name: string, models: string[], more: Settings): Promise<Killed> {
    const script = new ScriptedExecutor(place);
    const settings = settingsIn(place, name, { EXECUTOR: script.setting, ...more });
    const service = await startDaybook(settings);
    const jobId = await trigger(service, models);
    await script.seen({ what: 'starts' }, models.length);
    const done = models.filter((model) => model.startsWith('OK')).length;
    await until('what can be done is done', async () => {
      const { progress } = (await service.get(`/jobs/${jobId}`)).body;
      return progress.completed === done;
    });
    await service.end('SIGKILL');
    return { script, settings, jobId };
  }

  it('is closed as partial when something was completed', async () => {
    const { settings, jobId } = await killed('partial', ['OK a', 'HANG b'], { ON_RESTART: 'fail' });
    const service = await startDaybook(settings);
    const { body: job } = await service.get(`/simulate/status/${jobId}`);
    expect(job).toMatchObject({ status: 'partial', error: restartError });
    expect(job.completed_at).not.toBeNull();
    const details = job.progress.details.map((one: any) => [
      one.date,
      one.model,
      one.status,
      one.failure_code,
    ]);
    expect(details).toEqual([
      [dates[0], 'HANG b', 'failed', 'restart'],
      [dates[0], 'OK a', 'completed', null],
      [dates[1], 'HANG b', 'failed', 'restart'],
      [dates[1], 'OK a', 'failed', 'restart'],
    ]);
    expect(await service.post('/simulate/trigger', { date_range: dates, models: ['OK c'] })).toMatchObject({
      status: 202,
    });
    await service.end('SIGKILL');
    expectTablesToMatchLog(settings.databasePath);
  });

  it('is closed as failed when nothing was, and the job behind it goes on', async () => {
    const script = new ScriptedExecutor(place);
    const settings = settingsIn(place, 'failed', {
      EXECUTOR: script.setting,
      MAX_ACTIVE_JOBS: '2',
      WORKER_CONCURRENCY: '1',
    });
    const service = await startDaybook(settings);
    const jobId = await trigger(service, ['HANG a']);
    const waitingId = await trigger(service, ['OK b']);
    await script.seen({ what: 'starts' });
    await service.end('SIGKILL');

    const next = await startDaybook(settings);
    expect((await next.get(`/jobs/${jobId}`)).body).toMatchObject({
      status: 'failed',
      error: restartError,
    });
    expect((await next.ended(waitingId)).body).toMatchObject({ status: 'completed', error: null });
    await next.end('SIGKILL');
    expectTablesToMatchLog(settings.databasePath);
  });

  it('is closed once, however often the service is started and killed again', async () => {
    const { settings, jobId } = await killed('once', ['HANG a'], { ON_RESTART: 'fail' });
    for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
      const service = await startDaybook(settings);
      expect((await service.get(`/jobs/${jobId}`)).body).toMatchObject({ status: 'failed', version: 3 });
      await service.end(signal);
    }
  });

  it('goes on when the policy says so, and the attempt that died is counted', async () => {
    const { script, settings, jobId } = await killed('resume', ['OK a', 'HOLD b'], {
      ON_RESTART: 'resume',
      MAX_ATTEMPTS: '2',
    });
    script.release('HOLD b');
    const service = await startDaybook(settings);
    expect((await service.ended(jobId)).body).toMatchObject({ status: 'completed', error: null });
    const { body: modelDay } = await service.get(service.modelDay(jobId, dates[0]!, 'HOLD b'));
    expect(modelDay.attempts).toMatchObject([
      { attempt: 1, outcome: 'failed', failure_code: 'restart', error: restartError },
      { attempt: 2, outcome: 'completed', failure_code: null },
    ]);
    const { body: done } = await service.get(service.modelDay(jobId, dates[0]!, 'OK a'));
    expect(done).toMatchObject({ status: 'completed', attempt: 1 });
    await service.end('SIGKILL');
    expectTablesToMatchLog(settings.databasePath);
  });

  it('ends failed when its work kills the service each time, after all its attempts', async () => {
    const script = new ScriptedExecutor(place);
    const settings = settingsIn(place, 'deadly', {
      EXECUTOR: script.setting,
      ON_RESTART: 'resume',
      MAX_ATTEMPTS: '2',
    });
    const first = await startDaybook(settings);
    // The answer may not come any more: the work begins as soon as the job is there.
    await trigger(first, ['KILL a'], [dates[0]!]).catch(() => undefined);
    expect(await first.exit).toMatchObject({ signal: 'SIGKILL' });
    // The second attempt kills the second start, sooner or later.
    await startDaybook(settings).then(
      ({ exit }) => exit,
      () => undefined,
    );

    const third = await startDaybook(settings);
    const { body: job } = await third.get('/simulate/current');
    expect(job).toMatchObject({ status: 'failed' });
    const { body: modelDay } = await third.get(third.modelDay(job.job_id, dates[0]!, 'KILL a'));
    expect(modelDay.attempts).toMatchObject([
      { attempt: 1, outcome: 'failed', failure_code: 'restart' },
      { attempt: 2, outcome: 'failed', failure_code: 'restart' },
    ]);
    expect(script.marks()).toHaveLength(2);
    await third.end('SIGKILL');
    expectTablesToMatchLog(settings.databasePath);
  });
});
