// A job in words and marks, for people.
import { barOf, cut, durationText, oneLine, type Colour, type Paint, type Room } from '../../cli/terminal.js';
import { systemRuntime } from '../../runtime/runtime.js';
import type { WholeJobView } from '../queries/views.js';
import { gridLines } from './job-grid.js';
import type { JobNews, JobStatus } from './job-requests.js';

const statusColours: Readonly<Record<JobStatus, Colour>> = {
  pending: 'gray',
  running: 'yellow',
  completed: 'green',
  partial: 'red',
  failed: 'red',
};

export const statusText = (status: JobStatus, paint: Paint): string => paint(statusColours[status], status);

type Progress = JobNews['progress'];

/** Like `3 completed, 1 failed`. */
export const countsText = ({ completed, failed, running, pending }: Progress): string =>
  Object.entries({ completed, failed, running, pending })
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');

/** A line for a log: how far a job is. */
export function progressLine({ job_id: id, status, progress }: JobNews): string {
  const done = progress.completed + progress.failed;
  return `job ${id} ${status}: ${done}/${progress.total_model_days} model-days, ${countsText(progress)}`;
}

/** How long it runs, or ran, in seconds. */
function seconds({ started_at: start, total_duration_seconds: total }: WholeJobView): number {
  if (total !== null) return total;
  return start === null ? 0 : (systemRuntime.nowMs() - Date.parse(start)) / 1000;
}

const headLines = 4;
const barMax = 40;

/** As many lines as fit into the room. */
export function jobLines(job: WholeJobView, { columns, rows }: Room, paint: Paint): string[] {
  const { job_id: id, status, progress, date_range: dates, models } = job;
  const done = progress.completed + progress.failed;
  const total = progress.total_model_days;
  const counts = ` ${done}/${total} model-days, ${Math.floor((100 * done) / total)} %`;
  const bar = barOf(done, total, Math.max(10, Math.min(barMax, columns - counts.length)));
  const grid = { dates, models, modelDays: progress.details };
  return [
    `Job ${id}  ${statusText(status, paint)}  ${durationText(seconds(job))}`,
    `${paint(progress.failed > 0 ? 'red' : 'green', bar)}${counts}`,
    countsText(progress),
    '',
    ...gridLines(grid, { columns, rows: Math.max(3, rows - headLines) }, paint),
  ];
}

const failuresShown = 5;

/** Why a job did not complete. */
export function failureLines({ error, progress }: WholeJobView): string[] {
  const failed = progress.details.filter(({ status }) => status === 'failed');
  const lines = failed
    .slice(0, failuresShown)
    .map(({ date, model, attempt, error: why, failure_code: code }) => {
      const reason = why ?? code ?? 'no reason given';
      return oneLine(`  ${date} ${model} (attempt ${attempt}): ${cut(reason, 300)}`);
    });
  if (failed.length > lines.length) lines.push(`  … and ${failed.length - lines.length} more`);
  const own = error === null ? [] : [oneLine(`The job: ${error}`)];
  return failed.length === 0 ? own : [...own, `${failed.length} failed:`, ...lines];
}
