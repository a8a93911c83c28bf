// Rebuilds over HTTP, in a real process that is killed in the middle of them; and what a start does about tables that
// are not as far as the log.
import BetterSqlite3 from 'better-sqlite3';
import { daybook } from '../support/command.js';
import { workplace } from '../support/workplace.js';
import { settingsIn, startDaybook, startInVain, type Daybook } from './daybook-process.js';
import { expectTablesToMatchLog } from '../support/tables-match-log.js';

const place = workplace();
const settings = settingsIn(place, 'rebuild', { MAX_ACTIVE_JOBS: '3' });
const path = settings.databasePath;

function onDatabase<T>(work: (connection: BetterSqlite3.Database) => T): T {
  const connection = new BetterSqlite3(path);
  try {
    return work(connection);
  } finally {
    connection.close();
  }
}

const namesIn = (): unknown[] =>
  onDatabase((connection) => connection.prepare('SELECT name FROM sqlite_master').pluck().all());

async function ended(service: Daybook, location: string): Promise<any> {
  for (;;) {
    const { body } = await service.get(location);
    if (body.status !== 'running') return body;
  }
}

it('rebuilds, tells how far it is and what it found, and survives being killed at any moment', async () => {
  let service = await startDaybook(settings);
  const models = Array.from({ length: 1_000 }, (_, index) => `m${index}`);
  await service.post('/simulate/trigger', { date_range: ['2025-01-16', '2025-01-17'], models });
  const names = namesIn();
  for (const pauseTurns of [0, 3, 10]) {
    const { status, headers, body } = await service.post('/admin/projections/rebuild');
    expect([status, headers.get('location')]).toEqual([202, `/admin/projections/rebuild/${body.id}`]);
    for (let turn = 0; turn < pauseTurns; turn += 1) await service.get(headers.get('location') ?? '');
    await service.end('SIGKILL');
    expectTablesToMatchLog(path);
    service = await startDaybook(settings);
    const { body: after } = await service.get(`/admin/projections/rebuild/${body.id}`);
    // It may have been killed before it began to be written down, or after it was done.
    if (after.id !== undefined) expect(['failed', 'completed']).toContain(after.status);
    expect(namesIn()).toEqual(names);
  }
  const started = await service.post('/admin/projections/rebuild');
  const location = started.headers.get('location') ?? '';
  const second = await service.post('/admin/projections/rebuild');
  if (second.status === 409) {
    expect(second.body).toMatchObject({ code: 'rebuild_running', current_rebuild_id: started.body.id });
  }
  expect(await ended(service, location)).toMatchObject({
    status: 'completed',
    events_done: 1,
    events_total: 1,
    difference_count: 0,
    differences: [],
  });
  expect((await service.get('/admin/projections')).body.items).toMatchObject([
    {
      name: 'jobs',
      version: 1,
      position: 1,
      lag: 0,
      rows: { jobs: 1, job_progress: 1, job_details: 2_000 },
      last_rebuild: { status: 'completed' },
    },
  ]);
  expect((await service.get('/admin/projections/rebuild/none')).body.code).toBe('rebuild_not_found');
  expect(await service.end('SIGTERM')).toMatchObject({ code: 0, signal: null });
  expectTablesToMatchLog(path);
});

describe('a start', () => {
  it('catches up with events that no table knows', async () => {
    onDatabase((connection) => {
      connection.exec('UPDATE job_progress SET version = 0; UPDATE projections SET position = 0');
    });
    const service = await startDaybook(settings);
    expect((await service.get('/admin/projections')).body.items).toMatchObject([{ position: 1, lag: 0 }]);
    await service.end('SIGTERM');
    expectTablesToMatchLog(path);
  });

  it('builds tables of older rules anew, before it is ready', async () => {
    onDatabase((connection) => {
      connection.exec('UPDATE job_progress SET version = 0; UPDATE projections SET version = 0');
    });
    const service = await startDaybook(settings);
    expect((await service.get('/admin/projections')).body.items).toMatchObject([
      { version: 1, position: 1, last_rebuild: { status: 'completed', difference_count: 1 } },
    ]);
    await service.end('SIGTERM');
    expectTablesToMatchLog(path);
  });

  it('makes tables that somebody dropped again', async () => {
    const schemaOf = (): unknown => {
      const connection = new BetterSqlite3(path, { readonly: true });
      const found = connection
        .prepare('SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name')
        .all();
      connection.close();
      return found;
    };
    const before = schemaOf();
    onDatabase((connection) => {
      connection.pragma('foreign_keys = OFF');
      connection.exec('DROP TABLE job_progress; DROP TABLE jobs');
    });
    const { code, out } = await daybook('verify', '--database', path);
    expect(code).toBe(1);
    expect(out).toContain(
      'The log: the table job_progress is missing: the next start of a service makes it again',
    );
    const service = await startDaybook(settings);
    expect((await service.get('/jobs')).body.items).toHaveLength(1);
    await service.end('SIGTERM');
    expectTablesToMatchLog(path);
    expect(schemaOf()).toEqual(before);
  });

  it('refuses tables that are ahead of the log, or of a newer Daybook', async () => {
    onDatabase((connection) => connection.exec('UPDATE projections SET position = 7'));
    expect(await startInVain(settings)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('are at position 7, and the log ends at 1'),
    });
    expect(await daybook('verify', '--database', path)).toMatchObject({
      code: 1,
      out: expect.stringContaining(
        'are at position 7, and the log ends at 1: events are missing, or the row',
      ),
    });
    onDatabase((connection) => connection.exec('UPDATE projections SET position = 1, version = 2'));
    expect(await startInVain(settings)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('come from a newer Daybook (version 2, this one knows 1)'),
    });
    expect(await daybook('verify', '--database', path)).toMatchObject({
      code: 1,
      out: expect.stringContaining('come from a newer Daybook (version 2, this one knows 1)'),
    });
  });
});
