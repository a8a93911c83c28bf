// `daybook cleanup --older-than 30d`: removes the jobs that ended long ago, or shows which.
import { durationMs } from '../../cli/duration.js';
import { counted } from '../../cli/terminal.js';
import type { Client } from '../../client/client.js';
import type { TargetOptions } from '../../cli/target.js';
import type { Targets } from '../../cli/targets.js';
import { systemRuntime, timestamp } from '../../runtime/runtime.js';
import { allJobs, hasEnded } from './job-requests.js';

const dayMs = 86_400_000;

export interface CleanupOptions extends TargetOptions {
  json?: boolean;
  /** Like 30d. */
  olderThan: string;
  dryRun?: boolean;
}

export async function cleanup(options: CleanupOptions, targets: Targets): Promise<void> {
  const { shell } = targets;
  const days = daysOf(options.olderThan);
  const asJson = options.json === true;
  await targets.on(options, async ({ client }) => {
    if (options.dryRun === true) {
      const jobs = await endedJobs(client, days);
      for (const job of jobs) shell.print(asJson ? JSON.stringify(job) : textOf(job));
      if (!asJson) shell.print(`${counted(jobs.length, 'job')} would be removed. Nothing was changed.`);
      return;
    }
    const { body } = await client.ask('POST', '/admin/jobs/cleanup', { older_than_days: days });
    const { deleted } = body as { deleted: number };
    shell.print(
      asJson
        ? JSON.stringify({ deleted })
        : `${counted(deleted, 'job')} ${deleted === 1 ? 'was' : 'were'} removed. The events stay.`,
    );
  });
}

/** Like 30d, 2w or 48h. */
function daysOf(text: string): number {
  const days = (durationMs(text) ?? NaN) / dayMs;
  if (Number.isInteger(days) && days <= 36_500) return days;
  throw new Error(`--older-than ${text}: give whole days up to 36500d, like 30d, 2w or 48h.`);
}

interface EndedJob {
  job_id: string;
  total_model_days: number;
  completed_at: string;
}

/** The jobs that ended at least so many days ago, oldest first. */
async function endedJobs(client: Client, days: number): Promise<EndedJob[]> {
  const until = timestamp(systemRuntime.nowMs() - days * dayMs);
  const found: EndedJob[] = [];
  for await (const { job_id, status, completed_at, progress } of allJobs(client)) {
    if (!hasEnded(status) || completed_at === null || completed_at > until) continue;
    found.push({ job_id, total_model_days: progress.total_model_days, completed_at });
  }
  return found.reverse();
}

const textOf = ({ job_id: id, completed_at: at, total_model_days: count }: EndedJob): string =>
  `${id}  ended ${at}  ${counted(count, 'model-day')}`;
