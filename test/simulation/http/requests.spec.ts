import { expectNothingWritten, expectProblem, expectWrongFields } from '../../http/problems.js';
import { startTestService, type TestService } from '../../support/service.js';
import { workplace } from '../../support/workplace.js';

const place = workplace();
let service: TestService;
/** The path of a model-day whose first attempt runs. */
let path: string;

beforeAll(async () => {
  service = await startTestService(place, { MAX_ACTIVE_JOBS: '1000', MAX_MODEL_DAYS: '100' });
  const { body } = await service.post('/simulate/trigger', { date_range: ['2025-01-06'], models: ['m'] });
  path = service.modelDay(body.job_id, '2025-01-06', 'm');
  await service.post(`${path}/start`, { worker: 'me' });
});

expectNothingWritten(() => service);

const good = { date_range: ['2025-01-06'], models: ['gpt-5'] };
const trigger = (body: object) => service.post('/simulate/trigger', body);
const detailsOf = ({ body }: { body: any }): string => body.errors.map((one: any) => one.detail).join('\n');

describe('a trigger', () => {
  it('needs dates and models from somewhere', async () => {
    expectWrongFields(await trigger({}), '/date_range', '/models');
    expectWrongFields(await trigger({ models: ['gpt-5'] }), '/date_range');
    expectWrongFields(await trigger({ date_range: ['2025-01-06'] }), '/models');
  });

  it.each([
    '2025-02-30',
    '2025-02-29',
    '2025-1-6',
    '2025-13-01',
    '2025-00-10',
    '2025-01-32',
    '20250106',
    '2025-01-06T00:00:00Z',
    ' 2025-01-06',
    '2025-01-06\n',
    '٢٠٢٥-٠١-٠٦',
    '+12025-01-06',
    'today',
    '',
  ])('takes no date like %j', async (date) => {
    expectWrongFields(await trigger({ ...good, date_range: ['2025-01-06', date] }), '/date_range/1');
    expectWrongFields(
      await trigger({ models: ['m'], start_date: date, end_date: date }),
      '/start_date',
      '/end_date',
    );
  });

  it.each([
    ['date_range', '2025-01-06', '/date_range'],
    ['date_range', { 0: '2025-01-06' }, '/date_range'],
    ['date_range', null, '/date_range'],
    ['date_range', [20250106], '/date_range/0'],
    ['date_range', [null], '/date_range/0'],
    ['models', 'gpt-5', '/models'],
    ['models', null, '/models'],
    ['models', ['a', ['b']], '/models/1'],
    ['models', [{ signature: 'a' }], '/models/0'],
    ['rerun', 'true', '/rerun'],
    ['rerun', 1, '/rerun'],
    ['rerun', null, '/rerun'],
    ['config_path', 7, '/config_path'],
    ['config_path', null, '/config_path'],
    ['config_path', '', '/config_path'],
    ['config_path', 'x'.repeat(1_025), '/config_path'],
    ['config_path', '\ud800', '/config_path'],
  ])('takes no %s of %j', async (field, value, pointer) => {
    expectWrongFields(await trigger({ ...good, [field]: value }), pointer);
  });

  it('takes no start without an end, and no end without a start', async () => {
    expectWrongFields(await trigger({ models: ['m'], start_date: '2025-01-06' }), '/end_date');
    expectWrongFields(await trigger({ models: ['m'], end_date: '2025-01-06' }), '/start_date');
  });

  it('takes no list together with a range', async () => {
    const range = { start_date: '2025-01-06', end_date: '2025-01-07' };
    expectWrongFields(await trigger({ ...good, ...range }), '/start_date', '/end_date');
    expectWrongFields(await trigger({ ...good, end_date: '2025-01-07' }), '/start_date', '/end_date');
  });

  it('takes no range that ends before it starts', async () => {
    const range = { start_date: '2025-01-07', end_date: '2025-01-06' };
    expectWrongFields(await trigger({ models: ['m'], ...range }), '/end_date');
  });

  it('takes no range of a weekend only', async () => {
    for (const [start_date, end_date] of [
      ['2025-01-04', '2025-01-05'],
      ['2025-01-05', '2025-01-05'],
    ]) {
      expectWrongFields(await trigger({ models: ['m'], start_date, end_date }), '/end_date');
    }
  });

  it('takes no empty list', async () => {
    expectWrongFields(await trigger({ date_range: [], models: [] }), '/date_range', '/models');
  });

  it('takes no list that is longer than any grid, and looks at none of its values', async () => {
    const wrong = Array<number>(101).fill(7);
    const answer = await trigger({ ...good, date_range: wrong, rerun: 'no' });
    expectWrongFields(answer, '/date_range');
    expect(answer.body.errors).toHaveLength(1);
    expect(detailsOf(answer)).toBe('names 101 values; one job may have 100 model-days');
    expectWrongFields(await trigger({ date_range: wrong, models: wrong }), '/date_range', '/models');
    const million = `{"models": [${'7,'.repeat(1_000_000)}7]}`;
    expectWrongFields(await service.post('/simulate/trigger', million), '/models');
  });

  it('is told of a hundred wrong values when a list that is not too long has no more', async () => {
    const answer = await trigger({ ...good, date_range: Array<number>(100).fill(7) });
    expect(answer.body.errors).toHaveLength(100);
    expect(answer.body.errors.at(-1).pointer).toBe('/date_range/99');
  });

  it('takes nothing twice, and says what is there twice', async () => {
    const answer = await trigger({
      date_range: ['2025-01-06', '2025-01-07', '2025-01-06'],
      models: ['a', 'b', 'a', 'b', 'a', 'c'],
    });
    expectWrongFields(answer, '/date_range', '/models');
    expect(answer.body.errors).toHaveLength(3);
    expect(detailsOf(answer)).toMatch(/"2025-01-06"/);
    expect(detailsOf(answer)).not.toMatch(/"2025-01-07"|"c"/);
  });

  it('is told of all its wrong fields at once, and of the rules between them as well', async () => {
    const answer = await trigger({
      config_path: '../secrets.json',
      date_range: ['2025-02-30', '2025-01-06', '2025-01-06', 7],
      start_date: '2025-01-07',
      models: ['a', 'a', ''],
      rerun: 'yes',
      dry_run: true,
      'a/b': 1,
    });
    expectWrongFields(
      answer,
      '/config_path',
      '/date_range/0',
      '/date_range/3',
      '/date_range',
      '/start_date',
      '/end_date',
      '/models',
      '/models/2',
      '/rerun',
      '/dry_run',
      '/a~1b',
    );
  });

  it('takes no more model-days than one job may have', async () => {
    const models = Array.from({ length: 51 }, (_, index) => `m${index}`);
    const answer = await trigger({ date_range: ['2025-01-06', '2025-01-07'], models });
    expectWrongFields(answer, '');
    expect(detailsOf(answer)).toMatch(/102.*100/);
    const range = { start_date: '0001-01-01', end_date: '9999-12-31', models: ['m'] };
    expectWrongFields(await trigger(range), '/end_date');
  });
});

