// `daybook trigger`, `cancel`, `retry`, `remove`: what changes jobs.
import type { Shell } from '../../cli/shell.js';
import type { Target, TargetOptions } from '../../cli/target.js';
import type { Targets } from '../../cli/targets.js';
import { counted } from '../../cli/terminal.js';
import type { JobSummaryView, JobView } from '../queries/views.js';
import { jobIn, WatchedJob } from './job-requests.js';
import { countsText, statusText } from './job-text.js';

export interface ChangeOptions extends TargetOptions {
  json?: boolean;
}

export interface ReasonOptions extends ChangeOptions {
  reason?: string;
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

export async function trigger(options: TriggerOptions, targets: Targets): Promise<void> {
  const { shell } = targets;
  const models = [...(options.models ?? []), ...(options.model ?? [])];
  const request = {
    config_path: options.config,
    date_range: options.dates,
    start_date: options.from,
    end_date: options.to,
    models: models.length === 0 ? undefined : models,
    rerun: options.rerun,
  };
  const jobId = await targets.on(options, async (target) => {
    const { body, status } = await target.client.ask('POST', '/simulate/trigger', request);
    const job = body as JobView;
    const isNew = status === 202;
    const told = isNew
      ? `Job ${job.job_id} accepted: ${gridText(job)}.`
      : `This request is there already: job ${job.job_id} is ${job.status}.`;
    shell.print(options.json === true ? JSON.stringify(body) : told);
    if (isNew) tellWhoWorks(target, shell);
    return job.job_id;
  });
  if (options.watch !== true) return;
  const { watch } = await import('./watch.js');
  shell.status = await watch(new WatchedJob(jobId, targets, options), options.json === true, shell);
}

const gridText = ({ date_range: dates, models }: JobView): string =>
  `${counted(dates.length * models.length, 'model-day')} (${counted(dates.length, 'date')}, ${counted(models.length, 'model')})`;

function tellWhoWorks({ isService, client }: Target, shell: Shell): void {
  if (isService) return;
  shell.tell(`No service runs on ${client.name}: the job waits until one is started (daybook serve).`);
}

export const cancel = (job: string, options: ReasonOptions, targets: Targets): Promise<void> =>
  change('cancel', job, options, targets);

export const retry = (job: string, options: ReasonOptions, targets: Targets): Promise<void> =>
  change('retry', job, options, targets);

async function change(
  verb: 'cancel' | 'retry',
  given: string,
  { reason, json, ...options }: ReasonOptions,
  targets: Targets,
): Promise<void> {
  const { shell } = targets;
  await targets.on(options, async (target) => {
    const jobId = await jobIn(target.client, given);
    const { body } = await target.client.ask('POST', `/jobs/${jobId}/${verb}`, { reason });
    const { status, progress } = body as JobSummaryView;
    const told = `Job ${jobId} is ${statusText(status, shell.paint)}: ${countsText(progress)}.`;
    shell.print(json === true ? JSON.stringify(body) : told);
    if (verb === 'retry') tellWhoWorks(target, shell);
  });
}

export async function remove(given: string, options: ChangeOptions, targets: Targets): Promise<void> {
  await targets.on(options, async ({ client }) => {
    const jobId = await jobIn(client, given);
    await client.ask('DELETE', `/jobs/${jobId}`);
    const told = `Job ${jobId} is removed. \`daybook replay ${jobId}\` still tells its life.`;
    targets.shell.print(options.json === true ? JSON.stringify({ job_id: jobId, removed: true }) : told);
  });
}
