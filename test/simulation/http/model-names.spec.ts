// A model may be called anything: its name works in every place where a name can stand.
import { CommandBus } from '@nestjs/cqrs';
import { CreateJob } from '../../../src/simulation/commands/create-job.js';
import { expectProblem, expectWrongFields, storedEvents } from '../../http/problems.js';
import { exchange, requestText } from '../../http/raw.js';
import type { Answer } from '../../support/client.js';
import { startTestService, type TestService } from '../../support/service.js';
import { workplace } from '../../support/workplace.js';

const place = workplace();
let service: TestService;

beforeAll(async () => {
  service = await startTestService(place, { MAX_ACTIVE_JOBS: '1000', MAX_ATTEMPTS: '1' });
});

/** A name of 200 characters that has some of everything. */
const long = `a/b c\\d%20%2F%/../%zz?x=1&y#z;"'<>{}[]|^~\`+@:,=()*! ü漢字‮👨‍👩‍👧‍👦é `.padEnd(200, '/.. %😀');
const longest = Array.from(long).slice(0, 200).join('');

const names: [what: string, name: string][] = [
  ['of 200 characters with everything in it', longest],
  ['of 200 emojis', '😀'.repeat(200)],
  ['of 200 percent signs', '%'.repeat(200)],
  ['with a slash', 'anthropic/claude-sonnet-4.5'],
  ['that looks encoded', '%2F%2e%2E%00%zz'],
  ['that climbs', '../../etc/passwd'],
  ['that climbs as Windows does', '..\\..\\x'],
  ['of spaces', '   '],
  ['of one slash', '/'],
  ['of a dot and a slash', './'],
  ['of three dots', '...'],
  ['of an encoded dot', '%2e'],
  ['like a field', '__proto__'],
  ['like another field', 'constructor'],
  ['like a route', 'start'],
  ['like SQL', "'; DROP TABLE jobs; --"],
  ['with wildcards', '%_*?'],
  ['with a letter of two code points', 'e\u0301'],
];

const call = async (answer: Promise<Answer>): Promise<any> => {
  const { status, body } = await answer;
  expect([200, 202]).toContain(status);
  return body;
};

it.each(names)('a model may have a name %s', async (_, model) => {
  const other = `${Array.from(model).slice(0, 199).join('')}x`;
  const created = await call(
    service.post('/simulate/trigger', { date_range: ['2025-01-06', '2025-01-07'], models: [model, other] }),
  );
  expect(created.models).toEqual([model, other]);
  const jobId: string = created.job_id;
  const path = service.modelDay(jobId, '2025-01-06', model);

  expect(await call(service.post(`${path}/start`, { worker: model }))).toMatchObject({ attempt: 1 });
  expect((await call(service.post(`${path}/heartbeat`, { attempt: 1 }))).cancelled).toBe(false);
  expect((await call(service.get(`/jobs/${jobId}`))).progress.current).toEqual({ date: '2025-01-06', model });
  expect(await call(service.get(path))).toMatchObject({ model, status: 'running', worker: model });
  expect(await call(service.post(`${path}/complete`, { attempt: 1, result: model }))).toMatchObject({
    model,
    status: 'completed',
    result: model,
  });
  const failing = service.modelDay(jobId, '2025-01-06', other);
  await call(service.post(`${failing}/start`, { worker: 'me' }));
  expect((await call(service.post(`${failing}/fail`, { attempt: 1, error: model }))).error).toBe(model);

  const filter = `model=${encodeURIComponent(model)}`;
  const page = await service.get(`/jobs/${jobId}/model-days?${filter}&limit=1`);
  expect(page.body.items).toMatchObject([{ date: '2025-01-06', model, result: model }]);
  const next = /<(.*)>/.exec(page.headers.get('link')!)![1]!;
  expect((await call(service.get(next))).items).toMatchObject([{ date: '2025-01-07', model, result: null }]);

  const status = await call(service.get(`/simulate/status/${jobId}`));
  expect(status.models).toEqual([model, other]);
  expect(new Set(status.progress.details.map((one: any) => one.model))).toEqual(new Set([model, other]));
  const events = await storedEvents(service, jobId);
  expect(events.map(({ data }) => data.model)).toEqual([undefined, model, model, other, other]);
});

it.each(['.', '..'])(
  'a job of before keeps its model %j, for clients that leave a path as it is',
  async (model) => {
    const wanted = {
      configPath: 'configs/default_config.json',
      configSha256: 'x',
      dates: ['2025-01-06'],
      models: [model],
      rerun: true,
    };
    const caller = { actor: 'anonymous', correlation_id: 'before' };
    const { job } = await service.service.app.get(CommandBus).execute(new CreateJob(wanted, caller));
    const path = `/jobs/${job.jobId}/model-days/2025-01-06/${model}`;
    const listed = await call(service.get(`/jobs/${job.jobId}/model-days?model=${model}`));
    expect(listed.items).toMatchObject([{ model }]);
    const answer = await exchange(service.url, requestText('GET', path));
    expect(answer).toMatchObject({ status: 200, body: { model, status: 'pending' } });
    const body = '{"worker": "me"}';
    const headers = { 'Content-Type': 'application/json', 'Content-Length': String(body.length) };
    const started = await exchange(service.url, requestText('POST', `${path}/start`, headers, body));
    expect(started).toMatchObject({ status: 200, body: { attempt: 1 } });
  },
);

it.each([
  ['of no character', ''],
  ['of 201 characters', 'x'.repeat(201)],
  ['of 10,000 characters', 'x'.repeat(10_000)],
  ['of 201 emojis', '😀'.repeat(201)],
  ['with a line break', 'a\nb'],
  ['with a NUL', 'a\u0000b'],
  ['with a DEL', 'a\u007f'],
  ['with a C1 control character', 'a\u0085'],
  ['with half of a surrogate pair', 'a\ud83d'],
  ['of a dot', '.'],
  ['of two dots', '..'],
])('no model has a name %s', async (_, model) => {
  const request = { date_range: ['2025-01-06'], models: ['good', model] };
  expectWrongFields(await service.post('/simulate/trigger', request), '/models/1');
});

it('is told which names go', async () => {
  const { body } = await service.post('/simulate/trigger', { date_range: ['2025-01-06'], models: ['..'] });
  expect(body.errors[0].detail).toMatch(/any other text of 1 to 200 characters without control characters/);
});

it.each([[longest], ['...'], ['%2e'], ['a/..'], ['\\..\\']])(
  'a URL library leaves the name %j as it is',
  (model) => {
    const path = service.modelDay('job', '2025-01-06', model);
    expect(new URL(path, service.url).pathname).toBe(path);
  },
);

it('a name that no model can have is no model of a job', async () => {
  const { body: job } = await service.post('/simulate/trigger', {
    date_range: ['2025-01-06'],
    models: ['m'],
  });
  for (const model of ['a\nb', '\u0000', 'x'.repeat(2_000)]) {
    expectProblem(
      await service.get(service.modelDay(job.job_id, '2025-01-06', model)),
      404,
      'model_day_not_found',
    );
  }
});
