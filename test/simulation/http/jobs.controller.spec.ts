import { startClockedService } from '../../http/clock.js';
import { expectProblem, storedEvents } from '../../http/problems.js';
import { startTestService, type TestService } from '../../support/service.js';
import { workplace } from '../../support/workplace.js';
import { detailShape, jobShape, seconds, summaryShape, time } from './shapes.js';

const place = workplace();
let service: TestService;

beforeAll(async () => {
  service = await startTestService(place, { MAX_ACTIVE_JOBS: '1000', MAX_ATTEMPTS: '1' });
});

async function create(models = ['m'], dates = ['2025-01-06']): Promise<string> {
  const { body } = await service.post('/simulate/trigger', { date_range: dates, models, rerun: true });
  return body.job_id;
}

async function start(jobId: string, model = 'm', date = '2025-01-06'): Promise<void> {
  const path = service.modelDay(jobId, date, model);
  expect((await service.post(`${path}/start`, { worker: 'me' })).status).toBe(200);
}

async function complete(jobId: string, model = 'm', date = '2025-01-06'): Promise<void> {
  await start(jobId, model, date);
  const path = service.modelDay(jobId, date, model);
  expect((await service.post(`${path}/complete`, { attempt: 1 })).status).toBe(200);
}

async function fail(jobId: string, model = 'm', date = '2025-01-06'): Promise<void> {
  await start(jobId, model, date);
  const path = service.modelDay(jobId, date, model);
  expect((await service.post(`${path}/fail`, { attempt: 1, error: 'no' })).status).toBe(200);
}

describe('GET /jobs/{id}', () => {
  it('shows the job without details', async () => {
    const jobId = await create();
    expect(await service.get(`/jobs/${jobId}`)).toMatchObject({
      status: 200,
      body: jobShape({ job_id: jobId }),
    });
    await start(jobId);
    expect((await service.get(`/jobs/${jobId}`)).body).toEqual(
      jobShape({
        job_id: jobId,
        status: 'running',
        started_at: time,
        version: 2,
        progress: { running: 1, pending: 0, current: { date: '2025-01-06', model: 'm' } },
      }),
    );
  });

  it('does not repeat thousands of dates in a list or after a command', async () => {
    const range = { start_date: '2005-01-03', end_date: '2019-12-31', models: ['a'], rerun: true };
    const { body: job } = await service.post('/simulate/trigger', range);
    const { body: cancelled } = await service.post(`/jobs/${job.job_id}/cancel`);
    expect(cancelled.dates).toEqual({ first: '2005-01-03', last: '2019-12-31', count: 3912 });
    const { body: list } = await service.get('/jobs?limit=1');
    expect(list.items[0].dates).toEqual(cancelled.dates);
    expect((await service.get(`/jobs/${job.job_id}`)).body.date_range).toHaveLength(3912);
  });

  it('is what the list and the command answer too, who say only where its dates begin and end', async () => {
    const jobId = await create(['a', 'b']);
    await complete(jobId, 'a');
    const { body: cancelled } = await service.post(`/jobs/${jobId}/cancel`);
    const { date_range: dates, ...job } = (await service.get(`/jobs/${jobId}`)).body;
    expect(cancelled).toEqual({ ...job, dates: { first: '2025-01-06', last: '2025-01-06', count: 1 } });
    expect(dates).toEqual(['2025-01-06']);
    const { body: list } = await service.get('/jobs?limit=1');
    expect(list.items).toEqual([cancelled]);
  });

  it('is 404 for an unknown job, like every command on one', async () => {
    for (const answer of [
      await service.get('/jobs/x'),
      await service.post('/jobs/x/cancel'),
      await service.post('/jobs/x/retry', { reason: 'why not' }),
      await service.delete('/jobs/x'),
    ]) {
      expectProblem(answer, 404, 'job_not_found');
    }
  });
});

