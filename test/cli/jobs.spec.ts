// Commands on jobs, as a person types them: with a service, and on a database that no service has.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Shell } from '../../src/cli/shell.js';
import { Targets } from '../../src/cli/targets.js';
import { forgetServiceAddress, tellServiceAddress } from '../../src/database/sqlite/service-address.js';
import { takeServiceLock } from '../../src/database/sqlite/service-lock.js';
import { interruption } from '../../src/runtime/interruption.js';
import { WatchedJob } from '../../src/simulation/cli/job-requests.js';
import { watch } from '../../src/simulation/cli/watch.js';
import { startDaybook } from '../durability/daybook-process.js';
import { freePort } from '../support/free-port.js';
import { finishedJob } from '../support/finished-job.js';
import { startTestService, type TestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { until } from '../support/until.js';
import { beginCommand, ended, runDaybook, startCommand, type Ended } from '../support/command.js';
import { Screen } from './screen.js';

const place = workplace();

type Settings = Record<string, string>;

/** The settings by which a command finds this service. */
function settingsOf(service: TestService): Settings {
  const database = service.databasePath;
  return {
    DATABASE_URL: `sqlite:${database}`,
    CONFIG_DIR: database.replace(/jobs\.db$/, 'configs'),
    PORT: new URL(service.url).port,
  };
}

/** A database as a service left it, and a port where nothing listens. */
async function leftDatabase(): Promise<Settings> {
  const service = await startTestService(place);
  const settings = settingsOf(service);
  await service.service.stop();
  return { ...settings, PORT: await freePort() };
}

async function listenWith(answer: RequestListener): Promise<{ host: string; close: () => void }> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close().closeAllConnections();
    },
  };
}

const json = ({ out }: Ended): any => JSON.parse(out);

