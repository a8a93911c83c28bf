// The read tables of jobs as a projection: which rows a state stands for, by which version of the rules, and what has
// made the tables what they are since they were first made (first-schema.ts).
import type { Migration } from '../../database/migration.js';
import type { Projection, Row } from '../../projection/projected.js';
import type { JobEvent } from '../domain/events.js';
import { indexOf, type Job, type JobState } from '../domain/job.js';
import { detailRowOf, rowsOf } from './rows.js';
import { jobDetails, jobProgress, jobs } from './tables.js';

export const jobProjection: Projection<JobState, JobEvent> = {
  name: 'jobs',
  version: 1,
  tables: [jobs, jobProgress, jobDetails],
  presence: jobProgress,
  rowsOf: rowsIn,
  rowsTouchedBy(state, events, table, firstPosition) {
    const indexes = new Set<number>();
    for (const event of events) {
      if (!('date' in event.data)) return undefined;
      indexes.add(indexOf(state as Job, event.data.date, event.data.model));
    }
    if (table !== 'job_details') return rowsIn(state, table, firstPosition);
    return Array.from(indexes, (index) => ({ ...detailRowOf(state as Job, index) }));
  },
};

function rowsIn(state: JobState, table: string, firstPosition: number): Iterable<Row> {
  const rows = rowsOf(state, firstPosition);
  if (rows === undefined) return [];
  if (table === 'jobs') return [{ ...rows.job }];
  if (table === 'job_progress') return [{ ...rows.progress }];
  return rows.details;
}

/** One is never changed: what comes is a new one. */
export const jobMigrations: readonly Migration[] = [
  {
    // Jobs in the order of the log, whatever the database calls its rows. Filled here: what a job's first event is, an
    // index tells, and building the tables anew would read every event. A row of a job without events is not ours.
    name: 'JobCreatedPosition1764200000000',
    statements: {
      sqlite: [
        'ALTER TABLE job_progress ADD COLUMN created_position INTEGER NOT NULL DEFAULT 0',
        `UPDATE job_progress SET created_position = coalesce(
           (SELECT position FROM events WHERE stream_id = 'job-' || job_id AND version = 1), 0)`,
        'CREATE INDEX idx_job_progress_created ON job_progress(created_position)',
      ],
    },
  },
  {
    // Which jobs are being removed, the tables say without it: those without a row in job_progress.
    name: 'NoRemovals1764200000001',
    statements: { sqlite: ['DROP TABLE removals'] },
  },
];