describe('GET /jobs', () => {
  it('is an empty list when there is no job', async () => {
    const empty = await startTestService(place);
    const answer = await empty.get('/jobs');
    expect(answer).toMatchObject({ status: 200, body: { items: [], next: null } });
    expect(answer.headers.get('link')).toBeNull();
  });

  it('filters by status', async () => {
    const pending = await create();
    const running = await create();
    await start(running);
    const completed = await create();
    await complete(completed);
    const failed = await create();
    await fail(failed);
    const partial = await create(['a', 'b']);
    await complete(partial, 'a');
    await fail(partial, 'b');
    for (const [status, jobId] of Object.entries({ pending, running, completed, failed, partial })) {
      const { body } = await service.get(`/jobs?status=${status}&limit=1`);
      expect(body.items).toMatchObject([{ job_id: jobId, status }]);
    }
  });

  it('filters by the time of creation, both ends included, in any time zone', async () => {
    const clocked = await startClockedService(place, '2025-01-20T12:00:00.500Z', { MAX_ACTIVE_JOBS: '9' });
    const ids: string[] = [];
    for (const model of ['noon', 'one', 'two']) {
      const { body } = await clocked.post('/simulate/trigger', {
        date_range: ['2025-01-06'],
        models: [model],
      });
      ids.push(body.job_id);
      clocked.advance(60 * 60 * 1000);
    }
    const [noon, one, two] = ids;
    const found = async (query: string): Promise<string[]> => {
      const { status, body } = await clocked.get(`/jobs?${query.replaceAll('+', '%2B')}`);
      expect(status).toBe(200);
      return body.items.map(({ job_id }: any) => job_id);
    };
    expect(await found('')).toEqual([two, one, noon]);
    expect(await found('created_from=2025-01-20T13:00:00.500Z')).toEqual([two, one]);
    expect(await found('created_from=2025-01-20T13:00:00.501Z')).toEqual([two]);
    expect(await found('created_to=2025-01-20T13:00:00.500Z')).toEqual([one, noon]);
    expect(await found('created_to=2025-01-20T13:00:00Z')).toEqual([noon]);
    expect(
      await found('created_from=2025-01-20T15:00:00.500+02:00&created_to=2025-01-20T08:00:00.500-05:00'),
    ).toEqual([one]);
    expect(await found('created_from=2025-01-20T12:00:00Z&status=failed')).toEqual([]);
  });
});

describe('POST /jobs/{id}/cancel', () => {
  it('ends a job that has not started', async () => {
    const jobId = await create(['a', 'b']);
    const answer = await service.post(`/jobs/${jobId}/cancel`, { reason: 'the data is wrong' });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        job_id: jobId,
        status: 'failed',
        started_at: null,
        completed_at: time,
        total_duration_seconds: null,
        error: expect.stringContaining('the data is wrong'),
        progress: { failed: 2, pending: 0 },
      },
    });
    const { body } = await service.get(`/simulate/status/${jobId}`);
    expect(body.progress.details[0]).toEqual(
      detailShape({
        model: 'a',
        status: 'failed',
        completed_at: time,
        error: expect.stringContaining('the data is wrong'),
        failure_code: 'cancelled',
      }),
    );
  });

  it('leaves what was completed, so that the job is partial', async () => {
    const jobId = await create(['a', 'b', 'c']);
    await complete(jobId, 'a');
    await start(jobId, 'b');
    const { body } = await service.post(`/jobs/${jobId}/cancel`);
    expect(body).toEqual(
      summaryShape({
        job_id: jobId,
        status: 'partial',
        models: ['a', 'b', 'c'],
        started_at: time,
        completed_at: time,
        total_duration_seconds: seconds,
        error: expect.any(String),
        version: 5,
        progress: { total_model_days: 3, completed: 1, failed: 2, pending: 0 },
      }),
    );
  });

  it('is refused when the job has ended', async () => {
    const completed = await create();
    await complete(completed);
    const cancelled = await create();
    await service.post(`/jobs/${cancelled}/cancel`);
    for (const jobId of [completed, cancelled]) {
      const { body: before } = await service.get(`/jobs/${jobId}`);
      expectProblem(await service.post(`/jobs/${jobId}/cancel`), 409, 'job_finished');
      expect((await service.get(`/jobs/${jobId}`)).body).toEqual(before);
    }
  });
});

