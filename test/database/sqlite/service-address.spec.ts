// The file in which a service tells where it listens.
import { existsSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import {
  forgetServiceAddress,
  serviceAddress,
  tellServiceAddress,
} from '../../../src/database/sqlite/service-address.js';
import { isServed, takeCommandLock, takeServiceLock } from '../../../src/database/sqlite/service-lock.js';
import { settingsIn, startDaybook } from '../../durability/daybook-process.js';
import { startTestService } from '../../support/service.js';
import { workplace } from '../../support/workplace.js';

const place = workplace();

it('is told by each name of the database, to its user only, and can be forgotten', () => {
  const path = place.write('told/jobs.db', '');
  const link = place.path('link.db');
  symlinkSync(path, link);
  expect(serviceAddress(path)).toBeUndefined();
  tellServiceAddress(link, 'http://127.0.0.1:3000');
  tellServiceAddress(path, 'http://127.0.0.1:3001');
  expect([path, link].map(serviceAddress)).toEqual(['http://127.0.0.1:3001', 'http://127.0.0.1:3001']);
  expect(statSync(`${path}.url`).mode & 0o777).toBe(0o600);
  forgetServiceAddress(link);
  forgetServiceAddress(path);
  expect(serviceAddress(path)).toBeUndefined();
});

it('says why when it cannot be written', () => {
  expect(() => {
    tellServiceAddress(place.write('a-file', '') + '/jobs.db', 'http://127.0.0.1:3000');
  }).toThrow('Cannot open the database');
});

it.each(['127.0.0.1', '0.0.0.0', 'localhost'])(
  'leads to the service that listens on %s, and is gone when it stops',
  async (HOST) => {
    const { service, databasePath: path } = await startTestService(place, { HOST });
    const url = serviceAddress(path);
    expect(url).toBe(service.url);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    expect(isServed(path)).toBe(true);
    await service.stop();
    expect(existsSync(`${path}.url`)).toBe(false);
    expect(isServed(path)).toBe(false);
  },
);

it('means nothing after its service was killed, and the next service tells its own', async () => {
  const settings = settingsIn(place, 'killed');
  const { databasePath: path } = settings;
  const first = await startDaybook(settings);
  expect(serviceAddress(path)).toBe(first.url);
  await first.end('SIGKILL');
  expect([serviceAddress(path), isServed(path)]).toEqual([first.url, false]);
  const second = await startDaybook(settings);
  expect([serviceAddress(path), isServed(path)]).toEqual([second.url, true]);
  await second.end('SIGTERM');
});

it('whether a database is served only the lock of a service says; asking makes no file', () => {
  const path = place.path('locks.db');
  expect(isServed(path)).toBe(false);
  expect(existsSync(`${path}.lock`)).toBe(false);
  for (const [take, expected] of [
    [takeServiceLock, true],
    [takeCommandLock, false],
  ] as const) {
    const lock = take(path);
    expect(isServed(path)).toBe(expected);
    lock.release();
    expect(isServed(path)).toBe(false);
  }
  const other = place.write('other.db.lock', 'no lock file of ours. '.repeat(100)).slice(0, -'.lock'.length);
  expect(() => isServed(other)).toThrow('it is damaged, or no SQLite database at all');
  expect(readFileSync(`${other}.lock`, 'utf8')).toContain('no lock file');
});
