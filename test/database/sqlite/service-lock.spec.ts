// The lock by which one service owns a database.
import { symlinkSync } from 'node:fs';
import { relative } from 'node:path';
import { afterCommands, DatabaseInUse } from '../../../src/database/service-lock.js';
import { takeCommandLock, takeServiceLock } from '../../../src/database/sqlite/service-lock.js';
import { UnusableDatabase } from '../../../src/database/unusable-database.js';
import { systemRuntime } from '../../../src/runtime/runtime.js';
import { workplace } from '../../support/workplace.js';

const place = workplace();

it('is held by one at a time, and free again when it is given back', () => {
  const path = place.path('jobs.db');
  const lock = takeServiceLock(path);
  expect(() => takeServiceLock(path)).toThrow(DatabaseInUse);
  expect(() => takeServiceLock(path)).toThrow(`Another Daybook service is using ${path}.`);
  lock.release();
  takeServiceLock(path).release();
});

it('holds by whatever name the database is called', () => {
  const path = place.write('real/jobs.db', '');
  symlinkSync(place.path('real'), place.path('folder'));
  symlinkSync(path, place.path('link.db'));
  symlinkSync(place.path('link.db'), place.path('link-to-link.db'));
  const lock = takeServiceLock(path);
  const names = [
    place.path('folder', 'jobs.db'),
    place.path('link.db'),
    place.path('link-to-link.db'),
    relative('.', path),
  ];
  for (const name of names) expect(() => takeServiceLock(name)).toThrow(DatabaseInUse);
  lock.release();
});

it('holds by whatever name a database is called that is not there yet', () => {
  const path = place.path('later', 'jobs.db');
  symlinkSync(path, place.path('early.db'));
  symlinkSync('early.db', place.path('earlier.db'));
  // Relative to where the link is, not to the name of its folder.
  place.write('deep/inside/file', '');
  symlinkSync('../../later/jobs.db', place.path('deep', 'inside', 'up.db'));
  symlinkSync(place.path('deep', 'inside'), place.path('shallow'));
  const lock = takeServiceLock(place.path('earlier.db'));
  for (const name of [path, place.path('early.db'), place.path('shallow', 'up.db')])
    expect(() => takeServiceLock(name)).toThrow(DatabaseInUse);
  lock.release();
});

it('follows links as the system does, also through a link to their folder', () => {
  const path = place.write('plain/data/jobs.db', '');
  place.write('plain/sub/deeper/file', '');
  symlinkSync(place.path('plain', 'sub'), place.path('alias'));
  symlinkSync('../data/jobs.db', place.path('plain', 'sub', 'beside.db'));
  symlinkSync(`${place.path('alias')}/../data/jobs.db`, place.path('across.db'));
  const lock = takeServiceLock(path);
  const names = [
    place.path('alias', 'beside.db'),
    place.path('across.db'),
    `${place.path('alias')}/../data/jobs.db`,
  ];
  for (const name of names) expect(() => takeServiceLock(name)).toThrow(DatabaseInUse);
  lock.release();
});

it('refuses what is no file', () => {
  symlinkSync('round.db', place.path('round.db'));
  expect(() => takeServiceLock(place.path('round.db'))).toThrow('its symbolic links lead nowhere');
  expect(() => takeServiceLock(place.path())).toThrow('it is no file, but a folder');
});

it('is of one database, and another one is free', () => {
  const lock = takeServiceLock(place.path('one.db'));
  takeServiceLock(place.path('two.db')).release();
  lock.release();
});

it('makes the folder of the database when it is missing', () => {
  takeServiceLock(place.path('new', 'folder', 'jobs.db')).release();
});

it('says so when there can be no lock file', () => {
  place.write('file', '');
  expect(() => takeServiceLock(place.path('file', 'jobs.db'))).toThrow(UnusableDatabase);
});

it('names the lock file when that is what is damaged', () => {
  const path = place.path('other.db');
  place.write('other.db.lock', 'no lock file of ours, and long enough to be looked at. '.repeat(100));
  expect(() => takeServiceLock(path)).toThrow(UnusableDatabase);
  expect(() => takeServiceLock(path)).toThrow(`${path}.lock`);
});

it('is no longer waited for by whoever is told to stop', async () => {
  const path = place.path('told.db');
  const lock = takeCommandLock(path);
  const stop = new AbortController();
  const waiting = afterCommands(() => takeServiceLock(path), systemRuntime, stop.signal);
  stop.abort();
  await expect(waiting).rejects.toBe(stop.signal.reason);
  lock.release();
});

it('a service waits for a command that is at work, and a command for another one, but nobody waits for a service', async () => {
  const path = place.path('shared.db');
  const command = takeCommandLock(path);
  expect(() => takeServiceLock(path)).toThrow(`A daybook command is at work on ${path}.`);
  const order: string[] = [];
  const next = afterCommands(() => takeCommandLock(path), systemRuntime).then((lock) => {
    order.push('taken');
    return lock;
  });
  await systemRuntime.nextTurn();
  order.push('released');
  command.release();
  (await next).release();
  expect(order).toEqual(['released', 'taken']);

  const service = await afterCommands(() => takeServiceLock(path), systemRuntime);
  for (const take of [takeServiceLock, takeCommandLock]) {
    await expect(afterCommands(() => take(path), systemRuntime)).rejects.toMatchObject({ by: 'service' });
  }
  service.release();
});
