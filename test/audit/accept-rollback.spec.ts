// An older backup is put back: nothing is signed until an admin accepts that, and the log says so for ever.
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { settingsIn, startDaybook, type Daybook } from '../durability/daybook-process.js';
import { daybook } from '../support/command.js';
import { workplace } from '../support/workplace.js';

const place = workplace();

interface Story {
  database: string;
  settings: ReturnType<typeof settingsIn>;
  backup: string;
  /** A checkpoint that the service signed before the backup, and one after it. */
  before: string;
  after: string;
  key: string;
}

const trigger = async (service: Daybook, date: string): Promise<void> => {
  const { status } = await service.post('/simulate/trigger', { date_range: [date], models: ['gpt-5'] });
  expect(status).toBe(202);
};

let stories = 0;

/** A service ran, was backed up, went on, signed what it did then, and has stopped; the backup is put back. */
async function restored(): Promise<Story> {
  stories += 1;
  const settings = settingsIn(place, `story-${stories}`, { MAX_ACTIVE_JOBS: '50' });
  const database = settings.databasePath;
  const backup = place.path(`backup-${stories}.db`);
  const service = await startDaybook(settings);
  await trigger(service, '2025-01-16');
  const before = (await service.get('/audit/checkpoint')).body as string;
  const source = new BetterSqlite3(database, { readonly: true });
  source.exec(`VACUUM INTO '${backup}'`);
  source.close();
  await trigger(service, '2025-01-17');
  await trigger(service, '2025-01-20');
  const after = (await service.get('/audit/checkpoint')).body as string;
  const key = ((await service.get('/audit/key')).body as string).trim();
  await service.end('SIGTERM');
  for (const ending of ['', '-wal', '-shm']) rmSync(database + ending, { force: true });
  copyFileSync(backup, database);
  return { database, settings, backup, before, after, key };
}

const accept = (database: string, ...words: string[]) =>
  daybook('accept-rollback', '--database', database, '--actor', 'an admin', ...words);
const because = ['--reason', 'the disk was lost'];
const sizeOf = (note: string): number => Number(note.split('\n')[1]);
const eventsIn = (path: string): { position: number; type: string; stream_id: string; data: string }[] => {
  const connection = new BetterSqlite3(path, { readonly: true });
  const events = connection
    .prepare('SELECT position, type, stream_id, data FROM events ORDER BY position')
    .all();
  connection.close();
  return events as ReturnType<typeof eventsIn>;
};

it('signs nothing until the rollback is accepted, and goes on then', async () => {
  const { database, settings, after, before, key } = await restored();
  let service = await startDaybook(settings);
  const refused = await service.get('/audit/checkpoint');
  expect(refused).toMatchObject({ status: 409, body: { code: 'log_rolled_back' } });
  expect(refused.body.detail).toContain('accept-rollback');
  expect(sizeOf(refused.body.signed_checkpoint)).toBe(3);
  expect(sizeOf(refused.body.present_checkpoint)).toBe(1);
  const contradicted = await daybook('verify', '--database', database);
  expect(contradicted.code).toBe(1);
  expect(contradicted.out).toContain('a checkpoint over 3 was signed');

  // The log goes on past the size that was signed: that makes it no better.
  for (const date of ['2025-02-03', '2025-02-04', '2025-02-05']) await trigger(service, date);
  expect((await service.get('/audit/checkpoint')).body).toMatchObject({ code: 'log_rolled_back' });
  expect((await accept(database, ...because)).err).toContain('Stop it');
  await service.end('SIGTERM');

  const accepted = await accept(database, ...because);
  expect(accepted).toMatchObject({ code: 0, err: '' });
  expect(accepted.out).toContain('event 5, by an admin, “the disk was lost”');
  expect((await daybook('verify', '--database', database)).out).toBe(
    'The tables are what the events say: 5 events of 4 jobs.\n',
  );
  const found = await daybook('log', '--database', database, '--type', 'RollbackAccepted', '--json');
  expect(JSON.parse(found.out)).toMatchObject({
    position: 5,
    stream_id: expect.stringMatching(/^log-daybook\//),
    version: 1,
    schema_version: 1,
    data: {
      reason: 'the disk was lost',
      signed_checkpoint: after,
      present_checkpoint: expect.stringContaining('\n4\n'),
    },
    metadata: { actor: 'an admin', correlation_id: expect.any(String) },
  });

  service = await startDaybook(settings);
  expect(sizeOf((await service.get('/audit/checkpoint')).body)).toBe(5);
  await trigger(service, '2025-02-06');
  expect(sizeOf((await service.get('/audit/checkpoint')).body)).toBe(6);
  expect((await service.get('/jobs')).body.items).toHaveLength(5);
  expect((await service.post('/admin/verify')).body).toMatchObject({ ok: true, events: 6, jobs: 5 });
  await service.end('SIGTERM');

  const holds = (note: string) =>
    daybook(
      ...['verify', '--database', database, '--key', key],
      ...['--checkpoint', place.write('kept.checkpoint', note)],
    );
  expect(await holds(before)).toMatchObject({ code: 0 });
  const abandoned = await holds(after);
  expect(abandoned.code).toBe(1);
  expect(abandoned.out).toMatch(/events 1 to 3 are not those of the signed checkpoint over 3/);
  expect(abandoned.out).toMatch(/the checkpoint over 3 was abandoned by event 5 .*"the disk was lost"/);
}, 180_000);

it('ends, when done again, what was cut off after the event was written', async () => {
  const { database, after } = await restored();
  expect((await accept(database, ...because)).code).toBe(0);
  // As if the process had been killed before the kept checkpoint was replaced.
  writeFileSync(`${database}.key.checkpoint`, after);
  const cutOff = await daybook('verify', '--database', database);
  expect(cutOff.code).toBe(1);
  expect(cutOff.out).toContain('was abandoned by event 2');

  const again = await accept(database, '--reason', 'another', '--json');
  expect(JSON.parse(again.out)).toMatchObject({ position: 2, was_recorded: true });
  expect(eventsIn(database).map(({ type }) => type)).toEqual(['JobCreated', 'RollbackAccepted']);
  expect(sizeOf(readFileSync(`${database}.key.checkpoint`, 'utf8'))).toBe(2);
  expect((await daybook('verify', '--database', database)).code).toBe(0);
});

it('accepts nothing when nothing was put back, and nothing without a reason', async () => {
  const { database } = await restored();
  const untouched = eventsIn(database);
  expect((await accept(database)).code).not.toBe(0);
  expect((await accept(database, '--reason', ' ')).err).toContain('The reason must have 1 to 1000');
  expect((await accept(database, '--reason', 'x'.repeat(1_001))).err).toContain('The reason must have');
  expect((await accept(database, '--reason', 'a\nb')).err).toContain('no control characters');
  expect(eventsIn(database)).toEqual(untouched);

  expect((await accept(database, ...because)).code).toBe(0);
  expect(await accept(database, ...because)).toMatchObject({
    code: 2,
    err: expect.stringContaining('nothing to accept'),
  });
  expect(eventsIn(database)).toHaveLength(2);
  const nowhere = place.path('nothing.db');
  expect(await accept(nowhere, ...because)).toMatchObject({
    code: 2,
    err: expect.stringContaining('there is no such file'),
  });
});
