// A clean stop: what can finish in time finishes, the rest is given back, and the next start goes on with it.
import { workplace } from '../support/workplace.js';
import { ScriptedExecutor } from '../work/scripted-executor.js';
import { until } from '../support/until.js';
import { settingsIn, startDaybook, type Daybook } from './daybook-process.js';
import { expectTablesToMatchLog } from '../support/tables-match-log.js';

const place = workplace();
const dates = ['2025-01-16', '2025-01-17'];

async function trigger(service: Daybook, models: string[]): Promise<string> {
  const { body } = await service.post('/simulate/trigger', { date_range: dates, models });
  return body.job_id;
}

const stopping = (service: Daybook): Promise<unknown> =>
  until('the service says that it stops', async () => (await service.get('/health/ready')).status === 503);

it('lets finish what can, gives back the rest, and the next start goes on with the open job', async () => {
  const script = new ScriptedExecutor(place);
  const settings = settingsIn(place, 'stop', {
    EXECUTOR: script.setting,
    MAX_ATTEMPTS: '1',
    SHUTDOWN_GRACE_MS: '1500',
    ON_RESTART: 'fail',
  });
  const first = await startDaybook(settings);
  const jobId = await trigger(first, ['HOLD a', 'HANG-ONCE b']);
  await script.seen({ what: 'starts' }, 2);
  first.send('SIGTERM');
  await stopping(first);
  script.release(`${dates[0]} HOLD a`);
  expect(await first.exit).toMatchObject({ code: 0, signal: null, stderr: '' });
  expect(script.story()).toEqual([
    `${dates[0]} HOLD a starts 1`,
    `${dates[0]} HANG-ONCE b starts 1`,
    `${dates[0]} HOLD a ends 1`,
    `${dates[0]} HANG-ONCE b is aborted 1`,
  ]);
  expectTablesToMatchLog(settings.databasePath);

  script.release('HOLD a');
  script.release('HANG-ONCE b');
  const second = await startDaybook(settings);
  await script.seen({ what: 'starts', date: dates[1]!, model: 'HANG-ONCE b' });
  const givenBack = await second.get(second.modelDay(jobId, dates[0]!, 'HANG-ONCE b'));
  expect(givenBack.body).toMatchObject({
    status: 'completed',
    attempts: [
      { attempt: 1, outcome: 'released', error: null, failure_code: null },
      { attempt: 2, outcome: 'completed' },
    ],
  });
  const finished = await second.get(second.modelDay(jobId, dates[0]!, 'HOLD a'));
  expect(finished.body).toMatchObject({ status: 'completed', attempt: 1 });
  expect((await second.get(`/jobs/${jobId}`)).body).toMatchObject({ status: 'running', error: null });
  await second.end('SIGKILL');
});

it('waits for nothing when nothing runs, and a job that had not started goes on after it', async () => {
  const script = new ScriptedExecutor(place);
  const settings = settingsIn(place, 'not-started', { SHUTDOWN_GRACE_MS: '86400000' });
  const first = await startDaybook(settings);
  const jobId = await trigger(first, ['OK a']);
  expect(await first.end('SIGTERM')).toMatchObject({ code: 0, stderr: '' });

  const second = await startDaybook({ ...settings, EXECUTOR: script.setting, ON_RESTART: 'fail' });
  expect((await second.ended(jobId)).body).toMatchObject({ status: 'completed', error: null });
  expect(await second.end('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
  expectTablesToMatchLog(settings.databasePath);
});

it('is not waited for by whoever asks twice', async () => {
  const script = new ScriptedExecutor(place);
  const settings = settingsIn(place, 'twice', { EXECUTOR: script.setting, SHUTDOWN_GRACE_MS: '86400000' });
  const service = await startDaybook(settings);
  await trigger(service, ['HANG a']);
  await script.seen({ what: 'starts' });
  service.send('SIGTERM');
  await stopping(service);
  expect(await service.end('SIGINT')).toMatchObject({ code: 130 });
  expectTablesToMatchLog(settings.databasePath);
});
