import type { Answer } from '../support/client.js';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { expectProblem, expectWrongFields } from './problems.js';

const place = workplace();
let service: TestService;
let jobIds: string[];

const dates = ['2025-01-06', '2025-01-07', '2025-01-08'];
/** Not in the order in which they are listed, which is that of their bytes. */
const models = ['z', 'a/b c', '😀', '％', 'A', '%2F', 'a&after=x#'];

async function create(body: object): Promise<string> {
  const created = await service.post('/simulate/trigger', { rerun: true, ...body });
  expect(created.status).toBe(202);
  return created.body.job_id;
}

beforeAll(async () => {
  service = await startTestService(place, { MAX_ACTIVE_JOBS: '1000' });
  jobIds = [];
  for (let index = 0; index < 23; index += 1) {
    jobIds.unshift(await create({ date_range: ['2025-01-06'], models: ['m'] }));
  }
  jobIds.unshift(await create({ date_range: dates, models }));
});

/** All pages, each found through the Link header of the one before. */
async function pages(path: string): Promise<Answer[]> {
  const all: Answer[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const page: Answer = await service.get(next);
    expect(page.status).toBe(200);
    expect(Object.keys(page.body)).toEqual(['items', 'next']);
    all.push(page);
    const link = page.headers.get('link');
    next = link === null ? undefined : /^<([^>]+)>; rel="next"$/.exec(link)![1];
    if (next === undefined) expect(page.body.next).toBeNull();
    else expect(new URL(next, service.url).searchParams.get('after')).toBe(page.body.next);
  }
  return all;
}

const itemsOf = (answers: Answer[]): any[] => answers.flatMap(({ body }) => body.items);
const idsOf = (answers: Answer[]): string[] => itemsOf(answers).map(({ job_id }) => job_id);

describe('the list of jobs', () => {
  it.each([1, 5, 8, 12, 23, 24, 25, 1000])('has no gap and no repeat in pages of %i', async (limit) => {
    const all = await pages(`/jobs?limit=${limit}`);
    expect(idsOf(all)).toEqual(jobIds);
    expect(all).toHaveLength(Math.ceil(jobIds.length / limit));
  });

  it('has a hundred in a page when nothing else is asked', async () => {
    const more = await Promise.all(
      Array.from({ length: 80 }, () => create({ date_range: ['2025-01-06'], models: ['m'] })),
    );
    const [first, second] = await pages('/jobs');
    expect(first!.body.items).toHaveLength(100);
    expect(second!.body.items).toHaveLength(4);
    expect(new Set(idsOf([first!, second!]))).toEqual(new Set([...more, ...jobIds]));
    for (const jobId of more) {
      await service.post(`/jobs/${jobId}/cancel`);
      expect((await service.delete(`/jobs/${jobId}`)).status).toBe(204);
    }
  });

  it('is not disturbed by a job that is created between two pages', async () => {
    const { body: first } = await service.get('/jobs?limit=10');
    const late = await create({ date_range: ['2025-01-06'], models: ['late'] });
    const rest = await pages(`/jobs?limit=10&after=${first.next}`);
    expect([...first.items.map((job: any) => job.job_id), ...idsOf(rest)]).toEqual(jobIds);
    await service.post(`/jobs/${late}/cancel`);
    await service.delete(`/jobs/${late}`);
  });

  it('keeps its filters from page to page', async () => {
    const cancelled = jobIds.filter((_, index) => index % 5 === 2);
    for (const jobId of cancelled) await service.post(`/jobs/${jobId}/cancel`);
    const all = await pages('/jobs?status=failed&limit=2&created_to=2999-12-31T23:59:59Z');
    expect(idsOf(all)).toEqual(cancelled);
    expect(all.length).toBeGreaterThan(2);
  });
});

describe('the list of model-days', () => {
  const bytes = (text: string): string => Buffer.from(text).toString('hex');
  const inOrder = dates.flatMap((date) =>
    models.toSorted((one, other) => (bytes(one) < bytes(other) ? -1 : 1)).map((model) => ({ date, model })),
  );

  it.each([1, 4, 7, 20, 21, 22])('is by date, then model, in pages of %i', async (limit) => {
    const all = await pages(`/jobs/${jobIds[0]}/model-days?limit=${limit}`);
    expect(itemsOf(all).map(({ date, model }) => ({ date, model }))).toEqual(inOrder);
    expect(all).toHaveLength(Math.ceil(21 / limit));
  });

  it('keeps its filters from page to page', async () => {
    for (const model of models) {
      const all = await pages(
        `/jobs/${jobIds[0]}/model-days?status=pending&limit=2&model=${encodeURIComponent(model)}`,
      );
      expect(itemsOf(all)).toMatchObject(dates.map((date) => ({ date, model })));
      expect(all).toHaveLength(2);
    }
    const ofOneDate = await pages(`/jobs/${jobIds[0]}/model-days?date=2025-01-07&limit=3`);
    expect(itemsOf(ofOneDate).map(({ model }) => model)).toEqual(
      inOrder.slice(0, models.length).map(({ model }) => model),
    );
  });

  it('is of a job that is there', async () => {
    expectProblem(await service.get('/jobs/x/model-days'), 404, 'job_not_found');
    expectProblem(await service.get('/jobs/x/model-days?status=failed&limit=1'), 404, 'job_not_found');
  });
});

describe('the parameters of a list', () => {
  const lists = (): string[] => ['/jobs', `/jobs/${jobIds[0]}/model-days`];

  it.each(['0', '-1', '1001', '1.5', 'ten', '', '1e30', 'NaN', '1&limit=2'])(
    'refuse the limit %j',
    async (limit) => {
      for (const list of lists()) expectWrongFields(await service.get(`${list}?limit=${limit}`), '/limit');
    },
  );

  const cursor = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  it.each([
    ['nothing', ''],
    ['a letter', 'x'],
    ['a NUL', '%00'],
    ['no list', cursor(null)],
    ['an empty list', cursor([])],
    ['a list of other length', cursor([1, 2, 3])],
    ['an object', cursor({ after: 1 })],
    ['a list with an object', cursor(['2025-01-06', { $ne: 1 }])],
    ['no JSON', '['.repeat(4_000)],
    ['5,000 characters', 'x'.repeat(5_000)],
  ])('refuse a cursor that was never given: %s', async (_, after) => {
    for (const list of lists()) expectWrongFields(await service.get(`${list}?after=${after}`), '/after');
  });

  it('refuse the cursor of another list', async () => {
    const { body: jobs } = await service.get('/jobs?limit=1');
    const { body: modelDays } = await service.get(`/jobs/${jobIds[0]}/model-days?limit=1`);
    const [jobList, modelDayList] = lists();
    expectWrongFields(await service.get(`${jobList}?after=${modelDays.next}`), '/after');
    expectWrongFields(await service.get(`${modelDayList}?after=${jobs.next}`), '/after');
  });

  it('are all reported at once', async () => {
    expectWrongFields(
      await service.get(
        '/jobs?status=done&created_from=2025-02-30T00:00:00Z&created_to=now&limit=0&after=x&x=1',
      ),
      '/status',
      '/created_from',
      '/created_to',
      '/limit',
      '/after',
      '/x',
    );
    expectWrongFields(
      await service.get(`/jobs/${jobIds[0]}/model-days?status=partial&date=2025-1-6&model=&job_id=x`),
      '/status',
      '/date',
      '/model',
      '/job_id',
    );
  });
});
