import BetterSqlite3 from 'better-sqlite3';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { startClockedService } from './clock.js';
import { expectProblem, storedEvents } from './problems.js';

const place = workplace();

/** Expects a 5xx that tells nothing of what is inside. */
function expectDiscreet(answer: Awaited<ReturnType<TestService['get']>>): void {
  const text = JSON.stringify(answer.body);
  expect(text).not.toMatch(/Error:|\bat .+:\d+|SELECT|UPDATE|INSERT|SQLITE|JSON|node_modules|\.[jt]s\b/);
  expect(text).not.toContain(place.path());
}

/** Changes the log behind the back of the service, as a damaged disk would. */
function damage(databasePath: string, statement: string): void {
  const connection = new BetterSqlite3(databasePath);
  const triggers = connection
    .prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events'")
    .all() as { name: string }[];
  for (const { name } of triggers) connection.exec(`DROP TRIGGER ${name}`);
  expect(connection.prepare(statement).run().changes).toBe(1);
  connection.close();
}

describe('a damaged event', () => {
  const modelDay = (service: TestService, jobId: string) => service.modelDay(jobId, '2025-01-06', 'm');

  async function serviceWithDamage(statement: string): Promise<{ service: TestService; jobId: string }> {
    const first = await startTestService(place);
    const { body } = await first.post('/simulate/trigger', { date_range: ['2025-01-06'], models: ['m'] });
    await first.post(`${modelDay(first, body.job_id)}/start`, { worker: 'me' });
    await first.post(`${modelDay(first, body.job_id)}/complete`, { attempt: 1, result: 'secret' });
    const { databasePath: path } = first;
    await first.service.stop();
    damage(path, statement);
    const service = await startTestService(place, { DATABASE_URL: `sqlite:${path}` });
    return { service, jobId: body.job_id };
  }

  it('is a 500 that shows nothing of the inside, for who reads and who writes', async () => {
    const { service, jobId } = await serviceWithDamage(
      `UPDATE events SET data = '{"result": "secr' WHERE type = 'ModelDayCompleted'`,
    );
    for (const answer of [
      await service.get(modelDay(service, jobId)),
      await service.get(`/jobs/${jobId}/model-days`),
      await service.delete(`/jobs/${jobId}`),
      await service.post(`/jobs/${jobId}/retry`),
      await service.post(`${modelDay(service, jobId)}/heartbeat`, { attempt: 1 }),
    ]) {
      expectProblem(answer, 500, 'internal_error');
      expectDiscreet(answer);
      expect(JSON.stringify(answer.body)).not.toContain('secr');
    }
  });

  it('does not keep the service from what is whole', async () => {
    const { service, jobId } = await serviceWithDamage(
      `UPDATE events SET type = 'ModelDayVanished' WHERE type = 'ModelDayStarted'`,
    );
    expectProblem(await service.delete(`/jobs/${jobId}`), 500, 'internal_error');
    expect((await service.get(`/jobs/${jobId}`)).body.status).toBe('completed');
    const next = await service.post('/simulate/trigger', { date_range: ['2025-01-07'], models: ['m'] });
    expect(next.status).toBe(202);
    expect((await service.get('/health')).status).toBe(200);
  });
});

it('answers 503 with Retry-After when the database stays locked, and has written nothing', async () => {
  const service = await startClockedService(place, '2025-01-20T12:00:00Z');
  const { body: job } = await service.post('/simulate/trigger', {
    date_range: ['2025-01-06'],
    models: ['m'],
  });
  const release = await service.beside.holdWrites();
  // The service tries again for some seconds: its clock makes them pass at once.
  service.tick(60_000);
  const refused = await service.post(`/jobs/${job.job_id}/cancel`);
  expectProblem(refused, 503, 'database_busy');
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  expectDiscreet(refused);

  const notReady = await service.get('/health/ready');
  expectProblem(notReady, 503, 'not_ready');
  expectDiscreet(notReady);
  expect((await service.get('/health/live')).status).toBe(200);
  expect((await service.get(`/jobs/${job.job_id}`)).body).toMatchObject({ status: 'pending', version: 1 });

  await release();
  expect((await service.get('/health/ready')).status).toBe(200);
  expect(await storedEvents(service, job.job_id)).toHaveLength(1);
  expect((await service.post(`/jobs/${job.job_id}/cancel`)).status).toBe(200);
});
