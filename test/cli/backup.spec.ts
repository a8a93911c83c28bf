// `daybook backup`: the built program beside a service that works, and against what can go wrong.
import { existsSync, linkSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { engineOf } from '../../src/database/engines.js';
import { daybook, daybookUnder, ended, startCommand } from '../support/command.js';
import { fixtureDatabase } from '../support/fixture-database.js';
import { workplace } from '../support/workplace.js';
import { settingsIn, startDaybook } from '../durability/daybook-process.js';
import { expectTablesToMatchLog } from '../support/tables-match-log.js';
import { readEvents } from '../support/stored-log.js';
import { until } from '../support/until.js';

const place = workplace();
const inFlight = 300;

it('is one snapshot, a prefix of the log, while hundreds of commands are under way', async () => {
  const settings = settingsIn(place, 'busy', { MAX_ACTIVE_JOBS: '10000' });
  const service = await startDaybook(settings);
  let isOver = false;
  let acknowledged = 0;
  const send = async (): Promise<void> => {
    while (!isOver) {
      const request = { date_range: ['2025-01-06', '2025-01-07'], models: ['ada', 'bob'], rerun: true };
      const { status } = await service.post('/simulate/trigger', request);
      if (status === 202) acknowledged += 1;
    }
  };
  const senders = Array.from({ length: inFlight }, send);
  await until('the load', () => acknowledged > inFlight);
  await service.get('/audit/checkpoint');
  const before = acknowledged;
  const file = place.path('busy', 'backup.db');

  const { code, out, err } = await daybook('backup', file, '--database', settings.databasePath, '--json');
  const after = acknowledged;
  isOver = true;
  await Promise.all(senders);

  expect({ code, err }).toEqual({ code: 0, err: '' });
  const told = JSON.parse(out);
  expect(told).toMatchObject({ ok: true, verified: true, file, bytes: statSync(file).size });
  expect(after).toBeGreaterThan(before);
  const copied = readEvents(file);
  expect(copied).toHaveLength(told.events);
  expect(copied.length).toBeGreaterThanOrEqual(before);
  expect(readEvents(settings.databasePath).slice(0, copied.length)).toEqual(copied);
  expectTablesToMatchLog(file);
  expect(readdirSync(place.path('busy')).filter((name) => name.startsWith('backup.db'))).toEqual([
    'backup.db',
  ]);
  expect(await service.end('SIGTERM')).toMatchObject({ code: 0 });
});

it('says where the signing key is, which is not in it, once there is one', async () => {
  const database = fixtureDatabase(place, 'told');
  const engine = engineOf(`sqlite:${database}`);
  expect(engine.files?.lastBackupMs()).toBeUndefined();
  const keyless = await daybook('backup', place.path('keyless.db'), '--database', database);
  expect(keyless.out).not.toContain('signing key');
  expect(engine.files?.lastBackupMs()).toBeLessThanOrEqual(Date.now());
  await daybook('export', place.path('told.ndjson'), '--database', database);
  const file = place.path('told', 'deep', 'backup.db');
  const { code, out } = await daybook('backup', file, '--database', database);
  expect(code).toBe(0);
  expect(out).toContain(`${file}: ${statSync(file).size} bytes, 32 events, up to position 32.`);
  expect(out).toContain(`The signing key is not in it. Keep ${database}.key in another safe place.`);
  expect(readdirSync(dirname(file))).toEqual(['backup.db']);
});

it('refuses a target that is there, unless --force', async () => {
  const database = fixtureDatabase(place, 'target');
  const file = place.write('target/taken.db', 'something of value');
  const refused = await daybook('backup', file, '--database', database);
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining(`${file} is there already.`) });
  expect(readFileSync(file, 'utf8')).toBe('something of value');

  expect(await daybook('backup', file, '--database', database, '--force')).toMatchObject({ code: 0 });
  expect(readEvents(file)).toEqual(readEvents(database));
});

it.each([[[]], [['--force']]])('never writes over the database itself (%j)', async (words: string[]) => {
  const database = fixtureDatabase(place, `itself-${words.length}`);
  const before = readFileSync(database);
  const { code, err } = await daybook('backup', database, '--database', database, ...words);
  expect({ code, err }).toEqual({ code: 2, err: `${database} is the database itself.\n` });
  expect(readFileSync(database).equals(before)).toBe(true);
});

it.each(['backup', 'export'])('%s never takes the place of what is of use, --force or not', async (verb) => {
  const settings = settingsIn(place, `own-${verb}`);
  const { databasePath: database } = settings;
  const service = await startDaybook(settings);
  await service.post('/simulate/trigger', { date_range: ['2025-01-06'], models: ['ada'] });
  await service.get('/audit/checkpoint');
  linkSync(database, place.path(`own-${verb}`, 'second-name.db'));
  symlinkSync(`${database}.key`, place.path(`own-${verb}`, 'link-to-key'));
  const targets = [
    ...['', '-wal', '-shm', '.lock', '.url', '.tree', '.key', '.key.checkpoint'].map(
      (ending) => database + ending,
    ),
    place.path(`own-${verb}`, 'second-name.db'),
    place.path(`own-${verb}`, 'link-to-key'),
  ];
  const inodes = (): unknown => targets.map((target) => statSync(target).ino);
  const before = inodes();
  for (const target of targets)
    expect(await daybook(verb, target, '--force', '--database', database)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/is the database itself|belongs to the database .*: choose another name/),
    });
  expect(inodes()).toEqual(before);
  await service.end('SIGTERM');
});

