// Removes the jobs that ended long ago (§3, cleanup_old_jobs). Repeating it is harmless, and so is ending it half way:
// each job is removed as a whole, by its own event.
import type { Reader } from '../database/reader.js';
import type { Metadata } from '../event-store/event-store.js';
import { isRefusal } from '../runtime/refusal.js';
import { timestamp, type Runtime } from '../runtime/runtime.js';
import { ChangeJob } from './commands/change-job.js';
import { hasEnded, type JobStatus } from './domain/status.js';
import { rowsAtOnceMax } from './rows/row-removal.js';

export interface EndedJob {
  jobId: string;
  version: number;
  modelDays: number;
  endedAt: string;
}

interface Row {
  row_id: number;
  job_id: string;
  status: JobStatus;
  completed_at: string | null;
  version: number | null;
  total_model_days: number | null;
}

const dayMs = 86_400_000;

/** How many rows of `jobs` one statement looks at. */
const pageSize = 200;

/** The jobs that ended at least so many days ago, oldest row first; lets other work in between two pages. */
async function* endedJobs(reader: Reader, olderThanDays: number, runtime: Runtime): AsyncGenerator<EndedJob> {
  const until = timestamp(runtime.nowMs() - olderThanDays * dayMs);
  for (let after = 0; ;) {
    const page = await reader.all<Row>(
      `SELECT jobs.rowid AS row_id, job_id, status, completed_at, version, total_model_days
       FROM jobs LEFT JOIN job_progress USING (job_id)
       WHERE jobs.rowid > ? ORDER BY jobs.rowid LIMIT ${pageSize}`,
      after,
    );
    for (const {
      job_id: jobId,
      status,
      completed_at: endedAt,
      version,
      total_model_days: modelDays,
    } of page) {
      // Without progress it is removed already, and its rows are on their way out.
      if (version === null || modelDays === null || endedAt === null) continue;
      if (hasEnded(status) && endedAt <= until) yield { jobId, version, modelDays, endedAt };
    }
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.row_id;
    await runtime.nextTurn();
  }
}

export interface CleanupOptions {
  olderThanDays: number;
  metadata: Metadata;
  /** Ends it between two commits. */
  until?: AbortSignal;
}

interface Parts {
  reader: Reader;
  runtime: Runtime;
  changeJob: (command: ChangeJob) => Promise<unknown>;
}

export class JobCleanup {
  constructor(private readonly parts: Parts) {}

  /** Resolves with how many jobs it removed. */
  async run({ olderThanDays, metadata, until }: CleanupOptions): Promise<number> {
    const { reader, runtime } = this.parts;
    let removed = 0;
    for await (const batch of batchesOf(endedJobs(reader, olderThanDays, runtime))) {
      if (until?.aborted === true) break;
      // Together they share a commit.
      const done = await Promise.all(batch.map((job) => this.remove(job, metadata)));
      removed += done.filter(Boolean).length;
    }
    return removed;
  }

  /** False when it was retried, or removed by somebody else, since it was looked at. */
  private async remove({ jobId, version }: EndedJob, metadata: Metadata): Promise<boolean> {
    try {
      await this.parts.changeJob(new ChangeJob(jobId, { type: 'RemoveJob' }, metadata, version));
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  }
}

/** Jobs whose rows one commit can delete in a moment; a larger job is alone. */
async function* batchesOf(jobs: AsyncIterable<EndedJob>): AsyncGenerator<EndedJob[]> {
  const jobsMax = 50;
  let batch: EndedJob[] = [];
  let modelDays = 0;
  for await (const job of jobs) {
    if (batch.length > 0 && (batch.length >= jobsMax || modelDays + job.modelDays > rowsAtOnceMax)) {
      yield batch;
      batch = [];
      modelDays = 0;
    }
    batch.push(job);
    modelDays += job.modelDays;
  }
  if (batch.length > 0) yield batch;
}
