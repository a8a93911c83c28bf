import { startTestService, type TestService } from '../../support/service.js';
import { workplace } from '../../support/workplace.js';
import { expectProblem } from '../../http/problems.js';
import { detailShape, jobShape, seconds, time, uuid } from './shapes.js';

const place = workplace();
let service: TestService;

beforeAll(async () => {
  service = await startTestService(place, { MAX_ACTIVE_JOBS: '1000', MAX_ATTEMPTS: '1' });
});

const create = async (dates: string[], models: string[]): Promise<any> =>
  (await service.post('/simulate/trigger', { date_range: dates, models, rerun: true })).body;

async function run(jobId: string, date: string, model: string, verb?: 'complete' | 'fail'): Promise<void> {
  const path = service.modelDay(jobId, date, model);
  expect((await service.post(`${path}/start`, { worker: 'me' })).status).toBe(200);
  if (verb === undefined) return;
  const report = { attempt: 1, ...(verb === 'fail' ? { error: 'the market was closed' } : {}) };
  expect((await service.post(`${path}/${verb}`, report)).status).toBe(200);
}

describe('POST /simulate/trigger', () => {
  it('answers 202 with the new job', async () => {
    const answer = await service.post('/simulate/trigger', {
      date_range: ['2025-01-17', '2025-01-16'],
      models: ['gpt-5', 'claude-3.7-sonnet'],
    });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      job_id: uuid,
      status: 'accepted',
      date_range: ['2025-01-16', '2025-01-17'],
      models: ['gpt-5', 'claude-3.7-sonnet'],
      total_model_days: 4,
      created_at: time,
      message: expect.any(String),
    });
    expect(answer.headers.get('location')).toBe(`/jobs/${answer.body.job_id}`);
    expect((await service.get(answer.headers.get('location')!)).body.job_id).toBe(answer.body.job_id);
  });

  it('takes every weekday between two dates, both included', async () => {
    const range = { start_date: '2025-01-03', end_date: '2025-01-13', models: ['m'] };
    expect((await service.post('/simulate/trigger', range)).body.date_range).toEqual([
      '2025-01-03',
      '2025-01-06',
      '2025-01-07',
      '2025-01-08',
      '2025-01-09',
      '2025-01-10',
      '2025-01-13',
    ]);
    const oneDay = { start_date: '2024-02-29', end_date: '2024-02-29', models: ['m'] };
    expect((await service.post('/simulate/trigger', oneDay)).body.date_range).toEqual(['2024-02-29']);
  });

  it('takes any day of the calendar from a list', async () => {
    const weekend = ['2024-12-31', '2025-01-04', '2025-01-05'];
    expect((await create(weekend, ['m'])).date_range).toEqual(weekend);
  });

  it('answers 200 with the job when the same request is there already', async () => {
    const request = { date_range: ['2025-02-03'], models: ['again'] };
    const { body: job } = await service.post('/simulate/trigger', request);
    await run(job.job_id, '2025-02-03', 'again');
    const answer = await service.post('/simulate/trigger', request);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      job_id: job.job_id,
      status: 'running',
      date_range: ['2025-02-03'],
      models: ['again'],
      progress: {
        total_model_days: 1,
        completed: 0,
        failed: 0,
        running: 1,
        pending: 0,
        current: { date: '2025-02-03', model: 'again' },
      },
      created_at: job.created_at,
      message: expect.any(String),
    });
    expect(answer.headers.get('location')).toBe(`/jobs/${job.job_id}`);
  });

  it('answers 409 with the job that is in the way', async () => {
    const busy = await startTestService(place);
    const request = { date_range: ['2025-01-07', '2025-01-06'], models: ['m'] };
    const { body: job } = await busy.post('/simulate/trigger', request);
    const refused = await busy.post('/simulate/trigger', { date_range: ['2025-01-08'], models: ['m'] });
    expectProblem(refused, 409, 'job_active');
    expect(refused.body).toMatchObject({
      current_job_id: job.job_id,
      current_date_range: ['2025-01-06', '2025-01-07'],
      current_status: 'pending',
    });
    await busy.post(`${busy.modelDay(job.job_id, '2025-01-06', 'm')}/start`, { worker: 'me' });
    const again = await busy.post('/simulate/trigger', { ...request, rerun: true });
    expectProblem(again, 409, 'job_active');
    expect(again.body.current_status).toBe('running');
  });
});

