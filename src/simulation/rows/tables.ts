// The read tables of jobs: the columns of §2.2 and §2.3 in their order, and ours. What is fixed is written with the row
// alone: the wide lists, and what an index is over.
import {
  defineTable,
  fixed,
  generated,
  integer,
  orNull,
  real,
  text,
  type RowOf,
} from '../../database/table.js';
import type { FailureCode } from '../domain/events.js';
import type { JobStatus, ModelDayStatus } from '../domain/status.js';

export const jobs = defineTable('jobs', ['job_id'], {
  job_id: text(),
  config_path: fixed(text()),
  status: text<JobStatus>(),
  date_range: fixed(text()),
  models: fixed(text()),
  created_at: fixed(text()),
  started_at: orNull(text()),
  completed_at: orNull(text()),
  total_duration_seconds: orNull(real()),
  error: orNull(text()),
});

export type JobRow = RowOf<typeof jobs>;

/** What changes with every event, kept narrow. */
export const jobProgress = defineTable('job_progress', ['job_id'], {
  job_id: text(),
  version: integer(),
  total_model_days: fixed(integer()),
  pending: integer(),
  running: integer(),
  completed: integer(),
  failed: integer(),
  request_fingerprint: fixed(text()),
  /** The position of the job's first event in the log: jobs that were created at one time have an order. */
  created_position: fixed(integer()),
});

export type JobProgressRow = RowOf<typeof jobProgress>;

export const jobDetails = defineTable('job_details', ['job_id', 'date', 'model'], {
  /** A surrogate, and no fact: nothing compares it. */
  id: generated(),
  job_id: text(),
  date: text(),
  model: text(),
  status: text<ModelDayStatus>(),
  started_at: orNull(text()),
  completed_at: orNull(text()),
  duration_seconds: orNull(real()),
  error: orNull(text()),
  attempt: integer(),
  worker: orNull(text()),
  failure_code: orNull(text<FailureCode>()),
  not_before: orNull(text()),
  result_version: orNull(integer()),
  /** JSON of the attempts after which the model-day went back to pending; null when there are none. */
  earlier_attempts: orNull(text()),
});

export type JobDetailRow = Omit<RowOf<typeof jobDetails>, 'id'>;