describe('POST /jobs/{id}/retry', () => {
  it('makes what failed pending again, and clears the end', async () => {
    const jobId = await create(['a', 'b']);
    await complete(jobId, 'a');
    await fail(jobId, 'b');
    const answer = await service.post(`/jobs/${jobId}/retry`, { reason: 'the market is open' });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(
      summaryShape({
        job_id: jobId,
        status: 'running',
        models: ['a', 'b'],
        started_at: time,
        version: 6,
        progress: { total_model_days: 2, completed: 1, pending: 1 },
      }),
    );
    const { body } = await service.get(`/simulate/status/${jobId}`);
    expect(body.progress.details).toMatchObject([
      { model: 'a', status: 'completed', attempt: 1 },
      { model: 'b', status: 'pending', attempt: 1, completed_at: null, error: null, failure_code: null },
    ]);
    const started = await service.post(`${service.modelDay(jobId, '2025-01-06', 'b')}/start`, {
      worker: 'me',
    });
    expect(started.body.attempt).toBe(2);
    const events = await storedEvents(service, jobId);
    expect(events[5]).toMatchObject({ type: 'JobRetried', data: { reason: 'the market is open' } });
  });

  it('is refused while the job runs', async () => {
    const jobId = await create();
    expectProblem(await service.post(`/jobs/${jobId}/retry`), 409, 'job_not_finished');
    await start(jobId);
    expectProblem(await service.post(`/jobs/${jobId}/retry`), 409, 'job_not_finished');
  });

  it('is refused when everything was completed', async () => {
    const jobId = await create();
    await complete(jobId);
    expectProblem(await service.post(`/jobs/${jobId}/retry`), 409, 'nothing_to_retry');
  });

  it('is refused while another job takes the last free place', async () => {
    const single = await startTestService(place);
    const trigger = async (model: string): Promise<string> =>
      (await single.post('/simulate/trigger', { date_range: ['2025-01-06'], models: [model] })).body.job_id;
    const first = await trigger('first');
    await single.post(`/jobs/${first}/cancel`);
    const second = await trigger('second');
    const refused = await single.post(`/jobs/${first}/retry`);
    expectProblem(refused, 409, 'job_active');
    expect(refused.body).toMatchObject({
      current_job_id: second,
      current_date_range: ['2025-01-06'],
      current_status: 'pending',
    });
    await single.post(`/jobs/${second}/cancel`);
    expect((await single.post(`/jobs/${first}/retry`)).status).toBe(200);
  });
});

describe('DELETE /jobs/{id}', () => {
  it('removes a job that has ended from everywhere but the log', async () => {
    const jobId = await create();
    await complete(jobId);
    const answer = await service.delete(`/jobs/${jobId}`);
    expect(answer).toMatchObject({ status: 204, body: '' });

    const modelDay = service.modelDay(jobId, '2025-01-06', 'm');
    for (const gone of [
      await service.get(`/jobs/${jobId}`),
      await service.get(`/simulate/status/${jobId}`),
      await service.get(`/jobs/${jobId}/model-days`),
      await service.get(modelDay),
      await service.post(`${modelDay}/start`, { worker: 'me' }),
      await service.post(`${modelDay}/complete`, { attempt: 1 }),
      await service.post(`${modelDay}/fail`, { attempt: 1, error: 'no' }),
      await service.post(`${modelDay}/heartbeat`, { attempt: 1 }),
      await service.post(`/jobs/${jobId}/cancel`),
      await service.post(`/jobs/${jobId}/retry`),
      await service.delete(`/jobs/${jobId}`),
    ]) {
      expectProblem(gone, 404, 'job_not_found');
    }
    const { body: list } = await service.get('/jobs?limit=1000');
    expect(list.items.map(({ job_id }: any) => job_id)).not.toContain(jobId);
    expect((await storedEvents(service, jobId)).at(-1)!.type).toBe('JobRemoved');
  });

  it('is refused while the job runs', async () => {
    const jobId = await create();
    expectProblem(await service.delete(`/jobs/${jobId}`), 409, 'job_not_finished');
    await start(jobId);
    expectProblem(await service.delete(`/jobs/${jobId}`), 409, 'job_not_finished');
    expect((await service.get(`/jobs/${jobId}`)).body.version).toBe(2);
  });

  it('has no answer for the same request any more', async () => {
    const request = { date_range: ['2025-03-03'], models: ['removed'] };
    const { body: first } = await service.post('/simulate/trigger', request);
    await complete(first.job_id, 'removed', '2025-03-03');
    await service.delete(`/jobs/${first.job_id}`);
    const again = await service.post('/simulate/trigger', request);
    expect(again.status).toBe(202);
    expect(again.body.job_id).not.toBe(first.job_id);
  });
});
