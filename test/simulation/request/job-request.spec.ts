// What a config fills in, what it forbids, and what of it is kept.
import { createHash } from 'node:crypto';
import { expectWrongFields, storedEvents } from '../../http/problems.js';
import type { Answer } from '../../support/client.js';
import { startTestService, type TestService } from '../../support/service.js';
import { workplace } from '../../support/workplace.js';

const place = workplace();
let service: TestService;

const config = JSON.stringify({
  models: [
    { signature: 'gpt-5', openai_api_key: 'sk-very-secret' },
    { signature: 'claude-3.7-sonnet', enabled: true },
    { signature: 'resting', enabled: false },
  ],
  date_range: { init_date: '2025-01-03', end_date: '2025-01-07' },
  tools: { password: 'hunter2' },
});

beforeAll(async () => {
  service = await startTestService(place, {
    CONFIG_DIR: place.path('settings'),
    MAX_ACTIVE_JOBS: '1000',
    MAX_MODEL_DAYS: '20',
  });
  place.write('settings/default_config.json', config);
  place.write('settings/open.json', '{}');
  place.write('settings/none.json', '{"models": []}');
  place.write('settings/asleep.json', '{"models": [{"signature": "resting", "enabled": false}]}');
  place.write('settings/twice.json', '{"models": [{"signature": "a"}, {"signature": "a"}]}');
  place.write(
    'settings/weekend.json',
    '{"date_range": {"init_date": "2025-01-04", "end_date": "2025-01-05"}}',
  );
  place.write('settings/back.json', '{"date_range": {"init_date": "2025-01-07", "end_date": "2025-01-06"}}');
  place.write('settings/long.json', '{"date_range": {"init_date": "2025-01-01", "end_date": "2025-12-31"}}');
});

const trigger = (body?: object): Promise<Answer> => service.post('/simulate/trigger', body);
const one = { date_range: ['2025-01-06'], models: ['m'] };

it('takes models and dates from the default config when the request names none', async () => {
  const answer = await trigger();
  expect(answer).toMatchObject({
    status: 202,
    body: {
      models: ['gpt-5', 'claude-3.7-sonnet'],
      date_range: ['2025-01-03', '2025-01-06', '2025-01-07'],
      total_model_days: 6,
    },
  });
  const { body } = await service.get(`/jobs/${answer.body.job_id}`);
  expect(body.config_path).toBe('settings/default_config.json');
});

it('takes from the config only what the request leaves open', async () => {
  expect((await trigger({ models: ['gpt-5'] })).body).toMatchObject({
    models: ['gpt-5'],
    date_range: ['2025-01-03', '2025-01-06', '2025-01-07'],
  });
  expect((await trigger({ date_range: ['2025-02-01'] })).body).toMatchObject({
    models: ['gpt-5', 'claude-3.7-sonnet'],
    date_range: ['2025-02-01'],
  });
});

it('runs a listed model that is not enabled when the request names it', async () => {
  expect((await trigger({ models: ['resting'] })).body.models).toEqual(['resting']);
});

it('refuses a model that the config does not list, and names it', async () => {
  const answer = await trigger({ models: ['gpt-5', 'unknown', 'GPT-5'] });
  expectWrongFields(answer, '/models');
  const [{ detail }] = answer.body.errors;
  expect(detail).toContain('"unknown", "GPT-5"');
  expect(detail).toContain('settings/default_config.json');
  expect(detail).toContain('"claude-3.7-sonnet"');
});

it('takes any model when the config lists none', async () => {
  for (const config_path of ['open.json', 'settings/none.json']) {
    expect((await trigger({ ...one, config_path })).status).toBe(202);
  }
});

it('refuses what neither the request nor the config names, all at once', async () => {
  expectWrongFields(await trigger({ config_path: 'open.json' }), '/models', '/date_range');
  expectWrongFields(await trigger({ config_path: 'asleep.json', date_range: ['2025-01-06'] }), '/models');
  expectWrongFields(await trigger({ config_path: 'asleep.json', models: ['m'] }), '/models', '/date_range');
});

