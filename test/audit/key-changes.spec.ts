// The signing key is rotated, lost and replaced: what was signed before still holds, and nobody can slip a key in.
import { copyFileSync, existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { loadOrCreateSigningKey } from '../../src/audit/signing-key.js';
import { signKeyChange } from '../../src/proof/key-change.js';
import { openCheckpoint, parseNote, signCheckpoint } from '../../src/proof/checkpoint.js';
import { formatVerifierKey, parseVerifierKey } from '../../src/proof/verifier-key.js';
import { settingsIn, startDaybook, type Daybook } from '../durability/daybook-process.js';
import { daybook } from '../support/command.js';
import { workplace } from '../support/workplace.js';

const place = workplace();

interface Story {
  settings: ReturnType<typeof settingsIn>;
  database: string;
  keyFile: string;
  /** The first verifier key, and a checkpoint over one event that it signed. */
  key: string;
  note: string;
}

let stories = 0;

const trigger = async (service: Daybook): Promise<void> => {
  const { status } = await service.post('/simulate/trigger', {
    date_range: ['2025-01-16'],
    models: ['ada'],
    rerun: true,
  });
  expect(status).toBe(202);
};

/** What a service does on the log, which is then stopped. */
async function served<T>(settings: Story['settings'], work: (service: Daybook) => Promise<T>): Promise<T> {
  const service = await startDaybook(settings);
  try {
    return await work(service);
  } finally {
    await service.end('SIGTERM');
  }
}

const checkpointOf = async (service: Daybook): Promise<string> =>
  (await service.get('/audit/checkpoint')).body as string;

/** A log with one event, signed once. */
async function signed(): Promise<Story> {
  stories += 1;
  const settings = settingsIn(place, `story-${stories}`, { MAX_ACTIVE_JOBS: '50' });
  const database = settings.databasePath;
  const [key, note] = await served(settings, async (service) => {
    await trigger(service);
    const checkpoint = await checkpointOf(service);
    return [((await service.get('/audit/key')).body as string).trim(), checkpoint];
  });
  return { settings, database, keyFile: `${database}.key`, key, note };
}

const on = (database: string, ...words: string[]) =>
  daybook(...words, '--database', database, ...(words[0] === 'key' ? ['--actor', 'an admin'] : []));
const rotate = (database: string, ...words: string[]) => on(database, 'key', 'rotate', '--json', ...words);
const replace = (database: string, ...words: string[]) =>
  on(database, 'key', 'replace', '--json', '--reason', 'the disk was lost', ...words);

/** `verify` with a checkpoint that was kept, for whoever trusts these keys. */
const holds = (database: string, note: string, ...keys: string[]) =>
  on(
    database,
    ...['verify', '--checkpoint', place.write(`kept-${stories}.checkpoint`, note)],
    ...keys.flatMap((key) => ['--key', key]),
  );

const edit = (database: string, work: (connection: BetterSqlite3.Database) => void): void => {
  const connection = new BetterSqlite3(database);
  work(connection);
  connection.close();
};

it('rotates: old and new checkpoints verify, each with the right key, and the line of keys is shown', async () => {
  const { settings, database, keyFile, key, note } = await signed();
  const before = place.path('before.ndjson');
  expect(await on(database, 'export', before)).toMatchObject({ code: 0 });
  await served(settings, async () => {
    expect(await rotate(database)).toMatchObject({ code: 2, err: expect.stringContaining('Stop it') });
  });

  const { code, out, err } = await rotate(database, '--reason', 'yearly');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const rotated = JSON.parse(out);
  expect(rotated).toMatchObject({
    position: 2,
    type: 'SigningKeyRotated',
    was_recorded: false,
    old_key: key,
  });
  const { new_key: newKey } = rotated;
  expect(openCheckpoint(rotated.checkpoint, parseVerifierKey(newKey)).size).toBe(2);
  expect(formatVerifierKey(loadOrCreateSigningKey(rotated.kept, key.split('+')[0]!).verifierKey)).toBe(key);
  expect(existsSync(`${keyFile}.next`)).toBe(false);

  const newest = await served(settings, async (service) => {
    expect((await service.get('/audit/key')).body).toBe(`${newKey}\n`);
    const { items } = (await service.get('/audit/keys')).body;
    expect(items).toEqual([
      { key, from_size: 0, to_size: 1, change: null },
      {
        key: newKey,
        from_size: 2,
        to_size: null,
        change: expect.objectContaining({
          position: 2,
          type: 'SigningKeyRotated',
          reason: 'yearly',
          actor: 'an admin',
          signed_by_old: true,
        }),
      },
    ]);
    await trigger(service);
    return checkpointOf(service);
  });

  // Whoever trusts one of the keys is led to the other.
  for (const signedNote of [note, newest])
    for (const trusted of [key, newKey])
      expect(await holds(database, signedNote, trusted)).toMatchObject({ code: 0, err: '' });
  expect(await on(database, 'verify')).toMatchObject({ code: 0 });

  const after = place.path('after.ndjson.gz');
  expect(await on(database, 'export', after)).toMatchObject({ code: 0 });
  const kept = place.write('kept.checkpoint', note);
  for (const [file, trusted] of [
    [before, key],
    [after, key],
    [after, newKey],
  ] as const) {
    const words = ['verify', '--file', file, '--key', trusted, '--checkpoint', kept];
    expect(await daybook(...words)).toMatchObject({ code: 0, err: '' });
  }
  // The file from before knows nothing of the new key.
  expect(await daybook('verify', '--file', before, '--key', newKey)).toMatchObject({ code: 1 });
});

it('tells an old key that signs for sizes that are no longer its own', async () => {
  const { database, key } = await signed();
  const { kept } = JSON.parse((await rotate(database)).out);
  const origin = key.split('+')[0]!;
  const { size, root } = parseNote(readFileSync(`${database}.key.checkpoint`, 'utf8'));
  const stolen = signCheckpoint({ origin, size, root }, loadOrCreateSigningKey(kept, origin));
  expect(await holds(database, stolen, key)).toMatchObject({
    code: 1,
    out: expect.stringContaining('which signs for the sizes 0 to 1'),
  });
});

describe('an attacker with a key of his own', () => {
  /** He puts it in the place of the log's, and an event that says so, as well as he can sign it. */
  async function slippedIn(type: string): Promise<Story & { file: string }> {
    const story = await signed();
    const { database, keyFile, key } = story;
    const origin = key.split('+')[0]!;
    const own = loadOrCreateSigningKey(`${keyFile}.own`, origin);
    const newKey = formatVerifierKey(own.verifierKey);
    const changedAt = '2026-01-01T00:00:00.000Z';
    const change = { origin, oldKey: key, newKey, reason: 'rotation', changedAt };
    const statement = signKeyChange(change, [own]);
    const data = { old_key: key, new_key: newKey, reason: 'rotation', changed_at: changedAt, statement };
    edit(database, (connection) => {
      connection
        .prepare(
          `INSERT INTO events (position, stream_id, version, type, schema_version, data, metadata, recorded_at)
           VALUES (2, ?, 1, ?, 1, ?, '{"actor":"an admin","correlation_id":"x"}', ?)`,
        )
        .run(`log-${origin}`, type, JSON.stringify(data), changedAt);
      connection.exec('UPDATE projections SET position = 2');
    });
    renameSync(`${keyFile}.own`, keyFile);
    const file = place.path(`slipped-${type}.ndjson`);
    expect(await on(database, 'export', file)).toMatchObject({ code: 0 });
    return { ...story, file };
  }

  it.each(['SigningKeyRotated', 'SigningKeyReplaced'])(
    'is found by an auditor who holds the old one: %s',
    async (type) => {
      const { database, key, note, file } = await slippedIn(type);
      for (const found of [
        await holds(database, note, key),
        await daybook('verify', '--file', file, '--key', key),
      ]) {
        expect(found.code).toBe(1);
        expect(found.err).toContain(`event 2 (${type}`);
        expect(found.err).toContain('no key that you trust has signed that');
      }
      const plain = await on(database, 'verify');
      if (type === 'SigningKeyRotated') {
        expect(plain).toMatchObject({ code: 1, out: expect.stringContaining('has not signed it') });
      } else {
        expect(plain).toMatchObject({
          code: 0,
          out: expect.stringMatching(/Warning: event 2 .* is said to be lost/),
        });
      }
    },
  );
});

it('replaces a key that is lost, and every auditor sees it', async () => {
  const { settings, database, keyFile, key, note } = await signed();
  rmSync(keyFile);
  await served(settings, async (service) => {
    const { status, body } = await service.get('/audit/checkpoint');
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'evidence_unusable' });
    expect((await service.get('/health')).body.warnings).toEqual([expect.stringContaining('is missing')]);
    // None is made in silence.
    expect(existsSync(keyFile)).toBe(false);
  });
  expect(await rotate(database)).toMatchObject({
    code: 2,
    err: expect.stringContaining('daybook key replace'),
  });

  const id = key.split('+').slice(0, 2).join('+');
  const { code, out } = await replace(database);
  expect(code).toBe(0);
  const { new_key: newKey, ...replaced } = JSON.parse(out);
  expect(replaced).toMatchObject({ position: 2, type: 'SigningKeyReplaced', old_key: id, kept: null });
  expect(await replace(database)).toMatchObject({
    code: 2,
    err: expect.stringContaining('daybook key rotate'),
  });

  await served(settings, async (service) => {
    expect((await service.get('/audit/checkpoint')).status).toBe(200);
    const { items } = (await service.get('/audit/keys')).body;
    expect(items).toMatchObject([
      { key: id, to_size: 1 },
      { key: newKey, change: { signed_by_old: false } },
    ]);
  });
  const plain = await on(database, 'verify', '--json');
  expect(plain.code).toBe(0);
  expect(JSON.parse(plain.out).warnings).toEqual([expect.stringContaining('"the disk was lost"')]);

  const alarmed = await holds(database, note, key);
  expect(alarmed.code).toBe(1);
  expect(alarmed.err).toContain('give it with another --key');
  expect(await holds(database, note, key, newKey)).toMatchObject({ code: 0 });
});

