// `daybook status` and `daybook jobs`: how far one job is, and which there are.
import type { Shell } from '../../cli/shell.js';
import type { TargetOptions } from '../../cli/target.js';
import type { Targets } from '../../cli/targets.js';
import { cut, durationText, oneLine, padded, widthOf, type Paint } from '../../cli/terminal.js';
import type { JobSummaryView, JobView } from '../queries/views.js';
import { jobIn, WatchedJob, wholeJob, type JobList, type JobStatus } from './job-requests.js';
import { failureLines, jobLines, statusText } from './job-text.js';

export interface StatusOptions extends TargetOptions {
  json?: boolean;
  watch?: boolean;
}

export interface ListOptions extends TargetOptions {
  json?: boolean;
  status?: JobStatus;
  limit: number;
}

/** @param given an id or its beginning; the newest job when it is not given */
export async function status(
  given: string | undefined,
  options: StatusOptions,
  targets: Targets,
): Promise<void> {
  const { shell } = targets;
  const jobId = await targets.on(options, async ({ client }) => {
    const id =
      given === undefined
        ? (await client.get<JobView>('/simulate/current')).job_id
        : await jobIn(client, given);
    if (options.watch === true) return id;
    const job = await wholeJob(client, id);
    if (options.json === true) shell.print(JSON.stringify(job));
    else
      for (const line of [...jobLines(job, shell.room, shell.paint), ...failureLines(job)]) shell.print(line);
    return undefined;
  });
  if (jobId === undefined) return;
  const { watch } = await import('./watch.js');
  shell.status = await watch(new WatchedJob(jobId, targets, options), options.json === true, shell);
}

export async function listJobs(options: ListOptions, targets: Targets): Promise<void> {
  const { shell } = targets;
  const query = new URLSearchParams({
    limit: String(options.limit),
    ...(options.status && { status: options.status }),
  });
  const list = await targets.on(options, ({ client }) => client.get<JobList>(`/jobs?${query.toString()}`));
  if (options.json === true) shell.print(JSON.stringify(list));
  else if (list.items.length === 0) shell.print('There are no such jobs.');
  else for (const line of table(list.items, shell)) shell.print(line);
}

const head = ['JOB', 'STATUS', 'CREATED', 'DONE', 'FAILED', 'TOOK', 'DATES', 'MODELS'];

/** Whole ids for scripts; on a terminal their beginning, which every command takes. */
function table(jobs: readonly JobSummaryView[], shell: Shell): string[] {
  const isTerminal = shell.out.isTTY === true;
  const cells = jobs.map((job) => cellsOf(job, isTerminal ? 8 : 36));
  const widths = head.map((name, column) =>
    Math.max(...[head, ...cells].map((row) => widthOf(row[column] ?? name))),
  );
  const lineOf = (row: readonly string[]): string =>
    row.map((cell, column) => padded(cell, widths[column] ?? 0)).join('  ');
  const fitting = (text: string): string => (isTerminal ? cut(text, shell.room.columns) : text.trimEnd());
  const lines = cells.map((row, index) =>
    coloured(fitting(lineOf(row)), jobs[index] as JobSummaryView, shell.paint),
  );
  return [fitting(lineOf(head)), ...lines];
}

/** The status is in the second column, after an id that cannot contain it. */
const coloured = (line: string, { status: word }: JobSummaryView, paint: Paint): string =>
  line.replace(word, statusText(word, paint));

function cellsOf(job: JobSummaryView, idLength: number): string[] {
  const { progress, dates, models } = job;
  const { first, last, count } = dates;
  const [model = '', ...others] = models;
  return [
    job.job_id.slice(0, idLength),
    job.status,
    `${job.created_at.slice(0, 19)}Z`,
    `${progress.completed + progress.failed}/${progress.total_model_days}`,
    String(progress.failed),
    job.total_duration_seconds === null ? '-' : durationText(job.total_duration_seconds),
    first === last ? first : `${first} … ${last} (${count})`,
    oneLine(cut(model, 40)) + (others.length === 0 ? '' : ` +${others.length}`),
  ];
}