it('makes none of a database that does not verify, unless it is told not to look', async () => {
  const database = fixtureDatabase(place, 'edited');
  const editor = new BetterSqlite3(database);
  editor.exec("UPDATE jobs SET error = 'edited'");
  editor.close();
  const file = place.path('edited', 'backup.db');
  const { code, out } = await daybook('backup', file, '--database', database);
  expect(code).toBe(1);
  expect(out).toContain('error is "edited"');
  expect(out).toContain('No backup was made');
  const asJson = await daybook('backup', file, '--database', database, '--json');
  expect(asJson.code).toBe(1);
  expect(JSON.parse(asJson.out)).toEqual({
    ok: false,
    verification: expect.objectContaining({ ok: false, difference_count: 6 }),
  });
  expect(readdirSync(place.path('edited')).filter((name) => name.startsWith('backup.db'))).toEqual([]);

  expect(await daybook('backup', file, '--database', database, '--no-verify')).toMatchObject({ code: 0 });
  expect(readEvents(file)).toEqual(readEvents(database));
});

it('makes none of a log that lacks what was known of it, though its tables fit what is left', async () => {
  const settings = settingsIn(place, 'cut', { MAX_ACTIVE_JOBS: '9' });
  const { databasePath: database } = settings;
  const service = await startDaybook(settings);
  for (const models of [['ada'], ['bob']])
    await service.post('/simulate/trigger', { date_range: ['2025-01-06'], models });
  await service.get('/audit/checkpoint');
  await service.end('SIGTERM');
  const editor = new BetterSqlite3(database);
  editor.exec(`DROP TRIGGER events_no_delete;
    DELETE FROM events WHERE position = 2;
    UPDATE projections SET position = 1;
    DELETE FROM job_details WHERE model = 'bob';
    DELETE FROM job_progress WHERE job_id NOT IN (SELECT job_id FROM job_details);
    DELETE FROM jobs WHERE job_id NOT IN (SELECT job_id FROM job_details);`);
  editor.close();
  const file = place.path('cut', 'backup.db');
  const { code, out } = await daybook('backup', file, '--database', database);
  expect({ code, out }).toEqual({
    code: 1,
    out: expect.stringContaining('a checkpoint over 2 was signed: event 2 and what follows it are missing'),
  });
  expect(existsSync(file)).toBe(false);
  const unverified = await daybook('backup', file, '--database', database, '--no-verify');
  expect(unverified).toMatchObject({ code: 0, out: expect.stringContaining('It was not verified') });
});

it('says that there is no database', async () => {
  const { code, err } = await daybook(
    'backup',
    place.path('none.db'),
    '--database',
    place.path('nothing.db'),
  );
  expect(code).toBe(2);
  expect(err).toContain('there is no such file');
});

it('leaves nothing behind when there is no room for it', async () => {
  const database = fixtureDatabase(place, 'full');
  const file = place.path('full', 'backup.db');
  // Blocks of 512 bytes: less than the copy takes.
  const { code, err } = await daybookUnder(
    'ulimit -f 64',
    'backup',
    file,
    '--database',
    database,
    '--no-verify',
  );
  expect(code).toBe(2);
  expect(err).not.toBe('');
  expect(readdirSync(place.path('full')).filter((name) => name.startsWith('backup.db'))).toEqual([]);
});

it.each([[[]], [['--force']]])(
  'refuses a name beside which a log of another database lies %j',
  async (words) => {
    const database = fixtureDatabase(place, `left${words.length}`);
    const file = place.path(`left${words.length}`, 'old.db');
    const log = place.write(`left${words.length}/old.db-wal`, 'commits');
    const { code, err } = await daybook('backup', file, '--database', database, ...words);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(`${log} is there`) });
    expect(existsSync(file)).toBe(false);
  },
);

describe('interrupted', () => {
  const partialIn = (name: string): string[] =>
    readdirSync(place.path(name)).filter((file) => file.startsWith('backup.db'));

  const begin = async (name: string) => {
    const database = fixtureDatabase(place, name);
    const words = ['backup', place.path(name, 'backup.db'), '--database', database];
    const child = startCommand(words);
    const end = ended(child);
    await until('the copy to begin', () => partialIn(name).length > 0);
    return { child, end, again: () => daybook(...words) };
  };

  it('by SIGKILL leaves no file under the name of the target', async () => {
    const { child, end, again } = await begin('killed');
    process.kill(-child.pid!, 'SIGKILL');
    expect(await end).toMatchObject({ code: null });
    expect(partialIn('killed')).toEqual([expect.stringMatching(/^backup\.db\.partial-/)]);
    expect(await again()).toMatchObject({ code: 0 });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('by %s leaves nothing', async (signal) => {
    const { child, end, again } = await begin(signal);
    child.kill(signal);
    expect(await end).toMatchObject({ code: 130 });
    expect(partialIn(signal)).toEqual([]);
    expect(await again()).toMatchObject({ code: 0 });
  });
});
