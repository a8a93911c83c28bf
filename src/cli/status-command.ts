// `daybook status` and `daybook jobs`: how far one job is, and which there are.
import type { JobStatus } from '../simulation/domain/status.js';
import type { JobView } from '../simulation/queries/views.js';
import { print } from './cli-environment.js';
import type { TargetOptions } from './find-target.js';
import { completeJobId } from './job-id.js';
import type { JobReads } from './job-reads.js';
import { failureLines, jobLines, statusText } from './job-text.js';
import { openReads } from './open-reads.js';
import { cut, durationText, oneLine, padded, widthOf } from './terminal.js';
import { watch } from './watch.js';

interface ReadOptions extends TargetOptions {
  json?: boolean;
}

async function reading<T>(options: ReadOptions, work: (reads: JobReads) => Promise<T>): Promise<T> {
  const reads = await openReads(options);
  try {
    return await work(reads);
  } finally {
    reads.close();
  }
}

/** @param given an id or its beginning; the newest job when it is not given */
export async function status(
  given: string | undefined,
  options: ReadOptions & { watch?: boolean },
): Promise<void> {
  await reading(options, async (reads) => {
    const jobId = await (given === undefined
      ? reads.newest()
      : completeJobId(given, (prefix) => reads.beginningWith(prefix)));
    if (options.watch === true) {
      process.exitCode = await watch(reads, jobId, options.json === true);
      return;
    }
    const job = await reads.whole(jobId);
    if (options.json === true) print(JSON.stringify(job));
    else for (const line of [...jobLines(job, room()), ...failureLines(job)]) print(line);
  });
}

const room = () => ({ columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 });

export async function listJobs(options: ReadOptions & { status?: JobStatus; limit: number }): Promise<void> {
  await reading(options, async (reads) => {
    const list = await reads.list(options.limit, options.status);
    if (options.json === true) print(JSON.stringify(list));
    else if (list.items.length === 0) print('There are no such jobs.');
    else for (const line of table(list.items)) print(line);
  });
}

const head = ['JOB', 'STATUS', 'CREATED', 'DONE', 'FAILED', 'TOOK', 'DATES', 'MODELS'];

/** Whole ids for scripts; on a terminal their beginning, which every command takes. */
function table(jobs: readonly JobView[]): string[] {
  const isTerminal = process.stdout.isTTY;
  const cells = jobs.map((job) => cellsOf(job, isTerminal ? 8 : 36));
  const widths = head.map((name, column) =>
    Math.max(...[head, ...cells].map((row) => widthOf(row[column] ?? name))),
  );
  const lineOf = (row: readonly string[]): string =>
    row.map((cell, column) => padded(cell, widths[column] ?? 0)).join('  ');
  const fitting = (text: string): string => (isTerminal ? cut(text, room().columns) : text.trimEnd());
  const lines = cells.map((row, index) => coloured(fitting(lineOf(row)), jobs[index] as JobView));
  return [fitting(lineOf(head)), ...lines];
}

/** The status is in the second column, after an id that cannot contain it. */
const coloured = (line: string, { status: word }: JobView): string => line.replace(word, statusText(word));

function cellsOf(job: JobView, idLength: number): string[] {
  const { progress, date_range: dates, models } = job;
  const [first = '', last = ''] = [dates[0], dates.at(-1)];
  const [model = '', ...others] = models;
  return [
    job.job_id.slice(0, idLength),
    job.status,
    `${job.created_at.slice(0, 19)}Z`,
    `${progress.completed + progress.failed}/${progress.total_model_days}`,
    String(progress.failed),
    job.total_duration_seconds === null ? '-' : durationText(job.total_duration_seconds),
    first === last ? first : `${first} … ${last} (${dates.length})`,
    oneLine(cut(model, 40)) + (others.length === 0 ? '' : ` +${others.length}`),
  ];
}