it('takes another key that is there by now, when the lost one is named', async () => {
  const { database, keyFile, key, note } = await signed();
  const origin = key.split('+')[0]!;
  rmSync(keyFile);
  const other = formatVerifierKey(loadOrCreateSigningKey(keyFile, origin).verifierKey);
  const stuck = await on(database, 'verify');
  expect(stuck).toMatchObject({ code: 2, err: expect.stringContaining('daybook key replace') });
  // Whoever has kept the old key can check all the same.
  expect(await holds(database, note, key)).toMatchObject({
    code: 1,
    out: expect.stringMatching(/is not the one that signed the newest checkpoint/),
  });
  const wrong = formatVerifierKey(loadOrCreateSigningKey(place.path('wrong.key'), origin).verifierKey);
  expect(await replace(database, '--old-key', wrong)).toMatchObject({ code: 2, out: '' });

  const { out } = await replace(database, '--old-key', key);
  expect(JSON.parse(out)).toMatchObject({ old_key: key, new_key: other });
  expect(await on(database, 'verify')).toMatchObject({ code: 0 });
  // The old one is known by the log now.
  expect(await holds(database, note, other)).toMatchObject({ code: 0 });
});

it('puts a key in the place of a file that holds none, and keeps that', async () => {
  const { database, keyFile } = await signed();
  writeFileSync(keyFile, 'rubbish');
  const { code, out } = await replace(database);
  expect(code).toBe(0);
  expect(readFileSync(JSON.parse(out).kept, 'utf8')).toBe('rubbish');
  expect(await on(database, 'verify')).toMatchObject({ code: 0 });
});