describe('a path of a config', () => {
  it.each([
    '../secrets.json',
    'configs/../../secrets.json',
    'sub/../../secrets.json',
    '..',
    '/etc/passwd',
    '//etc/passwd',
    'configs//../..//secrets.json',
    'default_config.json\u0000.txt',
    '\u0000',
  ])('leads nowhere out of the folder: %j', async (config_path) => {
    expectWrongFields(await trigger({ ...good, config_path }), '/config_path');
  });

  it.each([
    '%2e%2e%2fsecrets.json',
    '..%2f..%2fetc%2fpasswd',
    '..\\secrets.json',
    '~/secrets.json',
    'missing.json',
  ])('is the name of a file and nothing else: %s', async (config_path) => {
    const answer = await trigger({ ...good, config_path });
    expectWrongFields(answer, '/config_path');
    expect(detailsOf(answer)).toContain(config_path);
    expect(detailsOf(answer)).not.toContain(place.path());
  });
});

describe('a reason', () => {
  it.each(['cancel', 'retry'])('of a %s is text', async (verb) => {
    for (const reason of [7, null, '', 'x'.repeat(1_001), ['why'], 'half \udc00']) {
      expectWrongFields(await service.post(`/jobs/x/${verb}`, { reason }), '/reason');
    }
    expectWrongFields(await service.post(`/jobs/x/${verb}`, { reason: 7, force: true }), '/reason', '/force');
    expectProblem(await service.post(`/jobs/x/${verb}`, { reason: 'x'.repeat(1_000) }), 404, 'job_not_found');
  });
});

