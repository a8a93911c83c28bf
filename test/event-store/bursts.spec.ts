// Many clients at the same moment: the rules that look across jobs hold inside one commit (§6.1, §6.2).
import { expectTablesToMatchLog } from '../support/tables-match-log.js';
import type { Answer } from '../support/client.js';
import { startTestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';

const place = workplace();

const fifty = Array.from({ length: 50 }, (_, index) => index);

const statuses = (answers: Answer[]): number[] => answers.map(({ status }) => status).toSorted();

it('fifty identical requests make one job, and every answer names it', async () => {
  const service = await startTestService(place);
  const request = { date_range: ['2025-01-16', '2025-01-17'], models: ['a', 'b'] };
  const answers = await Promise.all(fifty.map(() => service.post('/simulate/trigger', request)));

  expect(statuses(answers)).toEqual([...new Array<number>(49).fill(200), 202]);
  expect(new Set(answers.map(({ body }) => body.job_id)).size).toBe(1);
  expect((await service.get('/jobs')).body.items).toHaveLength(1);
  expectTablesToMatchLog(service.databasePath);
});

it('fifty different requests make one job, and the other answers say which one is in the way', async () => {
  const service = await startTestService(place);
  const answers = await Promise.all(
    fifty.map((n) =>
      service.post('/simulate/trigger', { date_range: ['2025-01-16'], models: [`model ${n}`] }),
    ),
  );

  expect(statuses(answers)).toEqual([202, ...new Array<number>(49).fill(409)]);
  const jobId = answers.find(({ status }) => status === 202)?.body.job_id;
  for (const { status, body } of answers) {
    if (status === 409) expect(body).toMatchObject({ code: 'job_active', current_job_id: jobId });
  }
  expect((await service.get('/jobs')).body.items).toHaveLength(1);
  expectTablesToMatchLog(service.databasePath);
});

it('fifty requests fill as many places as there are', async () => {
  const service = await startTestService(place, { MAX_ACTIVE_JOBS: '7' });
  const answers = await Promise.all(
    fifty.map((n) =>
      service.post('/simulate/trigger', { date_range: ['2025-01-16'], models: [`model ${n}`] }),
    ),
  );
  expect(statuses(answers)).toEqual([...new Array<number>(7).fill(202), ...new Array<number>(43).fill(409)]);
});

it('fifty workers that want one model-day are fifty, and one gets it', async () => {
  const service = await startTestService(place);
  const { body: job } = await service.post('/simulate/trigger', {
    date_range: ['2025-01-16'],
    models: ['a'],
  });
  const path = service.modelDay(job.job_id, '2025-01-16', 'a');
  const starts = await Promise.all(
    fifty.map((n) => service.post(`${path}/start`, { worker: `worker ${n}` })),
  );
  expect(statuses(starts)).toEqual([200, ...new Array<number>(49).fill(409)]);

  const reports = await Promise.all(
    fifty.map(() => service.post(`${path}/complete`, { attempt: 1, result: 1 })),
  );
  expect(statuses(reports)).toEqual(new Array<number>(50).fill(200));
  expect(new Set(reports.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect((await service.get(`/jobs/${job.job_id}`)).body).toMatchObject({ status: 'completed', version: 3 });
  expectTablesToMatchLog(service.databasePath);
});