describe('GET /simulate/status/{job_id}', () => {
  it('shows the job with its details by date, then model', async () => {
    const { job_id } = await create(['2025-01-17', '2025-01-16'], ['gpt-5', 'claude-3.7-sonnet', 'b']);
    await run(job_id, '2025-01-16', 'claude-3.7-sonnet', 'complete');
    await run(job_id, '2025-01-16', 'b', 'fail');
    await run(job_id, '2025-01-16', 'gpt-5');

    const answer = await service.get(`/simulate/status/${job_id}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.body).toEqual(
      jobShape({
        job_id,
        status: 'running',
        date_range: ['2025-01-16', '2025-01-17'],
        models: ['gpt-5', 'claude-3.7-sonnet', 'b'],
        started_at: time,
        version: 6,
        progress: {
          total_model_days: 6,
          completed: 1,
          failed: 1,
          running: 1,
          pending: 3,
          current: { date: '2025-01-16', model: 'gpt-5' },
          details: [
            detailShape({
              date: '2025-01-16',
              model: 'b',
              status: 'failed',
              attempt: 1,
              started_at: time,
              completed_at: time,
              duration_seconds: seconds,
              error: 'the market was closed',
              failure_code: 'executor_error',
            }),
            detailShape({
              date: '2025-01-16',
              model: 'claude-3.7-sonnet',
              status: 'completed',
              attempt: 1,
              started_at: time,
              completed_at: time,
              duration_seconds: seconds,
            }),
            detailShape({
              date: '2025-01-16',
              model: 'gpt-5',
              status: 'running',
              attempt: 1,
              started_at: time,
            }),
            detailShape({ date: '2025-01-17', model: 'b' }),
            detailShape({ date: '2025-01-17', model: 'claude-3.7-sonnet' }),
            detailShape({ date: '2025-01-17', model: 'gpt-5' }),
          ],
        },
      }),
    );
  });

  it('shows when and how long a finished job ran', async () => {
    const { job_id } = await create(['2025-01-06'], ['m']);
    await run(job_id, '2025-01-06', 'm', 'complete');
    const { body } = await service.get(`/simulate/status/${job_id}`);
    expect(body).toMatchObject({ status: 'completed', started_at: time, completed_at: time, error: null });
    expect(body.total_duration_seconds).toBeCloseTo(
      (Date.parse(body.completed_at) - Date.parse(body.started_at)) / 1000,
      6,
    );
    expect(body.progress.details[0].duration_seconds).toBe(body.total_duration_seconds);
  });

  it('is not misled by a model that is called like a field', async () => {
    const models = ['"details":[', '"details":[]', '\\"details":[{'];
    const { job_id } = await create(['2025-01-06'], models);
    const { body } = await service.get(`/simulate/status/${job_id}`);
    expect(body.models).toEqual(models);
    expect(body.progress.details.map(({ model }: any) => model)).toEqual(models.toSorted());
  });

  it('shows all of a big job, of one moment, while it changes', async () => {
    const models = Array.from({ length: 1_250 }, (_, index) => `model ${String(index).padStart(4, '0')}`);
    const dates = ['2025-01-06', '2025-01-07', '2025-01-08', '2025-01-09'];
    const { job_id, total_model_days } = await create(dates, models.toReversed());
    expect(total_model_days).toBe(5_000);

    const changes = models.slice(0, 30).map(async (model, index) => {
      await run(job_id, '2025-01-06', model, index % 3 === 0 ? undefined : 'complete');
    });
    const reads = Array.from({ length: 12 }, () => service.get(`/simulate/status/${job_id}`));
    const looks = [...(await Promise.all(reads)), ...(await afterAllOf(changes))];
    const everyModelDay = dates.flatMap((date) => models.map((model) => ({ date, model })));
    for (const { status, body } of looks) {
      expect(status).toBe(200);
      const { details, current, ...counts } = body.progress;
      expect(details.map(({ date, model }: any) => ({ date, model }))).toEqual(everyModelDay);
      const count = (wanted: string): number => details.filter((one: any) => one.status === wanted).length;
      expect(counts).toEqual({
        total_model_days: 5_000,
        completed: count('completed'),
        failed: 0,
        running: count('running'),
        pending: count('pending'),
      });
      expect(body.version).toBe(1 + count('running') + 2 * count('completed'));
      const firstRunning = details.find((one: any) => one.status === 'running');
      expect(current).toEqual(
        firstRunning === undefined ? null : { date: firstRunning.date, model: firstRunning.model },
      );
    }
    expect(looks.at(-1)!.body.version).toBe(1 + 10 + 2 * 20);

    async function afterAllOf(promises: Promise<void>[]) {
      await Promise.all(promises);
      return [await service.get(`/simulate/status/${job_id}`)];
    }
  });

  it('is 404 for an unknown job', async () => {
    for (const jobId of ['550e8400-e29b-41d4-a716-446655440000', 'x', "' OR 1=1 --", '%25']) {
      const answer = await service.get(`/simulate/status/${encodeURIComponent(jobId)}`);
      expectProblem(answer, 404, 'job_not_found');
    }
  });
});

describe('GET /simulate/current', () => {
  it('is 404 when there is no job', async () => {
    const empty = await startTestService(place);
    expectProblem(await empty.get('/simulate/current'), 404, 'no_jobs');
  });

  it('is the newest job, without details', async () => {
    await create(['2025-01-06'], ['m']);
    const { job_id } = await create(['2025-01-06'], ['m']);
    const answer = await service.get('/simulate/current');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(jobShape({ job_id }));
  });

  it('is the newest job also when it has ended, and the one before when that is removed', async () => {
    const older = await create(['2025-01-06'], ['m']);
    const { job_id } = await create(['2025-01-06'], ['m']);
    await run(job_id, '2025-01-06', 'm', 'complete');
    expect((await service.get('/simulate/current')).body).toMatchObject({ job_id, status: 'completed' });
    await service.delete(`/jobs/${job_id}`);
    expect((await service.get('/simulate/current')).body.job_id).toBe(older.job_id);
  });

  it('names the running model-day that the details list first, whatever its characters', async () => {
    // U+FF05 comes before U+1F600 in UTF-8, and after its first half in UTF-16.
    const { job_id } = await create(['2025-01-06'], ['😀', '％']);
    for (const model of ['😀', '％']) await run(job_id, '2025-01-06', model);
    const { body: current } = await service.get('/simulate/current');
    const { body: status } = await service.get(`/simulate/status/${job_id}`);
    const first = { date: '2025-01-06', model: '％' };
    expect(status.progress.details[0]).toMatchObject(first);
    expect(status.progress.current).toEqual(first);
    expect(current.progress.current).toEqual(first);
    const again = await service.post('/simulate/trigger', {
      date_range: ['2025-01-06'],
      models: ['％', '😀'],
    });
    expect(again.body.progress.current).toEqual(first);
  });
});
