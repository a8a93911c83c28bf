// A database that cannot take a write: locked by another process, or on a full disk.
import { DatabaseUnavailable } from '../../src/database/database-error.js';
import { systemRuntime } from '../../src/runtime/runtime.js';
import { startTestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { fillDisk, notesIn, openTestDatabase, type TestDatabase } from './test-database.js';

const place = workplace();

const write = ({ database }: TestDatabase, text: string): Promise<number> =>
  database.queue.run((transaction) => transaction.run('INSERT INTO notes (text) VALUES (?)', text));

/** What a promise has come to, without waiting for it. */
function watch(promise: Promise<unknown>): { isSettled: boolean } {
  const state = { isSettled: false };
  const settle = (): void => {
    state.isSettled = true;
  };
  promise.then(settle, settle);
  return state;
}

describe('while another process holds the write lock', () => {
  it('a command waits, the process goes on, and the command is done when the lock is free', async () => {
    const opened = await openTestDatabase(place);
    const release = await opened.beside.holdWrites();
    const written = write(opened, 'patient');
    const state = watch(written);
    for (let turns = 0; turns < 1_000; turns += 1) await systemRuntime.nextTurn();
    expect(state.isSettled).toBe(false);
    await release();
    await written;
    expect(await notesIn(opened)).toEqual(['patient']);
    expect(opened.database.queue.lastTrouble).toBeUndefined();
  });

  it('too long, all that wait are told, nothing is written, and the next command works again', async () => {
    const opened = await openTestDatabase(place, { busyRetryMs: 20 });
    const release = await opened.beside.holdWrites();
    const outcomes = await Promise.allSettled([write(opened, 'a'), write(opened, 'b')]);
    await release();
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: { name: 'DatabaseUnavailable', reason: 'busy' } });
    }
    expect(await notesIn(opened)).toEqual([]);
    expect(opened.database.queue.lastTrouble).toMatchObject({ reason: 'busy' });

    await write(opened, 'c');
    expect(await notesIn(opened)).toEqual(['c']);
    expect(opened.database.queue.lastTrouble).toBeUndefined();
  });

  it('reads are answered', async () => {
    const opened = await openTestDatabase(place);
    await write(opened, 'a');
    const release = await opened.beside.holdWrites();
    expect(await opened.database.reader.all('SELECT text FROM notes')).toEqual([{ text: 'a' }]);
    await release();
  });
});

describe('on a full disk', () => {
  const large = 'x'.repeat(100_000);

  it('every command of the commit is told, nothing is half-written, and it works again when there is room', async () => {
    const opened = await openTestDatabase(place);
    await fillDisk(opened.database, 2);
    const outcomes = await Promise.allSettled([write(opened, 'a'), write(opened, large), write(opened, 'b')]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: { name: 'DatabaseUnavailable', reason: 'full' } });
    }
    expect(await notesIn(opened)).toEqual([]);
    expect(opened.database.queue.lastTrouble).toBeInstanceOf(DatabaseUnavailable);

    await fillDisk(opened.database, null);
    await Promise.all([write(opened, 'a'), write(opened, large)]);
    expect(await notesIn(opened)).toEqual(['a', large]);
    expect(opened.database.queue.lastTrouble).toBeUndefined();
  });

  it('the trouble is not over because of a commit that had nothing to write', async () => {
    const opened = await openTestDatabase(place);
    await fillDisk(opened.database, 0);
    await expect(write(opened, large)).rejects.toThrow('out of disk space');
    await opened.database.queue.run((transaction) => transaction.get('SELECT 1'));
    expect(opened.database.queue.lastTrouble).toMatchObject({ reason: 'full' });
  });

  it('a probe needs room as an event does', async () => {
    const opened = await openTestDatabase(place);
    await fillDisk(opened.database, 0);
    await expect(opened.database.probe()).rejects.toMatchObject({ reason: 'full' });
    await fillDisk(opened.database, null);
    await opened.database.probe();
    expect(await opened.beside.rows('SELECT probes FROM write_probe')).toEqual([{ probes: 0 }]);
  });

  it('the service says so to its clients and is not ready until it can write again', async () => {
    const service = await startTestService(place);
    const request = { date_range: ['2025-01-16'], models: ['m'.repeat(200)] };
    const other = { date_range: ['2025-01-17'], models: Array.from({ length: 200 }, (_, n) => `model ${n}`) };
    await fillDisk(service.service.database, 0);

    const refused = await service.post('/simulate/trigger', other);
    expect(refused.status).toBe(503);
    expect(refused.body).toMatchObject({ code: 'database_full', status: 503 });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await service.get('/health/ready')).toMatchObject({ status: 503, body: { code: 'not_ready' } });
    expect(await service.get('/health/live')).toMatchObject({ status: 200 });
    expect(await service.get('/simulate/current')).toMatchObject({ status: 404 });

    await fillDisk(service.service.database, null);
    expect(await service.get('/health/ready')).toMatchObject({ status: 200 });
    expect(await service.post('/simulate/trigger', request)).toMatchObject({ status: 202 });
  });
});
