// What makes the read tables of jobs, since they were first made (`first-schema.ts`). A migration is never changed: what
// comes is a new one.
import type { Migration } from '../../database/migration.js';

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
