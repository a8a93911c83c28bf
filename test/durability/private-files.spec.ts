// What lies on the disk is its owner's alone, whatever the mask of the process; and a key that others can use signs nothing.
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { daybook } from '../support/command.js';
import { keptLog } from '../support/kept-log.js';
import { startTestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { main, settingsIn, startDaybook, type Command } from './daybook-process.js';

const place = workplace();

const modesIn = (...folder: string[]): Record<string, string> =>
  Object.fromEntries(
    readdirSync(place.path(...folder), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, (statSync(place.path(...folder, name)).mode & 0o777).toString(8)]),
  );

const under = (mask: string): Command => [
  'sh',
  '-c',
  `umask ${mask}; exec "$0" "$@"`,
  process.execPath,
  main,
];

const files = [
  '',
  '-wal',
  '-shm',
  '.key',
  '.key.checkpoint',
  '.lock',
  '.tree',
  '.tree-wal',
  '.tree-shm',
  '.url',
];
const inUse = (mode: string): Record<string, unknown> =>
  Object.fromEntries(files.map((ending) => [`jobs.db${ending}`, mode]));

it('gives nobody else anything, in use and in copies', async () => {
  const settings = settingsIn(place, 'open');
  const service = await startDaybook(settings, under('000'));
  await service.post('/simulate/trigger', { date_range: ['2025-01-06'], models: ['ada'] });
  await service.get('/audit/checkpoint');
  expect(modesIn('open')).toMatchObject(inUse('600'));
  expect(modesIn('open')).toMatchObject({ 'jobs.db.lock-journal': '600' });

  const onDatabase = ['--database', settings.databasePath];
  expect(await daybook('backup', place.path('copies', 'backup.db'), ...onDatabase)).toMatchObject({
    code: 0,
  });
  for (const name of ['log.ndjson', 'log.ndjson.gz'])
    expect(await daybook('export', place.path('copies', name), ...onDatabase)).toMatchObject({ code: 0 });
  expect(modesIn('copies')).toEqual({ 'backup.db': '600', 'log.ndjson': '600', 'log.ndjson.gz': '600' });

  // As an older Daybook left them.
  await service.end('SIGKILL');
  for (const ending of files.filter((name) => !name.startsWith('.key')))
    chmodSync(`${settings.databasePath}${ending}`, 0o644);
  const again = await startDaybook(settings, under('022'));
  await again.get('/audit/checkpoint');
  expect(modesIn('open')).toMatchObject(inUse('600'));
  await again.end('SIGTERM');
});

it('notices a key that becomes readable by others while the service runs', async () => {
  const kept = keptLog('info');
  // As they were built: the notary is a thread of its own.
  const programs = new URL('../../dist/', import.meta.url).href;
  const service = await startTestService(place, {}, { log: kept.log, programs });
  const { body: signed } = await service.get('/audit/checkpoint');
  const keyFile = `${service.databasePath}.key`;
  chmodSync(keyFile, 0o644);
  await service.post('/simulate/trigger', { date_range: ['2025-01-06'], models: ['ada'] });

  expect(await service.get('/audit/checkpoint')).toMatchObject({
    status: 503,
    body: { code: 'evidence_unusable' },
  });
  for (const path of ['/health', '/health/ready']) {
    const { status, body } = await service.get(path);
    expect({ status, body }).toEqual({
      status: 200,
      body: { status: 'ok', warnings: [expect.stringContaining('Others than its owner')] },
    });
  }
  const told = () => kept.lines().filter(({ msg }) => msg === 'no checkpoint is signed');
  expect(told()).toEqual([expect.objectContaining({ level: 40, file: keyFile })]);

  chmodSync(keyFile, 0o600);
  expect((await service.get('/health')).body).toEqual({ status: 'ok' });
  const { status, body } = await service.get('/audit/checkpoint');
  expect(status).toBe(200);
  expect(body).not.toBe(signed);
});