describe('a worker', () => {
  it.each([undefined, null, 7, '', 'x'.repeat(201), 'a\nb', '\u0000', '\ud800', ['me']])(
    'is a name, and not %j',
    async (worker) => {
      expectWrongFields(await service.post(`${path}/start`, { worker }), '/worker');
    },
  );

  it('is not called like the one inside the service', async () => {
    expectWrongFields(await service.post(`${path}/start`, { worker: 'daybook' }), '/worker');
  });
});

describe('a report', () => {
  const whole = { complete: {}, fail: { error: 'no' }, heartbeat: {} };

  describe.each(Object.entries(whole))('of %s', (verb, rest) => {
    it.each(['0', '-1', '1.5', '1e30', '1e400', '-1e400', '9007199254740993', '"1"', 'null', 'true', '[1]'])(
      'has no attempt %s',
      async (attempt) => {
        const body = JSON.stringify({ ...rest, attempt: 1 }).replace('"attempt":1', `"attempt":${attempt}`);
        expectWrongFields(await service.post(`${path}/${verb}`, body), '/attempt');
      },
    );

    it('has an attempt and no unknown field', async () => {
      expectWrongFields(
        await service.post(`${path}/${verb}`, { ...rest, worker: 'me' }),
        '/attempt',
        '/worker',
      );
    });
  });

  it('of a failure has an error that can be kept', async () => {
    for (const error of [undefined, null, '', 7, {}, 'x'.repeat(10_001), 'half of a pair \ud83d']) {
      expectWrongFields(await service.post(`${path}/fail`, { attempt: 1, error }), '/error');
    }
    const answer = await service.post(`${path}/fail`, { attempt: 0, error: '', retryable: 'no' });
    expectWrongFields(answer, '/attempt', '/error', '/retryable');
  });

  it('of progress has a percentage', async () => {
    for (const percent of ['-1', '101', '1e400', '"50"', 'null']) {
      const body = `{"attempt": 1, "progress": {"percent": ${percent}}}`;
      expectWrongFields(await service.post(`${path}/heartbeat`, body), '/progress/percent');
    }
    const progress = { message: 'half \udc00', steps: 3 };
    expectWrongFields(
      await service.post(`${path}/heartbeat`, { attempt: 1, progress }),
      '/progress/percent',
      '/progress/message',
      '/progress/steps',
    );
    expectWrongFields(await service.post(`${path}/heartbeat`, { attempt: 1, progress: 50 }), '/progress');
  });
});

describe('a result', () => {
  const complete = (result: string) =>
    service.post(`${path}/complete`, `{"attempt": 1, "result": ${result}}`);

  it('is no larger than allowed, in bytes', async () => {
    const limit = 262_144;
    for (const result of ['x'.repeat(limit), 'ü'.repeat(limit / 2), '\\n'.repeat(limit / 2)]) {
      const answer = await complete(`"${result}"`);
      expectWrongFields(answer, '/result');
      expect(detailsOf(answer)).toContain(String(limit));
    }
  });

  it.each([
    ['1e400', ''],
    ['[-1e999]', '/0'],
    ['{"a": {"b": [0, 1e309]}}', '/a/b/1'],
    ['[[], {"x": 1, "a/b": 9007199254740993}]', '/1/a~1b'],
    ['1e-400', ''],
  ])('has no number that would be kept as another one: %s', async (result, pointer) => {
    expectWrongFields(await complete(result), `/result${pointer}`);
  });

  it('is not nested deeper than can be kept', async () => {
    for (const levels of [501, 5_000, 100_000]) {
      expectWrongFields(await complete('['.repeat(levels) + ']'.repeat(levels)), '/result');
      expectWrongFields(await complete('{"a":'.repeat(levels) + '1' + '}'.repeat(levels)), '/result');
    }
  });
});
