// While a service starts and builds its tables anew: it says so, commands wait for it, and it can be told to stop.
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import BetterSqlite3 from 'better-sqlite3';
import { readSettings } from '../../src/config.js';
import { systemRuntime, type Runtime } from '../../src/runtime/runtime.js';
import type { Service, startService } from '../../src/service.js';
import { client } from '../support/client.js';
import { beginCommand, startCommand } from '../support/command.js';
import { freePort } from '../support/free-port.js';
import { keptLog } from '../support/kept-log.js';
import { startTestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { until } from '../support/until.js';
import { settingsIn, startDaybook } from './daybook-process.js';

const place = workplace();

/** All that it has written so far, as it comes. */
function following(stream: Readable): () => string {
  let said = '';
  stream.on('data', (chunk) => (said += String(chunk)));
  return () => said;
}

let count = 0;

/** A database of one job, whose tables an older version of the rules made. */
async function outdated(): Promise<{
  settings: ReturnType<typeof settingsIn> & { PORT: string };
  jobId: string;
}> {
  count += 1;
  const settings = { ...settingsIn(place, `outdated-${count}`), PORT: await freePort() };
  const service = await startTestService(place, settings);
  const trigger = { date_range: ['2025-01-16'], models: ['a', 'b'] };
  const jobId = (await service.post('/simulate/trigger', trigger)).body.job_id;
  await service.service.stop();
  const database = new BetterSqlite3(settings.databasePath);
  database.exec('UPDATE projections SET version = 0');
  database.close();
  return { settings, jobId };
}

const held = new Set<BetterSqlite3.Database>();
const services: Promise<Service>[] = [];

/** While it is held, a service on this database cannot write, and so does not come to the end of its start. */
function hold(path: string): void {
  held.add(new BetterSqlite3(path).exec('BEGIN IMMEDIATE'));
}

function letGo(): void {
  for (const holder of held) holder.close();
  held.clear();
}

// Also after a test that failed: nothing may go on waiting.
afterEach(async () => {
  letGo();
  for (const service of await Promise.allSettled(services.splice(0)))
    if (service.status === 'fulfilled') await service.value.stop();
});

/** As it was built: a rebuild is a thread with a program of its own. */
const built = (await import(join(import.meta.dirname, '../../dist/service.js'))) as {
  startService: typeof startService;
};

/** Its clock stands still, so it waits for a lock for as long as the test needs. */
const patient = Object.create(systemRuntime, { nowMs: { value: () => Date.parse('2025-01-20') } }) as Runtime;

const building = (port: string): Promise<unknown> =>
  until('the service builds its tables', () =>
    client(`http://127.0.0.1:${port}`)
      .get('/health/ready')
      .then(({ body }) => /^The read tables are built anew from the log/.test(body.detail))
      .catch(() => false),
  );

it('tells how far it is, is no error in its log, and is waited for by commands', async () => {
  const { settings, jobId } = await outdated();
  const url = `http://127.0.0.1:${settings.PORT}`;
  hold(settings.databasePath);
  const kept = keptLog('info');
  services.push(built.startService(readSettings(settings), patient, { log: kept.log }));
  await building(settings.PORT);

  const api = client(url);
  expect(await api.get('/jobs')).toMatchObject({ status: 503, body: { code: 'starting' } });
  const commands = [['cancel', jobId], ['status', jobId, '--url', url], ['jobs']].map((words) =>
    beginCommand(words, settings),
  );
  await until('all commands wait', () => commands.every(({ err }) => err !== ''));
  letGo();
  for (const { ended } of commands)
    expect(await ended).toEqual({
      code: 0,
      out: expect.stringContaining(jobId),
      err: `The service at ${url} is starting: waiting for it.\n`,
    });
  expect((await api.get(`/jobs/${jobId}`)).body.status).toBe('failed');
  expect(kept.lines().filter(({ level }) => level > 40)).toEqual([]);
});

it('ends when it is told to stop, and the next start builds the tables', async () => {
  const { settings, jobId } = await outdated();
  hold(settings.databasePath);
  const service = startCommand(['serve'], settings);
  const [logged, complained] = [service.stdout, service.stderr].map(following);
  await building(settings.PORT);
  service.kill('SIGTERM');
  await until('the signal is heard', () => logged!().includes('told to stop'));
  letGo();
  expect(await once(service, 'close')).toEqual([0, null]);
  expect(complained!()).toBe('');
  expect(logged!()).not.toContain('Daybook listens');

  const database = new BetterSqlite3(settings.databasePath, { readonly: true });
  expect(database.prepare('SELECT status FROM rebuilds').pluck().all()).toEqual(['cancelled']);
  expect(database.prepare('SELECT version FROM projections').pluck().all()).toEqual([0]);
  expect(database.prepare("SELECT name FROM sqlite_master WHERE tbl_name GLOB '*_rebuild'").all()).toEqual(
    [],
  );
  database.close();

  const next = await startDaybook(settings);
  expect((await next.get(`/jobs/${jobId}`)).body).toMatchObject({ status: 'pending' });
  expect(await next.end('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
});
