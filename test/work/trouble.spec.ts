// Reports of the built-in worker while the database takes no writes: what ran is not lost.
import { fillDisk } from '../database/test-database.js';
import { expectTablesToMatchLog } from '../support/tables-match-log.js';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { ScriptedExecutor } from './scripted-executor.js';
import { until } from '../support/until.js';

const place = workplace();
const date = '2025-01-16';

interface Holding {
  service: TestService;
  script: ScriptedExecutor;
  jobId: string;
}

async function holding(...models: string[]): Promise<Holding> {
  const script = new ScriptedExecutor(place);
  const service = await startTestService(place, { EXECUTOR: script.setting, SHUTDOWN_GRACE_MS: '100' });
  const { body } = await service.post('/simulate/trigger', { date_range: [date], models });
  await script.seen({ what: 'starts' }, models.length);
  return { service, script, jobId: body.job_id };
}

async function expectOneAttempt({ service, jobId }: Holding, model: string, result: unknown): Promise<void> {
  expect((await service.ended(jobId)).body).toMatchObject({ status: 'completed' });
  expect((await service.get(service.modelDay(jobId, date, model))).body).toMatchObject({
    attempts: [{ attempt: 1, outcome: 'completed' }],
    result,
  });
  expectTablesToMatchLog(service.databasePath);
}

it('a result waits until another process gives the write lock back', async () => {
  const all = await holding('HOLD a');
  const release = await all.service.beside.holdWrites();
  all.script.release('HOLD a');
  await all.script.seen({ what: 'ends' });
  expect((await all.service.get(`/jobs/${all.jobId}`)).body).toMatchObject({ status: 'running' });
  await release();
  await expectOneAttempt(all, 'HOLD a', { model: 'HOLD a', attempt: 1 });
});

it('a result that finds the disk full is reported again until there is room', async () => {
  const all = await holding('HOLD-HUGE a');
  const { database } = all.service.service;
  await fillDisk(database, 0);
  all.script.release('HOLD-HUGE a');
  await until('the report has failed', () => database.queue.lastTrouble?.reason === 'full');
  expect(await all.service.get('/health/ready')).toMatchObject({ status: 503 });
  expect((await all.service.get(`/jobs/${all.jobId}`)).body).toMatchObject({ status: 'running' });

  await fillDisk(database, null);
  await expectOneAttempt(all, 'HOLD-HUGE a', 'x'.repeat(100_000));
});

it('a service that stops does not wait for a disk that stays full', async () => {
  const all = await holding('HOLD-HUGE a');
  const { database } = all.service.service;
  await fillDisk(database, 0);
  all.script.release('HOLD-HUGE a');
  await until('the report has failed', () => database.queue.lastTrouble?.reason === 'full');
  await all.service.service.stop();
  expectTablesToMatchLog(all.service.databasePath);
});
