// What clients are shown of jobs and model-days, from rows: the same from the tables and from a state just changed.
import type { z } from 'zod';
import type { Holder, HolderView } from '../../work/holder-view.js';
import { modelAt, dateAt, openDate, type Job } from '../domain/job.js';
import { detailRowOf, jobRowOf, progressOf } from '../rows/rows.js';
import type { JobDetailRow, JobRow } from '../rows/tables.js';
import type {
  attemptAnswer,
  detailAnswer,
  jobAnswer,
  jobSummaryAnswer,
  listedModelDayAnswer,
  modelDayAnswer,
  wholeJobAnswer,
} from '../http/job-schemas.js';

export type JobView = z.output<typeof jobAnswer>;
export type JobSummaryView = z.output<typeof jobSummaryAnswer>;
export type WholeJobView = z.output<typeof wholeJobAnswer>;
export type RunningModelDay = NonNullable<JobView['progress']['current']>;
export type DetailView = z.output<typeof detailAnswer>;
export type ListedModelDayView = z.output<typeof listedModelDayAnswer>;
export type ModelDayView = z.output<typeof modelDayAnswer>;
type AttemptView = z.output<typeof attemptAnswer>;

export type JobWithProgress = JobRow & ReturnType<typeof progressOf>;

/** `/simulate/current` and every other answer that is a job. */
export function jobView(row: JobWithProgress, current: RunningModelDay | null): JobView {
  return {
    job_id: row.job_id,
    config_path: row.config_path,
    status: row.status,
    date_range: JSON.parse(row.date_range) as string[],
    models: JSON.parse(row.models) as string[],
    progress: progressView(row, current),
    created_at: row.created_at,
    started_at: row.started_at,
    completed_at: row.completed_at,
    total_duration_seconds: row.total_duration_seconds,
    error: row.error,
    version: row.version,
  };
}

const progressView = (row: JobWithProgress, current: RunningModelDay | null): JobView['progress'] => ({
  total_model_days: row.total_model_days,
  completed: row.completed,
  failed: row.failed,
  running: row.running,
  pending: row.pending,
  current,
});

export const viewOfJob = (job: Job): JobView =>
  jobView({ ...jobRowOf(job), ...progressOf(job) }, currentOf(job));

/** In a list, and after a command. */
export function summaryOf({ date_range: dates, ...job }: JobView): JobSummaryView {
  const [first = ''] = dates;
  return { ...job, dates: { first, last: dates.at(-1) ?? first, count: dates.length } };
}

/** `/simulate/status`: a job with all its details, by date, then model. */
export function viewOfWholeJob(job: Job): WholeJobView {
  const view = viewOfJob(job);
  const details = Array.from({ length: job.modelDays.length }, (_, index) =>
    detailView(detailRowOf(job, index)),
  );
  details.sort((one, other) => compare(one.date, other.date) || compare(one.model, other.model));
  return { ...view, progress: { ...view.progress, details } };
}

/** By bytes of UTF-8, as SQLite orders text. */
const compare = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

/** The first running model-day by date, then model, as the tables order them. */
function currentOf(job: Job): RunningModelDay | null {
  const running = [...openDate(job)].filter((index) => job.modelDays.at(index).status === 'running');
  const models = running.map((index) => modelAt(job, index)).toSorted(compare);
  return models[0] === undefined ? null : { date: dateAt(job, running[0] as number), model: models[0] };
}

/** A line of `progress.details` in `/simulate/status`. */
export const detailView = (row: JobDetailRow): DetailView => ({
  date: row.date,
  model: row.model,
  status: row.status,
  attempt: row.attempt,
  started_at: row.started_at,
  completed_at: row.completed_at,
  duration_seconds: row.duration_seconds,
  error: row.error,
  failure_code: row.failure_code,
});

export const listedModelDayView = (
  row: JobDetailRow,
  result: unknown,
  { worker, lease_expires_at }: Holder,
): ListedModelDayView => ({
  job_id: row.job_id,
  ...detailView(row),
  result: result ?? null,
  not_before: row.not_before,
  worker,
  lease_expires_at,
});

/** One model-day with all that is known of it. */
export const modelDayView = (row: JobDetailRow, result: unknown, holder: HolderView): ModelDayView => ({
  ...listedModelDayView(row, result, holder),
  executor_progress: holder.executor_progress,
  attempts: attemptsOf(row),
});

function attemptsOf(row: JobDetailRow): AttemptView[] {
  const earlier = row.earlier_attempts === null ? [] : (JSON.parse(row.earlier_attempts) as AttemptView[]);
  if (row.status === 'pending' || row.attempt <= (earlier.at(-1)?.attempt ?? 0)) return earlier;
  const { attempt, worker, started_at, completed_at, status, error, failure_code } = row;
  return [
    ...earlier,
    { attempt, worker, started_at, ended_at: completed_at, outcome: status, error, failure_code },
  ];
}
