// What the read tables hold for a job: a pure function of its state. The live projection writes the rows that an
// event touched, a rebuild writes all, verify compares; it is one function, so they cannot drift.
import { dateAt, modelAt, statusOf, type Job, type JobState } from '../domain/job.js';
import { secondsBetween } from '../domain/model-day.js';
import type { JobDetailRow, JobProgressRow, JobRow } from './tables.js';

export interface Rows {
  job: JobRow;
  progress: JobProgressRow;
  /** Made one by one: a grid may be large. */
  details: Iterable<JobDetailRow>;
}

/**
 * Undefined when the tables hold nothing for it: it was never created, or it was removed.
 * @param createdPosition of its first event in the log
 */
export function rowsOf(state: JobState, createdPosition: number): Rows | undefined {
  if (state === undefined || state.removed) return undefined;
  return {
    job: jobRowOf(state),
    progress: progressRowOf(state, createdPosition),
    details: detailRowsOf(state),
  };
}

export const jobRowOf = (job: Job): JobRow => ({
  ...changingJobRowOf(job),
  config_path: job.created.config_path,
  date_range: JSON.stringify(job.dates),
  models: JSON.stringify(job.models),
  created_at: job.created.created_at,
});

/** Without what is fixed: the cost of that grows with the grid. */
export const changingJobRowOf = (job: Job) => ({
  job_id: job.jobId,
  status: statusOf(job),
  started_at: job.startedAt,
  completed_at: job.completedAt,
  total_duration_seconds: totalDuration(job),
  error: job.error,
});

const totalDuration = ({ startedAt, completedAt }: Job): number | null =>
  startedAt === null || completedAt === null ? null : secondsBetween(startedAt, completedAt);

export const progressRowOf = (job: Job, createdPosition: number): JobProgressRow => ({
  ...progressOf(job),
  created_position: createdPosition,
});

/** What the state alone tells of it. */
export const progressOf = (job: Job): Omit<JobProgressRow, 'created_position'> => ({
  job_id: job.jobId,
  version: job.version,
  total_model_days: job.modelDays.length,
  pending: job.counts.pending,
  running: job.counts.running,
  completed: job.counts.completed,
  failed: job.counts.failed,
  request_fingerprint: job.created.request_fingerprint,
});

export function detailRowOf(job: Job, index: number): JobDetailRow {
  const modelDay = job.modelDays.at(index);
  return {
    job_id: job.jobId,
    date: dateAt(job, index),
    model: modelAt(job, index),
    status: modelDay.status,
    started_at: modelDay.startedAt,
    completed_at: modelDay.completedAt,
    duration_seconds: modelDay.durationSeconds,
    error: modelDay.error,
    attempt: modelDay.attempt,
    worker: modelDay.worker,
    failure_code: modelDay.failureCode,
    not_before: modelDay.notBefore,
    result_version: modelDay.resultVersion,
    earlier_attempts: modelDay.earlierAttempts.length === 0 ? null : JSON.stringify(modelDay.earlierAttempts),
  };
}

function* detailRowsOf(job: Job): Generator<JobDetailRow> {
  for (let index = 0; index < job.modelDays.length; index += 1) yield detailRowOf(job, index);
}