it('refuses a config whose models or dates make no grid', async () => {
  expectWrongFields(await trigger({ config_path: 'twice.json', date_range: ['2025-01-06'] }), '/models');
  for (const config_path of ['weekend.json', 'back.json', 'long.json']) {
    expectWrongFields(await trigger({ config_path, models: ['m'] }), '/config_path');
  }
});

it('refuses a grid over the limit, whoever names its sides', async () => {
  const dates = ['2025-01-01', '2025-01-02', '2025-01-03'];
  const models = Array.from({ length: 7 }, (_, index) => `m${index}`);
  const answer = await trigger({ config_path: 'open.json', date_range: dates, models });
  expectWrongFields(answer, '');
  expect(answer.body.errors[0].detail).toMatch(/21.*20/);
  const fits = await trigger({ config_path: 'open.json', date_range: dates, models: models.slice(1) });
  expect(fits.body.total_model_days).toBe(18);
  const range = { start_date: '2025-01-01', end_date: '2025-01-29', models: ['m'] };
  expectWrongFields(await trigger({ config_path: 'open.json', ...range }), '/end_date');
});

it("keeps the config's SHA-256 in the first event, and nothing of what is in it", async () => {
  const { body } = await trigger({ models: ['claude-3.7-sonnet'] });
  const path = service.modelDay(body.job_id, '2025-01-03', 'claude-3.7-sonnet');
  await service.post(`${path}/start`, { worker: 'me' });
  await service.post(`${path}/complete`, { attempt: 1 });
  await service.post(`/jobs/${body.job_id}/cancel`);
  await service.post(`/jobs/${body.job_id}/retry`);
  const events = await storedEvents(service, body.job_id);
  expect(events).toHaveLength(5);
  expect(events[0]).toMatchObject({
    type: 'JobCreated',
    data: {
      config_path: 'settings/default_config.json',
      config_sha256: createHash('sha256').update(config).digest('hex'),
    },
  });
  const log = JSON.stringify(events);
  for (const content of ['sk-very-secret', 'hunter2', 'openai_api_key', 'tools', 'gpt-5', place.path()]) {
    expect(log).not.toContain(content);
  }
});

it('takes the config as it is now, and not as it was', async () => {
  place.write('settings/changing.json', '{}');
  const request = { ...one, config_path: 'changing.json', rerun: true };
  const { body: first } = await trigger(request);
  place.write('settings/changing.json', '{ }');
  const { body: second } = await trigger(request);
  const [before] = await storedEvents(service, first.job_id);
  const [after] = await storedEvents(service, second.job_id);
  expect(after!.data.config_sha256).not.toBe(before!.data.config_sha256);
});

describe('where nobody wrote a default config', () => {
  let bare: TestService;

  beforeAll(async () => {
    bare = await startTestService(place, { CONFIG_DIR: place.path('nowhere') });
  });

  it('a request that names its models and dates needs none', async () => {
    const { status, body } = await bare.post('/simulate/trigger', one);
    expect(status).toBe(202);
    expect((await bare.get(`/jobs/${body.job_id}`)).body.config_path).toBe('nowhere/default_config.json');
    const [created] = await storedEvents(bare, body.job_id);
    const sha256 = createHash('sha256').update('{}').digest('hex');
    expect(created).toMatchObject({ data: { config_sha256: sha256 } });
  });

  it('another one is told where its models and dates could have come from', async () => {
    const answer = await bare.post('/simulate/trigger', {});
    expectWrongFields(answer, '/models', '/date_range');
    for (const { detail } of answer.body.errors)
      expect(detail).toContain('there is no nowhere/default_config.json to take them from');
  });

  it('one that names a config means that one', async () => {
    expectWrongFields(
      await bare.post('/simulate/trigger', { ...one, config_path: 'default_config.json' }),
      '/config_path',
    );
  });
});
