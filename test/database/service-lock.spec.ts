// The lock by which one service owns a database.
import { symlinkSync } from 'node:fs';
import { relative } from 'node:path';
import { DatabaseInUse, takeServiceLock } from '../../src/database/service-lock.js';
import { UnusableDatabase } from '../../src/database/unusable-database.js';
import { workplace } from '../support/workplace.js';

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
