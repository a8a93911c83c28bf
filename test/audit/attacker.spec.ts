// The attacker has the database file and may do anything to it, the triggers dropped; the key is out of reach.
import { existsSync, copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import BetterSqlite3 from 'better-sqlite3';
import { checkExport, writeExport } from '../../src/audit/export.js';
import { Notary } from '../../src/audit/notary.js';
import { openCheckpoint } from '../../src/proof/checkpoint.js';
import { verifyProof } from '../../src/proof/tlog-proof.js';
import type { StoredEvent } from '../../src/proof/leaf.js';
import { parseVerifierKey } from '../../src/proof/verifier-key.js';
import { checkSignedLog, logOf, wholeLog, type CheckedSignedLog } from '../../src/audit/signed-log.js';
import type { OpenReader } from '../../src/database/engine.js';
import { engineOf } from '../../src/database/engines.js';
import { originIn } from '../../src/database/log-identity.js';
import { TileDatabase, tilesPathOf } from '../../src/database/sqlite/tile-database.js';
import { logGuards } from '../../src/database/sqlite/log-guards.js';
import { reading } from '../support/reading.js';
import { finishedJob } from '../support/finished-job.js';
import { startTestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';

const place = workplace();
let original: string;
let signed: string;
let verifierKey: string;
const events = 9;

function copy(from: string, to: string): void {
  const source = new BetterSqlite3(from);
  source.exec(`VACUUM INTO '${to}'`);
  source.close();
}

/** A notary on a database, for the length of `work`. */
async function withNotary<T>(
  path: string,
  work: (notary: Notary, opened: OpenReader) => Promise<T>,
): Promise<T> {
  const tiles = TileDatabase.open(tilesPathOf(path));
  try {
    return await reading(path, async (opened) => {
      const origin = await originIn(opened.reader);
      return work(new Notary(logOf(opened), tiles, `${path}.key`, origin!), opened);
    });
  } finally {
    tiles.close();
  }
}

beforeAll(async () => {
  const service = await startTestService(place);
  await finishedJob(service, ['2025-01-16', '2025-01-17'], ['gpt-5', 'claude-3.7-sonnet']);
  await service.service.stop();
  original = place.path('original.db');
  copy(service.databasePath, original);
  await withNotary(original, async (notary) => {
    signed = await notary.checkpoint();
    verifierKey = await notary.key();
  });
});

let victims = 0;

/** A copy of everything, edited: the database, and what lies beside it. */
function attacked(...statements: string[]): string {
  victims += 1;
  const victim = place.path(`victim-${victims}.db`);
  copy(original, victim);
  copy(tilesPathOf(original), tilesPathOf(victim));
  for (const ending of ['.key', '.key.checkpoint']) copyFileSync(original + ending, victim + ending);
  const attacker = new BetterSqlite3(victim);
  for (const name of ['events_no_update', 'events_no_delete', 'events_append_only'])
    attacker.exec(`DROP TRIGGER ${name}`);
  for (const statement of statements) attacker.exec(statement);
  // Without a trace of that, too.
  for (const guard of logGuards) attacker.exec(guard);
  attacker.close();
  return victim;
}

const checkOf = (path: string): Promise<CheckedSignedLog> =>
  reading(path, (opened) =>
    checkSignedLog(opened, { engine: engineOf(`sqlite:${path}`), keyFile: `${path}.key` }),
  );

const problemsOf = async (path: string): Promise<string[]> => (await checkOf(path)).problems;

const shift = (from: number, by: number): string[] => [
  `UPDATE events SET position = -position WHERE position >= ${from}`,
  `UPDATE events SET position = -position + ${by} WHERE position < 0`,
];

it('finds nothing when nobody has touched anything', async () => {
  expect(await problemsOf(attacked())).toEqual([]);
});

it.each([
  [
    "changes an event's data",
    [`UPDATE events SET data = replace(data, '10000', '99999') WHERE position = 3`],
    /event 3 \(ModelDayCompleted/,
  ],
  [
    'changes who did it',
    [`UPDATE events SET metadata = replace(metadata, 'tester', 'nobody') WHERE position = 2`],
    /event 2 \(ModelDayStarted/,
  ],
  [
    'changes when it was',
    [`UPDATE events SET recorded_at = '2020-01-01T00:00:00.000Z' WHERE position = 4`],
    /event 4 /,
  ],
  [
    'swaps two events',
    [
      'UPDATE events SET position = -5 WHERE position = 5',
      'UPDATE events SET position = 5 WHERE position = 7',
      'UPDATE events SET position = 7 WHERE position = -5',
    ],
    /event 5 /,
  ],
  ['removes the last one', [`DELETE FROM events WHERE position = ${events}`], /event 9 .*missing/],
  [
    'removes one in the middle',
    ['DELETE FROM events WHERE position = 4'],
    /where event 4 should be is event 5/,
  ],
  [
    'removes one in the middle and closes the gap',
    ['DELETE FROM events WHERE position = 4', ...shift(5, -1)],
    /event 4 .*is not the one/,
  ],
  [
    'adds one in the middle',
    [
      ...shift(5, 1),
      `INSERT INTO events SELECT 5, stream_id, 99, type, schema_version, data, metadata, recorded_at FROM events WHERE position = 4`,
    ],
    /event 5 .*is not the one/,
  ],
  [
    'invents a job before the first event',
    [
      `INSERT INTO events SELECT position - 100, 'job-invented', version, type, schema_version, data, metadata, recorded_at FROM events`,
    ],
    /where event 1 should be is event -99/,
  ],
  [
    'gives an event a version that no stream can have',
    ['UPDATE events SET version = 9007199254740993 WHERE position = 9'],
    /event 9 cannot be what was recorded/,
  ],
])('finds an attacker who %s, and says which event', async (_, statements, problem) => {
  expect((await problemsOf(attacked(...statements))).join('\n')).toMatch(problem);
});

describe('an attacker who rewrites everything with fresh hashes', () => {
  let victim: string;

  beforeAll(() => {
    victim = attacked(`UPDATE events SET data = replace(data, '10000', '99999') WHERE position = 3`);
    for (const ending of ['', '-wal', '-shm']) rmSync(tilesPathOf(victim) + ending, { force: true });
    expect(existsSync(tilesPathOf(victim))).toBe(false);
  });

  it('is found by the newest checkpoint that was signed', async () => {
    expect((await problemsOf(victim)).join('\n')).toMatch(
      /events 1 to 9 are not those of the signed checkpoint/,
    );
  });

  it('is found by an older checkpoint that an auditor has kept, with nothing beside the database', async () => {
    rmSync(`${victim}.key.checkpoint`);
    const older = openCheckpoint(signed, parseVerifierKey(verifierKey));
    const engine = engineOf(`sqlite:${victim}`);
    const options = { engine, keyFile: `${victim}.key`, checkpoints: [older] };
    const { problems } = await reading(victim, (opened) => checkSignedLog(opened, options));
    expect(problems.join('\n')).toMatch(/the past was rewritten/);
  });
});

it('warns when a guard of the log is missing or was changed', async () => {
  const victim = attacked();
  const attacker = new BetterSqlite3(victim);
  attacker.exec('DROP TRIGGER events_no_update; DROP TRIGGER events_no_delete');
  attacker.exec('CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT 1; END');
  attacker.close();
  expect(await checkOf(victim)).toMatchObject({
    problems: [],
    warnings: [
      'the trigger events_no_update that guards the log is missing or was changed',
      'the trigger events_no_delete that guards the log is missing or was changed',
    ],
  });
});

describe('evidence that is gone', () => {
  const without = (...endings: string[]): string => {
    const victim = attacked();
    for (const ending of endings) rmSync(victim + ending);
    return victim;
  };

  it('is told, since agreement says less without it', async () => {
    expect(await checkOf(attacked())).toMatchObject({ problems: [], warnings: [] });
    expect(await checkOf(without('.tree'))).toMatchObject({
      problems: [],
      warnings: [expect.stringContaining('leaf hashes are kept of 0 events, and a checkpoint over 9')],
    });
    expect(await checkOf(without('.tree', '.key.checkpoint'))).toMatchObject({
      problems: [],
      warnings: [expect.stringContaining('neither leaf hashes nor a signed checkpoint')],
    });
  });

  it('is a problem when a signed checkpoint can no longer be compared', async () => {
    for (const victim of [without('.key'), attacked('DELETE FROM log_identity')])
      expect((await problemsOf(victim)).join()).toMatch(/signed checkpoint .* cannot be compared/);
  });

  it('cannot be checked when what was signed is rubbish', async () => {
    const victim = attacked();
    writeFileSync(`${victim}.key.checkpoint`, 'rubbish');
    await expect(checkOf(victim)).rejects.toThrow(/What was signed of this log.* cannot be used/);
  });

  it('is a problem when a leaf hash that should be there cannot be read', async () => {
    const victim = attacked();
    const tree = new BetterSqlite3(tilesPathOf(victim));
    tree.exec('UPDATE tiles SET tile = 1 WHERE level = 0 AND tile = 0');
    tree.close();
    expect((await problemsOf(victim)).join()).toMatch(/leaf hash that was kept of event 1 cannot be read/);
  });
});

describe('a database that was put back to an older copy', () => {
  it('gets no new checkpoint: both are shown', async () => {
    const victim = attacked('DELETE FROM events WHERE position > 5');
    await withNotary(victim, async (notary) => {
      await expect(notary.checkpoint()).rejects.toMatchObject({
        code: 'log_rolled_back',
        facts: {
          signed_checkpoint: expect.stringContaining('\n9\n'),
          present_checkpoint: expect.stringContaining('\n5\n'),
        },
      });
    });
    expect(readFileSync(`${victim}.key.checkpoint`, 'utf8')).toBe(signed);
  });
});

describe('proofs that are checked offline', () => {
  it('holds for every event, and not for another key', async () => {
    await withNotary(attacked(), async (notary) => {
      for (let position = 1; position <= events; position += 1) {
        const proof = await notary.proofFile(position);
        const { event } = verifyProof({ proof, verifierKeys: [parseVerifierKey(verifierKey)] });
        expect(event.position).toBe(position);
      }
      await expect(notary.proofFile(events + 1)).rejects.toMatchObject({ code: 'position_not_found' });
    });
  });
});

describe('a log that was damaged', () => {
  it.each([
    ['changed', `UPDATE events SET data = replace(data, '10000', '99999') WHERE position = 3`],
    ['removed', 'DELETE FROM events WHERE position = 3'],
  ])('gives no proof of an event that was %s', async (_, statement) => {
    await withNotary(attacked(statement), async (notary) => {
      await expect(notary.proofFile(3)).rejects.toMatchObject({ kind: 'conflict', code: 'log_damaged' });
    });
  });

  it.each([3, events])('is not exported without its event %i', async (position) => {
    const path = place.path(`damaged-${position}.ndjson`);
    const victim = attacked(`DELETE FROM events WHERE position = ${position}`);
    const written = reading(victim, (opened) =>
      writeExport({ path, pages: wholeLog(logOf(opened)), note: signed }),
    );
    await expect(written).rejects.toThrow(`Event ${position} is missing in the log`);
    expect(existsSync(path)).toBe(false);
  });
});

describe('an exported file', () => {
  const storedEvents = (): Promise<StoredEvent[]> =>
    reading(original, async (opened) => {
      const found: StoredEvent[] = [];
      for await (const page of wholeLog(logOf(opened))) found.push(...page);
      return found;
    });

  async function* pagesOf(events: StoredEvent[]): AsyncGenerator<StoredEvent[]> {
    yield await Promise.resolve(events);
  }

  const exported = async (name: string): Promise<string> => {
    const file = place.path(name);
    await writeExport({ path: file, pages: pagesOf(await storedEvents()), note: signed, force: true });
    return file;
  };

  it.each(['log.ndjson', 'log.ndjson.gz'])('holds the whole log and its checkpoint: %s', async (name) => {
    const checked = await checkExport(await exported(name), { keys: [parseVerifierKey(verifierKey)] });
    expect(checked).toMatchObject({ events, problems: [] });
  });

  it('is there as a whole or not at all, and replaces no other file unasked', async () => {
    const file = place.write('exports/precious.ndjson', 'precious');
    await expect(writeExport({ path: file, pages: pagesOf([]), note: signed })).rejects.toThrow(/--force/);
    expect(readFileSync(file, 'utf8')).toBe('precious');
    async function* broken(): AsyncGenerator<StoredEvent[]> {
      yield* pagesOf([]);
      throw new Error('the disk of the log is gone');
    }
    for (const path of [file, place.path('exports/new.ndjson.gz')]) {
      await expect(writeExport({ path, pages: broken(), note: signed, force: true })).rejects.toThrow(/gone/);
    }
    expect(readdirSync(place.path('exports'))).toEqual(['precious.ndjson']);
    expect(readFileSync(file, 'utf8')).toBe('precious');
    const whole = readFileSync(await exported('whole.ndjson'), 'utf8');
    await exported('exports/precious.ndjson');
    expect(readFileSync(file, 'utf8')).toBe(whole);
    expect(readdirSync(place.path('exports'))).toEqual(['precious.ndjson']);
  });

  it('is found out when a line was changed, is missing, or was cut off', async () => {
    const lines = readFileSync(await exported('lines.ndjson'), 'utf8')
      .trimEnd()
      .split('\n');
    const check = (name: string, edited: string[]) =>
      checkExport(place.write(name, `${edited.join('\n')}\n`), {});
    const changed = lines.map((line, index) => (index === 2 ? line.replace('10000', '99999') : line));
    expect((await check('changed.ndjson', changed)).problems.join()).toMatch(/not those of its checkpoint/);
    expect((await check('missing.ndjson', lines.toSpliced(4, 1))).problems.join()).toMatch(
      /where event 5 should be/,
    );
    await expect(check('cut.ndjson', lines.slice(0, -1))).rejects.toThrow(/cut off/);
  });

  it('says which line is no event, and why', async () => {
    const text = readFileSync(await exported('text.ndjson'), 'utf8');
    const check = (name: string, edited: string | Buffer) => {
      writeFileSync(place.path(name), edited);
      return checkExport(place.path(name), {});
    };
    await expect(check('empty-line.ndjson', text.replace('\n', '\n\n'))).rejects.toThrow(
      'Line 2 of the file is not JSON',
    );
    await expect(check('crlf.ndjson', text.replaceAll('\n', '\r\n'))).rejects.toThrow(
      'Line 1 of the file is not written as Daybook writes an event',
    );
    await expect(check('packed.ndjson', gzipSync(text))).rejects.toThrow('Line 1 of the file is not UTF-8');
    for (const checkpoint of ['null', '5', '{}', ''])
      await expect(check('odd.ndjson', `{"checkpoint":${checkpoint}}\n`)).rejects.toThrow(
        'Line 1 of the file is no checkpoint',
      );
    await expect(check('cut.ndjson.gz', gzipSync(text).subarray(0, 200))).rejects.toThrow(
      'is no whole gzip file',
    );
    await expect(check('plain.ndjson.gz', text)).rejects.toThrow('is no whole gzip file');
  });

  it('may hold what other programs take for the end of a line', async () => {
    const [event] = await storedEvents();
    const odd = { ...event!, data: JSON.stringify({ error: 'a\u2028b\u2029c\u0085d\r' }) };
    const note = signed.replace('\n9\n', '\n1\n');
    const path = place.path('odd-lines.ndjson');
    await writeExport({ path, pages: pagesOf([odd]), note });
    // The root is of another log: that the line was read as one event is what counts here.
    expect(await checkExport(path, {})).toMatchObject({
      events: 1,
      problems: ['the 1 events of the file are not those of its checkpoint'],
    });
  });

  it('must continue an older checkpoint', async () => {
    const older = { ...openCheckpoint(signed, parseVerifierKey(verifierKey)), root: Buffer.alloc(32) };
    const { problems } = await checkExport(await exported('older.ndjson'), { older: [older] });
    expect(problems.join()).toMatch(/rewritten/);
  });
});
