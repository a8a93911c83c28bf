// `daybook cleanup --older-than 30d`: through the running service, or on a database that none is using.
import { systemRuntime } from '../runtime/runtime.js';
import { endedJobs } from '../simulation/job-cleanup.js';
import { print, reading } from './cli-environment.js';
import { openTarget, type TargetOptions } from './find-target.js';
import { ask } from './target.js';

export interface CleanupOptions extends TargetOptions {
  json?: boolean;
  /** Like 30d. */
  olderThan: string;
  dryRun?: boolean;
}

export async function cleanup(options: CleanupOptions): Promise<void> {
  const days = daysOf(options.olderThan);
  if (options.dryRun === true) {
    await showEndedJobs(days, options);
    return;
  }
  const deleted = await cleanUp(days, options);
  print(
    options.json === true ? JSON.stringify({ deleted }) : `${deleted} jobs were removed. Their events stay.`,
  );
}

async function cleanUp(days: number, options: CleanupOptions): Promise<number> {
  const target = await openTarget(options);
  try {
    const { body } = await ask(target, 'POST', '/admin/jobs/cleanup', { older_than_days: days });
    return (body as { deleted: number }).deleted;
  } finally {
    await target.close();
  }
}

function daysOf(text: string): number {
  const days = Number(/^(\d{1,5})d$/.exec(text)?.[1] ?? NaN);
  if (days <= 36_500) return days;
  throw new Error(`--older-than ${text}: give whole days up to 36500d, like 30d.`);
}

async function showEndedJobs(days: number, options: CleanupOptions): Promise<void> {
  if (options.url !== undefined)
    throw new Error('--dry-run reads the database: give --database, and no --url.');
  await reading(options, async (reader) => {
    let count = 0;
    for await (const { jobId, modelDays, endedAt } of endedJobs(reader, days, systemRuntime)) {
      count += 1;
      if (options.json === true)
        print(JSON.stringify({ job_id: jobId, total_model_days: modelDays, completed_at: endedAt }));
      else print(`${jobId}  ended ${endedAt}  ${modelDays} model-days`);
    }
    if (options.json !== true) print(`${count} jobs would be removed. Nothing was changed.`);
  });
}
