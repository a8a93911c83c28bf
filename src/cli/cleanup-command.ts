// `daybook cleanup --older-than 30d`: through the running service, or on a database that none is using.
import { jobLimitsOf } from '../app.module.js';
import { environmentWithFile, readSettings } from '../config.js';
import { Database } from '../database/database.js';
import { DatabaseInUse, takeServiceLock } from '../database/service-lock.js';
import { EventStore } from '../event-store/event-store.js';
import { LogSignal } from '../event-store/log-signal.js';
import { systemRuntime } from '../runtime/runtime.js';
import { migrations } from '../service.js';
import { ChangeJobHandler } from '../simulation/commands/change-job.js';
import { endedJobs, JobCleanup } from '../simulation/job-cleanup.js';
import { JobPolicy } from '../simulation/job-policy.js';
import { JobStreams } from '../simulation/job-streams.js';
import { RowRemoval } from '../simulation/row-removal.js';
import { databasePath, print, reading, type DatabaseOption } from './cli-environment.js';

export interface CleanupOptions extends DatabaseOption {
  json?: boolean;
  /** Like 30d. */
  olderThan: string;
  dryRun?: boolean;
  /** Where the service is that shall do it. */
  url?: string;
}

export async function cleanup(options: CleanupOptions): Promise<void> {
  const days = daysOf(options.olderThan);
  if (options.dryRun === true) {
    await showEndedJobs(days, options);
    return;
  }
  const deleted =
    options.url === undefined
      ? await cleanUp(databasePath(options), days)
      : await cleanUpThroughService(options.url, days);
  print(
    options.json === true ? JSON.stringify({ deleted }) : `${deleted} jobs were removed. Their events stay.`,
  );
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

async function cleanUpThroughService(url: string, days: number): Promise<number> {
  const response = await fetch(new URL('/admin/jobs/cleanup', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ older_than_days: days }),
  });
  const answer = (await response.json()) as { deleted: number; detail?: string };
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${answer.detail ?? ''}`);
  return answer.deleted;
}

async function cleanUp(path: string, days: number): Promise<number> {
  const runtime = systemRuntime;
  const limits = jobLimitsOf(readSettings(environmentWithFile(process.env)));
  const lock = takeLock(path);
  try {
    const database = await Database.open({ path, migrations, entities: [], runtime });
    // Nobody in this process waits to be woken.
    const streams = new JobStreams(
      new EventStore(runtime, new LogSignal()),
      { publish: () => undefined },
      limits.modelDaysMax,
    );
    const rows = new RowRemoval(database);
    const handler = new ChangeJobHandler(database, streams, new JobPolicy(runtime, limits), rows);
    const jobCleanup = new JobCleanup({
      reader: database,
      runtime,
      changeJob: (command) => handler.execute(command),
      // Nobody waits for the write queue either.
      foldAhead: () => Promise.resolve(),
    });
    try {
      await rows.finishAll();
      return await jobCleanup.run({
        olderThanDays: days,
        metadata: { actor: 'anonymous', correlation_id: runtime.uuid() },
      });
    } finally {
      await database.close();
    }
  } finally {
    lock.release();
  }
}

function takeLock(path: string): ReturnType<typeof takeServiceLock> {
  try {
    return takeServiceLock(path);
  } catch (error) {
    if (!(error instanceof DatabaseInUse)) throw error;
    throw new DatabaseInUse(
      `A Daybook service is using ${path}: say where it listens, like --url http://127.0.0.1:3000.`,
    );
  }
}
