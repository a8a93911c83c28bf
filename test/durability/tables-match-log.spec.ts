// The proof that others rely on must notice what it is there to notice.
import { copyFileSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { startTestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';
import { expectTablesToMatchLog } from '../support/tables-match-log.js';

const place = workplace();

let original: string;

/** A stopped service with one job: a model-day that completed, one that runs, and one that waits. */
beforeAll(async () => {
  const service = await startTestService(place);
  const request = { date_range: ['2025-01-16'], models: ['a', 'b', 'c'] };
  const { body: job } = await service.post('/simulate/trigger', request);
  const path = (model: string): string => service.modelDay(job.job_id, '2025-01-16', model);
  for (const model of ['a', 'b']) await service.post(`${path(model)}/start`, { worker: 'tester' });
  await service.post(`${path('a')}/complete`, { attempt: 1 });
  await service.service.stop();
  original = service.databasePath;
});

const insertEvent = (position: number, version: number, time = "'9999-01-01T00:00:00.000Z'"): string =>
  `DROP TRIGGER events_append_only;
   INSERT INTO events SELECT ${position}, stream_id, ${version}, type, schema_version, data, metadata, ${time}
   FROM events WHERE position = 4`;

it('is content with what a service wrote', () => {
  expectTablesToMatchLog(original);
});

it.each([
  ['a column of jobs', "UPDATE jobs SET config_path = 'other'"],
  ['a count', 'UPDATE job_progress SET pending = 2'],
  ['a column of job_details', "UPDATE job_details SET worker = NULL WHERE model = 'a'"],
  ['the case of a name', "UPDATE job_details SET worker = 'Tester' WHERE model = 'b'"],
  ['a missing row', "DELETE FROM job_details WHERE model = 'c'"],
  ['a missing job', 'DELETE FROM jobs'],
  [
    'a row too many',
    "INSERT INTO job_details (job_id, date, model, status) SELECT job_id, '2025-01-17', 'a', 'pending' FROM jobs",
  ],
  ['a missing lease', 'DELETE FROM leases'],
  ['a lease of another attempt', 'UPDATE leases SET attempt = 2'],
  ['a gap in the positions', insertEvent(6, 5)],
  ['a gap in the versions', insertEvent(5, 6)],
  ['a time that goes back', insertEvent(5, 5, "'2000-01-01T00:00:00.000Z'")],
  ['an event that no row shows', insertEvent(5, 5)],
])('notices %s', (_, sql) => {
  const path = place.path('changed.db');
  copyFileSync(original, path);
  const connection = new BetterSqlite3(path);
  connection.pragma('foreign_keys = ON');
  connection.exec(sql);
  connection.close();
  expect(() => {
    expectTablesToMatchLog(path);
  }).toThrow('expect(received)');
});
