// `daybook restore`: over a database that was stopped or killed, and refused with nothing changed.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { beginCommand, daybook, ended, startCommand } from '../support/command.js';
import { fixtureDatabase } from '../support/fixture-database.js';
import { workplace } from '../support/workplace.js';
import { settingsIn, startDaybook } from '../durability/daybook-process.js';
import { readEvents } from '../support/stored-log.js';
import { until } from '../support/until.js';
import { expectTablesToMatchLog } from '../support/tables-match-log.js';

const place = workplace();

const keptBeside = (database: string): string[] =>
  readdirSync(dirname(database))
    .filter((name) => /^jobs\.db\.before-restore-\d{4}-\d\d-\d\dT[\d.-]+Z$/.test(name))
    .map((name) => join(dirname(database), name));

/** Every file in the folder with what is in it; the lock and what a mere reader makes are nobody's data. */
const contentOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => !/\.lock$|-shm$/.test(name) && statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name))] as const)
      .filter(([name, content]) => !name.endsWith('-wal') || content.length > 0)
      .map(([name, content]) => [name, createHash('sha256').update(content).digest('hex')]),
  );

/** Changes a database behind Daybook's back. */
function edit(path: string, sql: string): void {
  const connection = new BetterSqlite3(path);
  connection.exec(sql);
  connection.close();
}

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'goes back to the backup after a service was ended by %s, keeps what came after it, and says what the signed log knows',
  async (signal) => {
    const settings = settingsIn(place, signal, { MAX_ACTIVE_JOBS: '100' });
    const { databasePath } = settings;
    const first = await startDaybook(settings);
    const trigger = { date_range: ['2025-01-06'], models: ['ada'], rerun: true };
    await first.post('/simulate/trigger', trigger);
    const file = place.path(signal, 'backup.db');
    expect(await daybook('backup', file, '--database', databasePath)).toMatchObject({ code: 0 });
    await first.post('/simulate/trigger', trigger);
    await first.post('/simulate/trigger', trigger);
    expect(await first.get('/audit/checkpoint')).toMatchObject({ status: 200 });

    const inUse = await daybook('restore', file, '--database', databasePath);
    expect(inUse).toMatchObject({
      code: 2,
      err: expect.stringContaining('A service is using'),
    });
    expect((await first.get('/jobs')).body.items).toHaveLength(3);
    await first.end(signal);

    const { code, out, err } = await daybook('restore', file, '--database', databasePath);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`${databasePath} is restored: 1 event.`);
    expect(out).toContain('A checkpoint over 3 events was signed: events 2 to 3 are not in this backup.');
    expect(readEvents(databasePath)).toEqual(readEvents(file));
    const [kept] = keptBeside(databasePath);
    expect(out).toContain(`What was there before is kept: ${kept}`);
    expect(readEvents(kept!)).toHaveLength(3);
    expectTablesToMatchLog(kept!);

    const second = await startDaybook(settings);
    expect((await second.get('/jobs')).body.items).toHaveLength(1);
    // More events than were signed: the old tree must not speak for them.
    for (let more = 0; more < 3; more += 1) await second.post('/simulate/trigger', trigger);
    expect(await second.get('/audit/checkpoint')).toMatchObject({
      status: 409,
      body: { code: 'log_rolled_back' },
    });
    expect(await second.end('SIGTERM')).toMatchObject({ code: 0 });
    expectTablesToMatchLog(databasePath);
  },
);

it('restores where there is no database yet, and says that the key is missing', async () => {
  const backup = fixtureDatabase(place, 'source');
  const database = place.path('new', 'machine', 'jobs.db');
  const { code, out } = await daybook('restore', backup, '--database', database);
  expect(code).toBe(0);
  expect(out).toContain(`There is no signing key ${database}.key.`);
  expectTablesToMatchLog(database);
  expect(readEvents(database)).toEqual(readEvents(backup));
});