describe('with a service', () => {
  let service: TestService;
  let settings: Settings;
  const daybook = (...words: string[]): Promise<Ended> => runDaybook(words, settings);

  beforeAll(async () => {
    service = await startTestService(place);
    settings = settingsOf(service);
  });

  it('a job is triggered, followed, cancelled, tried again and removed', async () => {
    const grid = ['--dates', '2025-01-16,2025-01-17', '--models', 'gpt-5', '--model', 'a, b'];
    const accepted = await daybook('trigger', ...grid, '--json');
    expect(accepted).toMatchObject({ code: 0, err: '' });
    const { job_id: jobId, status, models } = json(accepted);
    expect({ status, models }).toEqual({ status: 'accepted', models: ['gpt-5', 'a, b'] });
    const prefix = jobId.slice(0, 8);

    const [again, refused, refusedAsJson, shown, asJson, listed, failedOnes] = await Promise.all([
      daybook('trigger', ...grid),
      daybook('trigger', '--from', '2025-01-16', '--to', '2025-01-17', '--models', 'x'),
      daybook('trigger', '--dates', '2025-01-18', '--models', 'x', '--json'),
      daybook('status', prefix),
      daybook('status', '--json'),
      daybook('jobs', '--limit', '5'),
      daybook('jobs', '--status', 'failed', '--json'),
    ]);
    expect(again).toMatchObject({
      code: 0,
      out: `This request is there already: job ${jobId} is pending.\n`,
    });
    expect(refused).toEqual({
      code: 1,
      out: '',
      err: `Job ${jobId} is pending; wait for its end or cancel it.\n`,
    });
    expect(refusedAsJson).toMatchObject({ code: 1, err: '' });
    expect(json(refusedAsJson)).toMatchObject({ code: 'job_active', current_job_id: jobId });
    expect(shown.code).toBe(0);
    expect(shown.out).toContain(`Job ${jobId}  pending`);
    expect(shown.out).toMatch(/^gpt-5 {2}· ·$/m);
    expect(shown.out).not.toContain('\u001b');
    expect(json(asJson)).toEqual((await service.get(`/simulate/status/${jobId}`)).body);
    expect(listed.out).toMatch(new RegExp(`^JOB .*\n${jobId} +pending .* 0/4 .*\n$`));
    expect(json(failedOnes)).toEqual({ items: [], next: null });

    const cancelled = await daybook('cancel', prefix, '--reason', 'wrong dates');
    expect(cancelled).toEqual({ code: 0, out: `Job ${jobId} is failed: 4 failed.\n`, err: '' });
    expect(json(await daybook('status', '--json'))).toMatchObject({ error: 'wrong dates' });
    const watched = await daybook('status', '--watch');
    expect(watched.code).toBe(1);
    expect(watched.out).toMatch(/failed: 4\/4 model-days, 4 failed\nThe job: wrong dates\n4 failed:\n/);
    expect(json(await daybook('retry', jobId, '--json'))).toMatchObject({ status: 'pending' });
    expect(await daybook('remove', prefix)).toMatchObject({ code: 1, out: '' });
    await daybook('cancel', prefix);
    expect(await daybook('remove', prefix)).toMatchObject({ code: 0 });
    expect(await daybook('status', prefix)).toEqual({
      code: 1,
      out: '',
      err: `There is no job ${prefix}.\n`,
    });
    expect((await daybook('replay', prefix)).out).toContain('JobRemoved');
  });

  it('a wrong request is told field by field, and a wrong command how it is written', async () => {
    const [fields, ...wrong] = await Promise.all([
      daybook('trigger', '--dates', '2025-01-16,2025-02-30', '--models', 'a,a'),
      daybook('trigger', '--dates', '2025-01-16', '--from', '2025-01-16'),
      daybook('jobs', '--limit', 'many'),
      daybook('status', '--url', 'localhost:3000'),
      daybook('cancel'),
      daybook('jobs', '--database', place.path('nothing.db')),
      daybook('cancel', 'abcd', '--url', `http://127.0.0.1:${await freePort()}`),
    ]);
    expect(fields).toEqual({
      code: 2,
      out: '',
      err: `error: --dates, number 2, must be a calendar date in the form YYYY-MM-DD
error: --models names "a" more than once
(daybook help trigger tells how it is written)
`,
    });
    for (const { code, out, err } of wrong) {
      expect([code, out, err]).toEqual([
        2,
        '',
        expect.stringMatching(/error: |http:\/\/127\.0\.0\.1|no database/),
      ]);
    }
    expect((await daybook('trigger', '--from', '2025-01-16')).err).toContain(
      'error: --to must be there when --from is\n',
    );
    const unknown = await Promise.all(['1234', 'nobody'].map((job) => daybook('cancel', job)));
    for (const { code, err } of unknown)
      expect({ code, err }).toMatchObject({ code: 1, err: expect.stringMatching(/^There is no job /) });
  });

  it('that listens elsewhere than the settings say is found by its database, another one by its address', async () => {
    const elsewhere = { ...settings, PORT: await freePort() };
    const other = await startTestService(place);
    const [found, reading, named] = await Promise.all([
      runDaybook(['cancel', 'abcd'], elsewhere),
      runDaybook(['jobs', '--json'], { ...settings, PORT: new URL(other.url).port }),
      runDaybook(['jobs', '--json', '--url', other.url], elsewhere),
    ]);
    expect(found).toMatchObject({ code: 1, err: 'There is no job abcd.\n' });
    expect(json(reading)).toEqual((await service.get('/jobs?limit=20')).body);
    expect(json(named)).toEqual({ items: [], next: null });
  });
});

describe('a service that holds the lock', () => {
  it('is waited for until it tells where it listens', async () => {
    const service = await startTestService(place);
    const settings = await leftDatabase();
    const path = settings['DATABASE_URL']!.slice('sqlite:'.length);
    const lock = takeServiceLock(path);
    const listing = beginCommand(['jobs', '--json'], settings);
    await until('it waits', () => listing.err !== '');
    tellServiceAddress(path, service.url);
    expect(await listing.ended).toEqual({
      code: 0,
      out: '{"items":[],"next":null}\n',
      err: `The service of ${path} is starting: waiting for it.\n`,
    });
    forgetServiceAddress(path);
    lock.release();
  });

  it('and does not answer is named; an address that nobody holds the lock for means nothing', async () => {
    const settings = await leftDatabase();
    const path = settings['DATABASE_URL']!.slice('sqlite:'.length);
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    tellServiceAddress(path, nowhere);
    const lock = takeServiceLock(path);
    expect(await runDaybook(['jobs'], settings)).toEqual({
      code: 2,
      out: '',
      err: `No service answers at ${nowhere} (ECONNREFUSED).\n`,
    });
    lock.release();
    expect(await runDaybook(['jobs'], settings)).toMatchObject({ code: 0, err: '' });
  });
});

