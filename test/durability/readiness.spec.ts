// What a load balancer is told while the database cannot take a write, for real: a file system that is full, and a
// process that holds the lock. Nobody tells the service that it is over.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { workplace } from '../support/workplace.js';
import { until } from '../support/until.js';
import { main, settingsIn, startDaybook, type Command, type Daybook } from './daybook-process.js';

const place = workplace();

const readiness = (service: Daybook, status: number): Promise<any> =>
  until(`/health/ready answers ${status}`, async () => {
    const answer = await service.get('/health/ready');
    return answer.status === status ? answer : undefined;
  });

/** A command that runs another with a file system of its own on `folder`, seen by nobody else. */
const withFileSystem = (folder: string, bytes: number): Command => [
  'unshare',
  '--user',
  '--map-root-user',
  '--mount',
  'sh',
  '-c',
  'mount -t tmpfs -o size="$1" tmpfs "$0" && shift && exec "$@"',
  folder,
  String(bytes),
];

const canMount = (): boolean => {
  const folder = place.path('mount');
  mkdirSync(folder);
  const [program, ...programArguments] = withFileSystem(folder, 1_048_576);
  return spawnSync(program, [...programArguments, 'true']).status === 0;
};

/** Writes until there is no room for another byte; tells the file. */
function fill(folder: string): string {
  const filler = join(folder, 'filler');
  const file = openSync(filler, 'w');
  for (let size = 65_536; size >= 1;) {
    try {
      writeSync(file, Buffer.alloc(size));
    } catch (error) {
      expect(error).toMatchObject({ code: 'ENOSPC' });
      size = Math.floor(size / 2);
    }
  }
  closeSync(file);
  return filler;
}

// Without user namespaces there is no full disk that does not belong to somebody else.
(canMount() ? it : it.skip)('is 503 on a full disk, and 200 again when there is room', async () => {
  const settings = settingsIn(place, 'full');
  const disk = place.path('disk');
  mkdirSync(disk);
  const path = join(disk, 'jobs.db');
  const service = await startDaybook(
    { ...settings, DATABASE_URL: `sqlite:${path}`, PATH: process.env['PATH'] ?? '' },
    [...withFileSystem(disk, 8 * 1_048_576), process.execPath, main],
  );
  const trigger = { date_range: ['2025-01-16'], models: ['a'.repeat(200), 'b'.repeat(200)] };
  const first = await service.post('/simulate/trigger', trigger);
  expect(first.status).toBe(202);

  const filler = fill(join('/proc', String(service.pid), 'root', disk));
  // Nothing is asked of it, and it finds out.
  const { body, headers } = await readiness(service, 503);
  expect(body).toMatchObject({
    code: 'not_ready',
    detail: 'The service cannot write: the database is out of disk space.',
  });
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  const cancel = `/jobs/${first.body.job_id}/cancel`;
  expect(await service.post(cancel)).toMatchObject({ status: 503, body: { code: 'database_full' } });
  expect(await service.get('/health/live')).toMatchObject({ status: 200 });
  expect((await service.get(`/jobs/${first.body.job_id}`)).body).toMatchObject({
    status: 'pending',
    version: 1,
  });

  rmSync(filler);
  await readiness(service, 200);
  expect(await service.post(cancel)).toMatchObject({ status: 200, body: { version: 2 } });
  expect(await service.end('SIGTERM')).toMatchObject({ code: 0 });
});

it('is 503 while another process holds the lock, and 200 again when that has ended', async () => {
  const settings = settingsIn(place, 'locked');
  const service = await startDaybook(settings);
  const holder = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import BetterSqlite3 from '${import.meta.resolve('better-sqlite3')}';
       const held = new BetterSqlite3(process.argv[1], { timeout: 20_000 }).exec('BEGIN IMMEDIATE');
       console.log('held');
       // A connection that nothing refers to is closed sooner or later, and its lock with it.
       setInterval(() => held, 60_000);`,
      settings.databasePath,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    await once(holder.stdout, 'data');
    const { body } = await readiness(service, 503);
    expect(body).toMatchObject({ code: 'not_ready' });
    expect(body.detail).toMatch(
      /^The service cannot write: (a write has been waiting|the database is locked)/,
    );
    expect(await service.get('/health/live')).toMatchObject({ status: 200 });
    expect(await service.get('/jobs')).toMatchObject({ status: 200, body: { items: [] } });
  } finally {
    const gone = once(holder, 'exit');
    holder.kill('SIGKILL');
    await gone;
  }
  await readiness(service, 200);
  const trigger = { date_range: ['2025-01-16'], models: ['a'] };
  expect(await service.post('/simulate/trigger', trigger)).toMatchObject({ status: 202 });
  expect(await service.end('SIGTERM')).toMatchObject({ code: 0 });
});
