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
  wholeJobAnswer,
} from '../http/job-schemas.js';

export type JobView = z.output<typeof jobAnswer>;
export type JobSummaryView = z.output<typeof jobSummaryAnswer>;
export type WholeJobView = z.output<typeof wholeJobAnswer>;
export type RunningModelDay = NonNullable<JobView['progress']['current']>;
export type DetailView = z.output<typeof detailAnswer>;
type AttemptView = z.output<typeof attemptAnswer>;

export type JobWithProgress = JobRow & ReturnType<typeof progressOf>;

/** `/simulate/current` and every other answer that is a job. */
function jobView(row: JobWithProgress, current: RunningModelDay | null): JobView {
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

/** As `summaryOf`, as JSON text in parts. */
export function summaryTexts(row: JobWithProgress, current: RunningModelDay | null): string[] {
  const view = summaryOf(jobView({ ...row, models: '[]' }, current));
  const { job_id, config_path, status } = row;
  const { progress, created_at, started_at, completed_at, total_duration_seconds, error, version, dates } =
    view;
  const rest = {
    progress,
    created_at,
    started_at,
    completed_at,
    total_duration_seconds,
    error,
    version,
    dates,
  };
  return [
    `${JSON.stringify({ job_id, config_path, status }).slice(0, -1)},"models":`,
    row.models,
    `,${JSON.stringify(rest).slice(1)}`,
  ];
}

/** A job as JSON text in two parts: more members of its progress fit in between. */
export interface JobText {
  before: string;
  after: string;
}

/** Its lists, which may be long, are passed on as they are stored. */
export function jobText(row: JobWithProgress, current: RunningModelDay | null): JobText {
  const { job_id, config_path, status, created_at, started_at, completed_at } = row;
  const { total_duration_seconds, error, version } = row;
  const rest = { created_at, started_at, completed_at, total_duration_seconds, error, version };
  const first = JSON.stringify({ job_id, config_path, status }).slice(0, -1);
  const lists = `"date_range":${row.date_range},"models":${row.models}`;
  return {
    before: `${first},${lists},"progress":${JSON.stringify(progressView(row, current)).slice(0, -1)}`,
    after: `},${JSON.stringify(rest).slice(1)}`,
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

/** As `/simulate/status` has it. */
export const textOfJob = (job: Job): JobText =>
  jobText({ ...jobRowOf(job), ...progressOf(job) }, currentOf(job));

/** The details of a job as JSON texts, by date, then model. */
export function* detailTextsOf(job: Job): Generator<string> {
  const dates = inOrder(job.dates);
  const models = inOrder(job.models);
  for (const date of dates)
    for (const model of models)
      yield JSON.stringify(detailView(detailRowOf(job, date * job.models.length + model)));
}

/** The indexes of texts in the order of those. */
function inOrder(texts: readonly string[]): number[] {
  // Only what is written with two code units is ordered otherwise in UTF-16, which is ten times as fast to compare.
  const inText = texts.some((text) => /[\ud800-\udfff]/.test(text)) ? compare : compareUnits;
  return Array.from(texts.keys()).sort((one, other) => inText(texts[one] as string, texts[other] as string));
}

const compareUnits = (one: string, other: string): number => (one < other ? -1 : 1);

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

/**
 * A model-day of a list as JSON text, in parts.
 * @param result as JSON text
 */
export const listedModelDayTexts = (
  row: JobDetailRow,
  result: string,
  { worker, lease_expires_at }: Holder,
): string[] => [
  JSON.stringify({ job_id: row.job_id, ...detailView(row) }).slice(0, -1),
  ',"result":',
  result,
  `,${JSON.stringify({ not_before: row.not_before, worker, lease_expires_at }).slice(1)}`,
];

/** One model-day with all that is known of it, as JSON text. */
export function modelDayText(row: JobDetailRow, result: string, holder: HolderView): string {
  const more = { executor_progress: holder.executor_progress, attempts: attemptsOf(row) };
  return `${listedModelDayTexts(row, result, holder).join('').slice(0, -1)},${JSON.stringify(more).slice(1)}`;
}

function attemptsOf(row: JobDetailRow): AttemptView[] {
  const earlier = row.earlier_attempts === null ? [] : (JSON.parse(row.earlier_attempts) as AttemptView[]);
  if (row.status === 'pending' || row.attempt <= (earlier.at(-1)?.attempt ?? 0)) return earlier;
  const { attempt, worker, started_at, completed_at, status, error, failure_code } = row;
  return [
    ...earlier,
    { attempt, worker, started_at, ended_at: completed_at, outcome: status, error, failure_code },
  ];
}