describe('at an address', () => {
  const jobId = '00000000-0000-4000-8000-000000000000';

  it.each([
    ['text/html', '<h1>Welcome</h1>', ['trigger', '--dates', '2025-01-16', '--models', 'a']],
    ['application/json', '{"items":[],"status":"completed"}', ['status', jobId, '--watch']],
    ['application/json', '{"code":"ok","detail":"well"}', ['cancel', jobId]],
    ['application/json', '', ['jobs']],
  ])('something that answers with %s %s is told from a service', async (type, body, words) => {
    const { host, close } = await listenWith((_, response) => {
      response.writeHead(200, { 'content-type': type }).end(body);
    });
    const url = `http://${host}`;
    expect(await runDaybook([...words, '--url', url])).toEqual({
      code: 2,
      out: '',
      err: `What answers at ${url} is no Daybook service.\n`,
    });
    close();
  });

  it('a gateway that sends elsewhere is named: a POST would come there as a GET', async () => {
    const service = await startTestService(place);
    const { host, close } = await listenWith((request, response) => {
      response.writeHead(302, { location: service.url + (request.url ?? '') }).end();
    });
    const cancelled = await runDaybook(['cancel', 'abcd', '--url', `http://${host}`]);
    expect(cancelled).toEqual({
      code: 2,
      out: '',
      err: `http://${host} sends elsewhere, to ${service.url}/jobs?limit=1000: give the address of the service itself.\n`,
    });
    close();
  });

  it('a gateway is given the name and the password of the URL, which are not told', async () => {
    const service = await startTestService(place);
    const { host, close } = await listenWith((request, response) => {
      const isKnown = request.headers.authorization === `Basic ${btoa('ann:p@ss')}`;
      if (!isKnown) {
        response.writeHead(401).end();
        return;
      }
      service.get(request.url ?? '').then(
        ({ status, headers, body }) =>
          response
            .writeHead(status, Object.fromEntries(headers))
            .end(typeof body === 'string' ? body : JSON.stringify(body)),
        () => response.destroy(),
      );
    });
    const [known, unknown] = await Promise.all(
      ['ann:p%40ss', 'ann:wrong'].map((user) =>
        runDaybook(['jobs', '--json', '--url', `http://${user}@${host}`]),
      ),
    );
    expect(known).toMatchObject({ code: 0, out: '{"items":[],"next":null}\n' });
    expect(unknown).toEqual({
      code: 2,
      out: '',
      err: `http://${host} asks for another name and password: --url https://name:password@host\n`,
    });
    close();
  });
});

describe('of a job', () => {
  it('live drawing on a terminal shows each change and ends with the job', async () => {
    const service = await startTestService(place);
    const { body } = await service.post('/simulate/trigger', {
      date_range: ['2025-01-16'],
      models: ['a', 'b'],
    });
    const screen = new Screen(80, 24);
    const shell = new Shell({ out: screen, err: screen, env: {}, interruption });
    const targets = new Targets(shell, () => Promise.reject(new Error('there is a service')));
    const drawn = watch(new WatchedJob(body.job_id, targets, { url: service.url }), false, shell);
    for (const model of ['a', 'b']) {
      const path = service.modelDay(body.job_id, '2025-01-16', model);
      await service.post(`${path}/start`, { worker: 'tester' });
      await service.post(`${path}/${model === 'a' ? 'complete' : 'fail'}`, {
        attempt: 1,
        ...(model === 'b' && { error: 'broken', retryable: false }),
      });
    }
    expect(await drawn).toBe(1);
    expect(screen.lines[0]).toMatch(/^Job \S+ {2}partial {2}\d+s$/);
    expect(screen.lines.slice(2)).toEqual([
      '1 completed, 1 failed',
      '',
      '   2025-01-16',
      'a  ■',
      'b  ✗',
      '· pending  ▶ running  ■ completed  ✗ failed',
      '1 failed:',
      '  2025-01-16 b (attempt 1): broken',
    ]);
  });

  it('a watch goes on with the next service on the database, wherever that listens', async () => {
    const first = await startTestService(place);
    const settings = settingsOf(first);
    const request = { date_range: ['2025-01-16'], models: ['a'] };
    const { job_id: jobId } = (await first.post('/simulate/trigger', request)).body;
    const watching = beginCommand(['status', '--watch'], settings);
    await until('it watches', () => watching.out.includes('pending'));
    await first.service.stop();
    const second = await startTestService(place, settings);
    await second.post(`${second.modelDay(jobId, '2025-01-16', 'a')}/start`, { worker: 'tester' });
    await second.post(`${second.modelDay(jobId, '2025-01-16', 'a')}/complete`, { attempt: 1 });
    const { code, out, err } = await watching.ended;
    expect({ code, err: err.replace(/^The service .* is starting: waiting for it\.\n/, '') }).toEqual({
      code: 0,
      err: '',
    });
    expect(out).toMatch(/completed: 1\/1 model-days, 1 completed\n$/);
  });

  it('a watch ends at Ctrl-C, and a reader who leaves is no error', async () => {
    const service = await startTestService(place);
    const settings = settingsOf(service);
    await service.post('/simulate/trigger', { date_range: ['2025-01-16'], models: ['a'] });
    const watching = startCommand(['status', '--watch', '--json'], settings);
    const end = ended(watching);
    await once(createInterface(watching.stdout), 'line');
    watching.kill('SIGINT');
    expect((await end).code).toBe(130);

    const replaying = startCommand(['status', '--watch'], settings);
    const code = once(replaying, 'exit');
    await once(createInterface(replaying.stdout), 'line');
    replaying.stdout.destroy();
    const { items } = (await service.get('/jobs')).body;
    await service.post(`/jobs/${items[0].job_id}/cancel`);
    expect((await code)[0]).toBe(0);
  });
});

