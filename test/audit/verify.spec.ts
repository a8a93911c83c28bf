// Verification, on a copy of a database that somebody has edited by hand.
import BetterSqlite3 from 'better-sqlite3';
import type { TableVerification } from '../../src/audit/verify.js';
import { finishedJob } from '../support/finished-job.js';
import { startTestService } from '../support/service.js';
import { verifiedTables } from '../support/reading.js';
import { workplace } from '../support/workplace.js';

const place = workplace();
let original: string;
let jobId: string;

beforeAll(async () => {
  const service = await startTestService(place, { MAX_ACTIVE_JOBS: '2' });
  jobId = await finishedJob(service, ['2025-01-16', '2025-01-17'], ['gpt-5', 'claude-3.7-sonnet']);
  const removed = await finishedJob(service, ['2025-01-20'], ['gpt-5']);
  await service.delete(`/jobs/${removed}`);
  await service.post('/simulate/trigger', { date_range: ['2025-01-21'], models: ['gpt-5'] });
  original = service.databasePath;
});

let copies = 0;

/** Verifies a copy after an edit; the service goes on with the original. */
function edited(...statements: string[]): Promise<TableVerification> {
  copies += 1;
  const copy = place.path(`copy-${copies}.db`);
  const source = new BetterSqlite3(original, { readonly: true });
  source.exec(`VACUUM INTO '${copy}'`);
  source.close();
  const editor = new BetterSqlite3(copy);
  editor.pragma('foreign_keys = OFF');
  for (const statement of statements) editor.exec(statement);
  editor.close();
  return verifiedTables(copy);
}

const withoutGuards = [
  'DROP TRIGGER events_no_update',
  'DROP TRIGGER events_no_delete',
  'DROP TRIGGER events_append_only',
];

it('finds nothing in what nobody has touched, a removed job included', async () => {
  expect(await edited()).toEqual({
    events: 14,
    streams: { job: 3, log: 0 },
    difference_count: 0,
    differences: [],
    problems: [],
    warnings: [],
  });
});

it.each([
  [
    'a status',
    "UPDATE jobs SET status = 'failed' WHERE job_id = '$job'",
    { table: 'jobs', column: 'status', expected: 'completed', actual: 'failed' },
  ],
  [
    'an end',
    "UPDATE jobs SET completed_at = NULL WHERE job_id = '$job'",
    { table: 'jobs', column: 'completed_at', actual: null },
  ],
  [
    'a counter',
    "UPDATE job_progress SET completed = 3 WHERE job_id = '$job'",
    { table: 'job_progress', column: 'completed', expected: 4, actual: 3 },
  ],
  [
    'an error',
    "UPDATE job_details SET error = 'x' WHERE job_id = '$job' AND model = 'gpt-5' AND date = '2025-01-17'",
    {
      table: 'job_details',
      date: '2025-01-17',
      model: 'gpt-5',
      column: 'error',
      expected: null,
      actual: 'x',
    },
  ],
  [
    'a number that became text',
    "UPDATE job_details SET duration_seconds = 'long' WHERE job_id = '$job' AND model = 'gpt-5' AND date = '2025-01-17'",
    { column: 'duration_seconds', actual: 'long' },
  ],
])('finds %s that was changed, and says where', async (_, statement, difference) => {
  const { difference_count: count, differences } = await edited(statement.replace('$job', jobId));
  expect(count).toBe(1);
  expect(differences[0]).toMatchObject({ job_id: jobId, ...difference });
});

it('finds a row that is missing, and one that nobody knows', async () => {
  const missing = await edited(
    `DELETE FROM job_details WHERE job_id = '${jobId}' AND date = '2025-01-16' AND model = 'gpt-5'`,
  );
  expect(missing.differences).toEqual([expect.objectContaining({ model: 'gpt-5', actual: null })]);
  const foreign = await edited(
    "INSERT INTO job_details (job_id, date, model, status) VALUES ('ghost', '2025-01-16', 'm', 'pending')",
  );
  expect(foreign.differences).toEqual([expect.objectContaining({ job_id: 'ghost', expected: null })]);
});

it('counts all differences and shows the first hundred', async () => {
  const rows = Array.from({ length: 150 }, (_, index) => `('ghost', '2025-01-16', 'm${index}', 'pending')`);
  const { difference_count: count, differences } = await edited(
    `INSERT INTO job_details (job_id, date, model, status) VALUES ${rows.join(', ')}`,
  );
  expect({ count, shown: differences.length }).toEqual({ count: 150, shown: 100 });
});

it.each([
  ['an event of an unknown type', "UPDATE events SET type = 'JobBlessed' WHERE position = 2", /JobBlessed/],
  [
    'data that is no JSON',
    "UPDATE events SET data = '{' WHERE position = 3",
    /cannot be folded at version 3/,
  ],
])('finds %s', async (_, statement, problem) => {
  const { problems } = await edited(...withoutGuards, statement);
  expect(problems.join('\n')).toMatch(problem);
});

it('finds an event whose data was changed, by the rows that no longer fit', async () => {
  const statement = `UPDATE events SET data = replace(data, '"tester"', '"somebody"') WHERE position = 2`;
  expect((await edited(...withoutGuards, statement)).differences).toEqual([
    expect.objectContaining({ column: 'worker', expected: 'somebody', actual: 'tester' }),
  ]);
});