it.each(['before the new key is in its place', 'before it has signed'])(
  'ends when done again what was cut off %s',
  async (when) => {
    const { settings, database, keyFile, note } = await signed();
    const { position, new_key: newKey, kept } = JSON.parse((await rotate(database)).out);
    // As if the process had been killed then.
    writeFileSync(`${keyFile}.checkpoint`, note);
    if (when === 'before the new key is in its place') {
      renameSync(keyFile, `${keyFile}.next`);
      linkSync(kept, keyFile);
      rmSync(`${keyFile}.changes`);
      await served(settings, async (service) => {
        expect(await service.get('/audit/checkpoint')).toMatchObject({ status: 503 });
      });
      expect(await on(database, 'verify')).toMatchObject({ code: 1 });
      expect(JSON.parse((await rotate(database)).out)).toMatchObject({
        position,
        new_key: newKey,
        was_recorded: true,
      });
      expect(existsSync(`${keyFile}.next`)).toBe(false);
    }
    await served(settings, async (service) => {
      expect(openCheckpoint(await checkpointOf(service), parseVerifierKey(newKey)).size).toBe(2);
    });
    expect(await on(database, 'verify')).toMatchObject({ code: 0 });
  },
);

it('goes on after a backup from before a rotation was put back', async () => {
  const { settings, database, key, note } = await signed();
  const backup = place.path('from-before.db');
  copyFileSync(database, backup);
  const { new_key: newKey, checkpoint: lost } = JSON.parse((await rotate(database)).out);
  expect(await on(database, 'restore', backup)).toMatchObject({ code: 0 });
  await served(settings, async (service) => {
    expect(await service.get('/audit/checkpoint')).toMatchObject({
      status: 409,
      body: { code: 'log_rolled_back' },
    });
  });
  expect(await rotate(database)).toMatchObject({ code: 2, err: expect.stringContaining('accept-rollback') });

  expect(await on(database, 'accept-rollback', '--reason', 'the disk was lost')).toMatchObject({ code: 0 });
  const newest = await served(settings, async (service) => {
    const { items } = (await service.get('/audit/keys')).body;
    expect(items).toMatchObject([
      { key, to_size: 2 },
      { key: newKey, from_size: 3, change: { signed_by_old: true } },
    ]);
    return checkpointOf(service);
  });
  expect(await on(database, 'verify')).toMatchObject({ code: 0 });
  for (const kept of [note, newest]) expect(await holds(database, kept, key)).toMatchObject({ code: 0 });
  expect(await holds(database, lost, key)).toMatchObject({
    code: 1,
    out: expect.stringContaining('was abandoned by event 2'),
  });
});

it('changes nothing where there is nothing to change', async () => {
  const { database, keyFile, key } = await signed();
  expect(await replace(database)).toMatchObject({
    code: 2,
    err: expect.stringContaining("and is the log's"),
  });
  expect(await rotate(database, '--reason', ' ')).toMatchObject({
    code: 2,
    err: expect.stringContaining('The reason'),
  });
  expect(existsSync(`${keyFile}.next`)).toBe(false);
  expect(formatVerifierKey(loadOrCreateSigningKey(keyFile, key.split('+')[0]!).verifierKey)).toBe(key);
});
