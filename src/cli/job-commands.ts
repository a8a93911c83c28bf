// `daybook trigger`, `cancel`, `retry`, `remove`: what changes jobs.
import type { JobView } from '../simulation/queries/views.js';
import { print } from './cli-environment.js';
import { openTarget, type TargetOptions } from './find-target.js';
import { completeJobId, jobIdsBeginning } from './job-id.js';
import { openReads } from './open-reads.js';
import { countsText, statusText } from './job-text.js';
import { ask, type Target } from './target.js';
import { watch } from './watch.js';

interface ChangeOptions extends TargetOptions {
  json?: boolean;
}

export interface TriggerOptions extends ChangeOptions {
  config?: string;
  dates?: string[];
  from?: string;
  to?: string;
  models?: string[];
  model?: string[];
  rerun?: boolean;
  watch?: boolean;
}

/** Works on what `openTarget` finds, and closes it also after an error. */
async function changing<T>(options: TargetOptions, work: (target: Target) => Promise<T>): Promise<T> {
  const target = await openTarget(options);
  try {
    return await work(target);
  } finally {
    await target.close();
  }
}

export async function trigger(options: TriggerOptions): Promise<void> {
  const models = [...(options.models ?? []), ...(options.model ?? [])];
  const request = {
    config_path: options.config,
    date_range: options.dates,
    start_date: options.from,
    end_date: options.to,
    models: models.length === 0 ? undefined : models,
    rerun: options.rerun,
  };
  const jobId = await changing(options, async (target) => {
    const { body, status } = await ask(target, 'POST', '/simulate/trigger', request);
    const job = body as JobView;
    if (options.json === true) print(JSON.stringify(body));
    else
      print(
        status === 202
          ? `Job ${job.job_id} accepted: ${gridText(job)}.`
          : `This request is there already: job ${job.job_id} is ${job.status}.`,
      );
    if (status === 202) tellWhoWorks(target);
    return job.job_id;
  });
  if (options.watch !== true) return;
  const reads = await openReads(options);
  try {
    process.exitCode = await watch(reads, jobId, options.json === true);
  } finally {
    reads.close();
  }
}

const gridText = ({ date_range: dates, models }: JobView): string =>
  `${dates.length * models.length} model-days (${dates.length} dates of ${models.length} models)`;

function tellWhoWorks({ isService, name }: Target): void {
  if (isService) return;
  process.stderr.write(`No service runs on ${name}: the job waits until one is started (daybook serve).\n`);
}

export const cancel = (job: string, options: ChangeOptions & { reason?: string }): Promise<void> =>
  change('cancel', job, options);

export const retry = (job: string, options: ChangeOptions & { reason?: string }): Promise<void> =>
  change('retry', job, options);

async function change(
  verb: 'cancel' | 'retry',
  given: string,
  options: ChangeOptions & { reason?: string },
): Promise<void> {
  await changing(options, async (target) => {
    const jobId = await jobIn(target, given);
    const { body } = await ask(target, 'POST', `/jobs/${jobId}/${verb}`, { reason: options.reason });
    const { status, progress } = body as JobView;
    if (options.json === true) print(JSON.stringify(body));
    else print(`Job ${jobId} is ${statusText(status)}: ${countsText(progress)}.`);
    if (verb === 'retry') tellWhoWorks(target);
  });
}

export async function remove(given: string, options: ChangeOptions): Promise<void> {
  await changing(options, async (target) => {
    const jobId = await jobIn(target, given);
    await ask(target, 'DELETE', `/jobs/${jobId}`);
    if (options.json === true) print(JSON.stringify({ job_id: jobId, removed: true }));
    else print(`Job ${jobId} is removed. \`daybook replay ${jobId}\` still tells its life.`);
  });
}

const jobIn = (target: Target, given: string): Promise<string> =>
  completeJobId(given, (prefix) => jobIdsBeginning(target, prefix));