describe('without a service', () => {
  it('no database is made where there is none', async () => {
    const database = place.path('nowhere/jobs.db');
    const settings = { DATABASE_URL: `sqlite:${database}`, PORT: await freePort() };
    const found = await Promise.all(
      [['trigger', '--models', 'a'], ['status']].map((words) => runDaybook(words, settings)),
    );
    for (const { code, err } of found) {
      expect(code).toBe(2);
      expect(err).toMatch(/^There is no database .*, and so no service that has it\..*daybook serve/);
    }
    expect(existsSync(place.path('nowhere'))).toBe(false);
  });

  it('of two triggers at once one is refused by the other, and the job waits for a service that starts meanwhile', async () => {
    const settings = await leftDatabase();
    const triggers = await Promise.all(
      ['a', 'b'].map((model) =>
        runDaybook(['trigger', '--dates', '2025-01-16', '--models', model], settings),
      ),
    );
    const [won, lost] = triggers.toSorted((one, other) => one.code! - other.code!);
    expect(won).toMatchObject({ code: 0, out: expect.stringMatching(/^Job \S+ accepted: 1 model-day /) });
    expect(won!.err).toContain('the job waits until one is started');
    expect(lost).toMatchObject({
      code: 1,
      err: expect.stringContaining('is pending; wait for its end or cancel it'),
    });

    const watching = runDaybook(['status', '--watch'], settings);
    // Each of them meets the start of the service before, while or after it takes the lock.
    const words = ['trigger', '--dates', '2025-01-17', '--models', 'c'];
    const [service, ...meanwhile] = await Promise.all([
      startDaybook({ ...settings, PORT: '0', ON_RESTART: 'fail' }),
      ...[1, 2].map(() => runDaybook([...words, '--database', settings['DATABASE_URL']!.slice(7)], settings)),
    ]);
    for (const { code, err } of meanwhile)
      expect({ code, err }).toEqual({
        code: 1,
        err: expect.stringMatching(
          /^(The service .* is starting: waiting for it\.\n)?Job \S+ is pending; wait/,
        ),
      });
    const { job_id: jobId, models } = (await service.get('/simulate/current')).body;
    const path = service.modelDay(jobId, '2025-01-16', models[0]);
    await service.post(`${path}/start`, { worker: 'tester' });
    await service.post(`${path}/complete`, { attempt: 1 });
    const { code, out } = await watching;
    expect(code).toBe(0);
    expect(out).toMatch(/completed: 1\/1 model-days, 1 completed\n$/);
    expect(await service.end('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
  });

  it('jobs are changed and tables rebuilt all the same, and refusals are kept', async () => {
    const service = await startTestService(place);
    const settings = settingsOf(service);
    const jobId = await finishedJob(service, ['2025-01-16'], ['a']);
    await service.service.stop();
    const daybook = (...words: string[]): Promise<Ended> => runDaybook(words, settings);
    expect(await daybook('retry', jobId.slice(0, 6))).toMatchObject({
      code: 1,
      err: expect.stringContaining('is completed'),
    });
    await service.beside.edit("UPDATE jobs SET error = 'edited'");
    const rebuilt = await daybook('rebuild');
    expect(rebuilt).toEqual({
      code: 0,
      out: 'The tables are built anew from 3 events: 1 difference mended.\n',
      err: '',
    });
    expect(await daybook('remove', jobId.slice(0, 6))).toMatchObject({ code: 0 });
    const refused = await daybook('log', '--refused');
    expect(refused.out).toContain(`POST /jobs/${jobId}/retry`);
    expect((await daybook('verify')).code).toBe(0);
  });
});
