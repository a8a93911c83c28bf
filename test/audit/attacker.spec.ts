// The attacker has the database file and may do anything to it, the triggers dropped; the key is out of reach.
import { existsSync, copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { checkExport, writeExport } from '../../src/audit/export.js';
import { Notary } from '../../src/audit/notary.js';
import { openCheckpoint } from '../../src/audit/proof/checkpoint.js';
import { verifyProof } from '../../src/audit/proof/tlog-proof.js';
import type { StoredEvent } from '../../src/audit/proof/leaf.js';
import { parseVerifierKey } from '../../src/audit/proof/verifier-key.js';
import { checkSignedLog, eventsOf, originIn } from '../../src/audit/signed-log.js';
import { TileDatabase, tilesPathOf } from '../../src/audit/tile-database.js';
import { SqliteReader } from '../../src/database/sqlite-reader.js';
import { Log } from '../../src/event-store/log.js';
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
  work: (notary: Notary, reader: SqliteReader) => Promise<T>,
): Promise<T> {
  const reader = SqliteReader.open(path);
  const tiles = TileDatabase.open(tilesPathOf(path));
  try {
    return await work(new Notary(new Log(reader), tiles, `${path}.key`, originIn(reader)!), reader);
  } finally {
    tiles.close();
    reader.close();
  }
}

beforeAll(async () => {
  const service = await startTestService(place);
  await finishedJob(service, ['2025-01-16', '2025-01-17'], ['gpt-5', 'claude-3.7-sonnet']);
  await service.service.stop();
  original = place.path('original.db');
  copy(service.service.database.path, original);
  await withNotary(original, async (notary) => {
    signed = await notary.checkpoint();
    verifierKey = notary.key();
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
  attacker.close();
  return victim;
}

async function problemsOf(path: string): Promise<string[]> {
  const reader = SqliteReader.open(path);
  try {
    return (await checkSignedLog(reader, { databasePath: path, keyFile: `${path}.key` })).problems;
  } finally {
    reader.close();
  }
}

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
    const reader = SqliteReader.open(victim);
    const older = openCheckpoint(signed, parseVerifierKey(verifierKey));
    const options = { databasePath: victim, keyFile: `${victim}.key`, checkpoints: [older] };
    expect((await checkSignedLog(reader, options)).problems.join('\n')).toMatch(/the past was rewritten/);
    reader.close();
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
        const { event } = verifyProof({ proof, verifierKey: parseVerifierKey(verifierKey) });
        expect(event.position).toBe(position);
      }
      await expect(notary.proofFile(events + 1)).rejects.toMatchObject({ code: 'position_not_found' });
    });
  });
});

describe('an exported file', () => {
  const exported = async (name: string): Promise<string> => {
    const file = place.path(name);
    const reader = SqliteReader.open(original);
    await writeExport({ path: file, events: eventsOf(new Log(reader)), note: signed, force: true });
    reader.close();
    return file;
  };

  it.each(['log.ndjson', 'log.ndjson.gz'])('holds the whole log and its checkpoint: %s', async (name) => {
    const checked = await checkExport(await exported(name), { verifierKey: parseVerifierKey(verifierKey) });
    expect(checked).toMatchObject({ events, problems: [] });
  });

  it('is there as a whole or not at all, and replaces no other file unasked', async () => {
    const file = place.write('exports/precious.ndjson', 'precious');
    await expect(writeExport({ path: file, events: [], note: signed })).rejects.toThrow(/--force/);
    expect(readFileSync(file, 'utf8')).toBe('precious');
    function* broken(): Generator<StoredEvent> {
      yield* [];
      throw new Error('the disk of the log is gone');
    }
    for (const path of [file, place.path('exports/new.ndjson.gz')]) {
      await expect(writeExport({ path, events: broken(), note: signed, force: true })).rejects.toThrow(
        /gone/,
      );
    }
    expect(readdirSync(place.path('exports'))).toEqual(['precious.ndjson']);
    expect(readFileSync(file, 'utf8')).toBe('precious');
    await writeExport({ path: file, events: [], note: signed, force: true });
    expect(readFileSync(file, 'utf8')).toContain('"checkpoint"');
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

  it('must continue an older checkpoint', async () => {
    const older = { ...openCheckpoint(signed, parseVerifierKey(verifierKey)), root: Buffer.alloc(32) };
    expect((await checkExport(await exported('older.ndjson'), { older })).problems.join()).toMatch(
      /rewritten/,
    );
  });
});
