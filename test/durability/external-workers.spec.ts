// Model-days of workers outside of the service: its restart is no business of theirs, their death is seen by their
// leases.
import { workplace } from '../support/workplace.js';
import { ScriptedExecutor } from '../work/scripted-executor.js';
import { settingsIn, startDaybook, type Daybook } from './daybook-process.js';
import { startAndDie } from './external-worker.js';
import { expectTablesToMatchLog } from '../support/tables-match-log.js';

const place = workplace();
const date = '2025-01-16';

async function trigger(service: Daybook, models: string[]): Promise<string> {
  const { body } = await service.post('/simulate/trigger', { date_range: [date], models });
  return body.job_id;
}

it.each(['fail', 'resume'])('go on through a restart of the service, with ON_RESTART=%s', async (policy) => {
  const settings = settingsIn(place, `restart-${policy}`, { ON_RESTART: policy });
  const first = await startDaybook(settings);
  const jobId = await trigger(first, ['outside']);
  const path = first.modelDay(jobId, date, 'outside');
  const { body: started } = await first.post(`${path}/start`, { worker: 'patient' });
  await first.end('SIGKILL');

  const second = await startDaybook(settings);
  expect((await second.get(path)).body).toMatchObject({
    status: 'running',
    attempt: 1,
    worker: 'patient',
    lease_expires_at: started.lease_expires_at,
  });
  expect((await second.get(`/jobs/${jobId}`)).body).toMatchObject({ status: 'running', error: null });
  expect(await second.post(`${path}/heartbeat`, { attempt: 1 })).toMatchObject({ status: 200 });
  expect(await second.post(`${path}/complete`, { attempt: 1, result: 'kept' })).toMatchObject({
    status: 200,
  });
  expect((await second.get(`/jobs/${jobId}`)).body).toMatchObject({ status: 'completed' });
  await second.end('SIGKILL');
  expectTablesToMatchLog(settings.databasePath);
});

it('are left alone when the model-days of the built-in worker are taken up again', async () => {
  const script = new ScriptedExecutor(place);
  const settings = settingsIn(place, 'mixed', {
    EXECUTOR: script.setting,
    WORKER_CONCURRENCY: '1',
    ON_RESTART: 'resume',
  });
  const first = await startDaybook(settings);
  const jobId = await trigger(first, ['HOLD a', 'outside']);
  await script.seen({ what: 'starts' });
  const path = first.modelDay(jobId, date, 'outside');
  await first.post(`${path}/start`, { worker: 'patient' });
  await first.end('SIGKILL');

  const second = await startDaybook(settings);
  script.release('HOLD a');
  expect((await second.get(path)).body).toMatchObject({ status: 'running', attempt: 1 });
  await second.post(`${path}/complete`, { attempt: 1 });
  expect((await second.ended(jobId)).body).toMatchObject({ status: 'completed' });
  expect((await second.get(second.modelDay(jobId, date, 'HOLD a'))).body).toMatchObject({ attempt: 2 });
  await second.end('SIGKILL');
  expectTablesToMatchLog(settings.databasePath);
});

it('that are killed lose their leases: the attempt has failed, and is tried again while there are some left', async () => {
  const settings = settingsIn(place, 'killed', { LEASE_MS: '300', MAX_ATTEMPTS: '2' });
  const service = await startDaybook(settings);
  const jobId = await trigger(service, ['mortal']);
  const path = service.modelDay(jobId, date, 'mortal');
  expect(await startAndDie(service.url + path)).toMatchObject({ attempt: 1 });
  while ((await service.get(path)).body.status !== 'pending');
  expect((await service.get(`/jobs/${jobId}`)).body).toMatchObject({ status: 'running' });

  expect(await startAndDie(service.url + path)).toMatchObject({ attempt: 2 });
  expect((await service.ended(jobId)).body).toMatchObject({ status: 'failed', error: null });
  const { body: modelDay } = await service.get(path);
  expect(modelDay).toMatchObject({ status: 'failed', failure_code: 'lease_expired' });
  expect(modelDay.attempts).toMatchObject([
    { attempt: 1, worker: expect.stringMatching(/^process \d+$/), failure_code: 'lease_expired' },
    { attempt: 2, worker: expect.stringMatching(/^process \d+$/), failure_code: 'lease_expired' },
  ]);
  await service.end('SIGKILL');
  expectTablesToMatchLog(settings.databasePath);
});
