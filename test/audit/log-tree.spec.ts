// The tree over the log, brought up to date: on copies of a database, some of them edited.
import BetterSqlite3 from 'better-sqlite3';
import { growTree, keepUp } from '../../src/audit/log-tree.js';
import { leafHash } from '../../src/proof/leaf.js';
import { rootOf } from '../../src/proof/merkle.js';
import { leafHashAt, rootAt } from '../../src/proof/tile-tree.js';
import { logOf, wholeLog } from '../../src/audit/signed-log.js';
import type { StoredEvent } from '../../src/proof/leaf.js';
import { TileDatabase, tilesPathOf } from '../../src/database/sqlite/tile-database.js';
import type { Log } from '../../src/event-store/log.js';
import { reading } from '../support/reading.js';
import { settingsIn, startDaybook } from '../durability/daybook-process.js';
import { finishedJob } from '../support/finished-job.js';
import { startTestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';

const place = workplace();
let original: string;
const events = 9;

beforeAll(async () => {
  const service = await startTestService(place);
  await finishedJob(service, ['2025-01-16', '2025-01-17'], ['gpt-5', 'claude-3.7-sonnet']);
  await service.service.stop();
  original = service.databasePath;
});

let copies = 0;

/** A copy of the database without the guards of its log. */
function copy(): string {
  copies += 1;
  const path = place.path(`copy-${copies}.db`);
  const source = new BetterSqlite3(original);
  source.exec(`VACUUM INTO '${path}'`);
  source.close();
  for (const guard of ['events_no_update', 'events_no_delete', 'events_append_only'])
    edit(path, `DROP TRIGGER ${guard}`);
  return path;
}

function edit(path: string, statement: string): void {
  const editor = new BetterSqlite3(path);
  editor.exec(statement);
  editor.close();
}

async function withTree<T>(path: string, work: (log: Log, tiles: TileDatabase) => Promise<T>): Promise<T> {
  const tiles = TileDatabase.open(tilesPathOf(path));
  try {
    return await reading(path, (opened) => work(logOf(opened), tiles));
  } finally {
    tiles.close();
  }
}

const isOf = async (log: Log, tiles: TileDatabase): Promise<boolean> => {
  const events: StoredEvent[] = [];
  for await (const page of wholeLog(log)) events.push(...page);
  const leaves = events.map(leafHash);
  const size = await tiles.size();
  return size === leaves.length && (await rootAt(tiles, size)).equals(rootOf(leaves));
};

const removeFrom = (position: number): string => `DELETE FROM events WHERE position >= ${position}`;
/** The last events once more, under other ids and so with other leaves, up to as many as were there before. */
const goOn = `INSERT INTO events SELECT position + 4, stream_id || 'x', version, type, schema_version, data, metadata, recorded_at
              FROM events WHERE position BETWEEN 2 AND 5`;

it('is the tree of the log when the log was put back, whether it has gone on since or not', async () => {
  const path = copy();
  await withTree(path, growTree);
  edit(path, removeFrom(6));
  await withTree(path, async (log, tiles) => {
    expect(await tiles.size()).toBe(events);
    expect(await growTree(log, tiles)).toBe(5);
    expect(await isOf(log, tiles)).toBe(true);
  });
  const other = copy();
  await withTree(other, growTree);
  edit(other, removeFrom(6));
  edit(other, goOn);
  await withTree(other, async (log, tiles) => {
    expect(await growTree(log, tiles)).toBe(events);
    expect(await isOf(log, tiles)).toBe(true);
  });
});

it('is never cleared in the background: its leaves tell what was changed', async () => {
  const path = copy();
  await withTree(path, growTree);
  edit(path, removeFrom(6));
  await withTree(path, async (log, tiles) => {
    const leaf = await leafHashAt(tiles, 8);
    expect(await keepUp(log, tiles)).toBe(false);
    expect(await tiles.size()).toBe(events);
    expect(await leafHashAt(tiles, 8)).toEqual(leaf);
  });
});

it('takes no event for another one: a hole in the log is refused', async () => {
  const behindTree = copy();
  await withTree(behindTree, async (log, tiles) => {
    while (await keepUp(log, tiles)) expect(await tiles.size()).toBeLessThan(events);
  });
  edit(behindTree, 'UPDATE events SET position = 10 WHERE position = 9');
  const beforeTree = copy();
  edit(beforeTree, 'DELETE FROM events WHERE position = 4');
  for (const path of [behindTree, beforeTree]) {
    await withTree(path, async (log, tiles) => {
      await expect(growTree(log, tiles)).rejects.toMatchObject({ code: 'log_damaged' });
    });
  }
});

it('grows by a bounded part at a time, and says when something is left', async () => {
  const path = copy();
  const many = 5_000;
  edit(
    path,
    `WITH RECURSIVE numbers(n) AS (SELECT ${events + 1} UNION ALL SELECT n + 1 FROM numbers WHERE n < ${many})
     INSERT INTO events SELECT n, 'job-many', n, 'JobRetried', 1, '{"n":' || n || '}', '{}', '2999-01-01T00:00:00.000Z'
     FROM numbers`,
  );
  await withTree(path, async (log, tiles) => {
    expect(await keepUp(log, tiles)).toBe(true);
    expect(await tiles.size()).toBeGreaterThan(0);
    expect(await tiles.size()).toBeLessThan(many);
  });
  // Whoever comes next goes on where that one was.
  await withTree(path, async (log, tiles) => {
    while (await keepUp(log, tiles)) expect(await tiles.size()).toBeLessThan(many);
    expect(await isOf(log, tiles)).toBe(true);
  });
});

it('grows in the background of a service, and goes on after a restart', async () => {
  const settings = settingsIn(place, 'followed');
  const sizes: number[] = [];
  for (const [date, size] of [
    ['2025-01-16', 1],
    ['2025-01-17', 2],
  ] as const) {
    const service = await startDaybook({ ...settings, MAX_ACTIVE_JOBS: '9' });
    await service.post('/simulate/trigger', { date_range: [date], models: ['gpt-5'] });
    const tiles = TileDatabase.open(tilesPathOf(settings.databasePath));
    while ((await tiles.size()) < size) await service.get('/health');
    sizes.push(await tiles.size());
    tiles.close();
    await service.end('SIGTERM');
  }
  expect(sizes).toEqual([1, 2]);
  await withTree(settings.databasePath, async (log, tiles) => {
    expect(await isOf(log, tiles)).toBe(true);
  });
});