it('replaces a damaged database, and keeps it with what lies beside it', async () => {
  const backup = fixtureDatabase(place, 'healthy');
  const database = fixtureDatabase(place, 'damaged');
  truncateSync(database, 5_000);
  writeFileSync(`${database}-wal`, 'what nobody can read');
  writeFileSync(`${database}.tree`, 'no tree either');
  const damaged = readFileSync(database);
  const { code, out, err } = await daybook('restore', backup, '--database', database, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(readEvents(database)).toEqual(readEvents(backup));
  const [kept] = keptBeside(database);
  const warnings = [expect.stringContaining('neither leaf hashes nor a signed checkpoint are kept')];
  expect(JSON.parse(out)).toEqual({ ok: true, database, kept, events: 32, signed: null, warnings });
  expect(readFileSync(kept!).equals(damaged)).toBe(true);
  expect(readFileSync(`${kept!}-wal`, 'utf8')).toBe('what nobody can read');
});

describe('refuses, and changes nothing, when the backup', () => {
  it.each([
    [
      'has a row that no event explains',
      "UPDATE jobs SET error = 'edited' WHERE status = 'failed'",
      1,
      'error is "edited"',
    ],
    [
      'is of another log',
      "UPDATE log_identity SET origin = 'daybook/other'",
      2,
      'is of the log daybook/other',
    ],
  ])('%s', async (name, sql, exit, reason) => {
    const database = fixtureDatabase(place, name);
    const file = place.path(name, 'backup.db');
    copyFileSync(database, file);
    edit(file, sql);
    const before = contentOf(place.path(name));
    const { code, out, err } = await daybook('restore', file, '--database', database);
    expect({ code, said: out + err }).toEqual({ code: exit, said: expect.stringContaining(reason) });
    expect(contentOf(place.path(name))).toEqual(before);
  });

  it('was edited consistently, and the tree of the log knows better', async () => {
    const settings = settingsIn(place, 'consistent');
    const { databasePath: database } = settings;
    const service = await startDaybook(settings);
    await service.post('/simulate/trigger', { date_range: ['2025-01-06'], models: ['ada'] });
    await service.get('/audit/checkpoint');
    await service.end('SIGTERM');
    const file = place.path('consistent', 'backup.db');
    expect(await daybook('backup', file, '--database', database)).toMatchObject({ code: 0 });
    edit(
      file,
      `DROP TRIGGER events_no_update;
       UPDATE events SET data = replace(data, 'configs/', 'elsewhere/');
       UPDATE jobs SET config_path = replace(config_path, 'configs/', 'elsewhere/')`,
    );
    const before = contentOf(place.path('consistent'));
    const { code, out } = await daybook('restore', file, '--database', database);
    expect(code).toBe(1);
    expect(out).toContain('event 1 (JobCreated');
    expect(contentOf(place.path('consistent'))).toEqual(before);
  });
});

it('interrupted while it checks, leaves nothing behind', async () => {
  const backup = fixtureDatabase(place, 'unwanted');
  const database = fixtureDatabase(place, 'interrupted');
  const before = contentOf(place.path('interrupted'));
  const restoring = beginCommand(['restore', backup, '--database', database]);
  await until('the copy is there', () => existsSync(join(`${database}.restoring`, 'new')));
  restoring.interrupt();
  expect(await restoring.ended).toEqual({ code: 130, out: '', err: '' });
  expect(existsSync(`${database}.restoring`)).toBe(false);
  expect(contentOf(place.path('interrupted'))).toEqual(before);
});

it('leaves a whole database under its name when it is killed at any of its steps, and loses none', async () => {
  const backup = fixtureDatabase(place, 'small');
  const database = fixtureDatabase(place, 'killed');
  expect(await daybook('migrate', '--database', database)).toMatchObject({ code: 0 });
  edit(database, "INSERT INTO refusals VALUES (99, 'then', 'somebody', 'c', 'C', 'the_old_one', 409)");
  const isOld = (path: string): boolean => {
    const connection = new BetterSqlite3(path, { readonly: true });
    const found = connection.prepare("SELECT 1 FROM refusals WHERE code = 'the_old_one'").get();
    connection.close();
    return found !== undefined;
  };
  for (const step of ['new', 'new-wal', 'old']) {
    const child = startCommand(['restore', backup, '--database', database]);
    const end = ended(child);
    await until(
      `the step ${step}`,
      () => child.exitCode !== null || existsSync(join(`${database}.restoring`, step)),
    );
    if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL');
    await end;
    expectTablesToMatchLog(database);
  }
  // Whatever was left half way is dealt with by the next one.
  expect(await daybook('restore', backup, '--database', database)).toMatchObject({ code: 0 });
  expect(readEvents(database)).toEqual(readEvents(backup));
  expect(existsSync(`${database}.restoring`)).toBe(false);
  expect(keptBeside(database).filter(isOld)).toHaveLength(1);
});
