// Jobs as the tables of a database tell of them, read-only, whether a service has the database or not.
import type { SqliteReader } from '../database/sqlite/sqlite-reader.js';
import { pause, systemRuntime } from '../runtime/runtime.js';
import type { JobDetailRow } from '../simulation/rows/rows.js';
import type { JobStatus } from '../simulation/domain/status.js';
import {
  detailView,
  jobView,
  type JobView,
  type JobWithProgress,
  type RunningModelDay,
  type WholeJobView,
} from '../simulation/queries/views.js';
import { hasEnded, type JobList, type JobNews, type JobReads } from './job-reads.js';
import { Refused } from './outcome.js';

/** How often a job is looked at while it is followed, in milliseconds. */
const lookMs = 250;

const jobs = 'SELECT * FROM jobs JOIN job_progress USING (job_id)';
const newestFirst = 'ORDER BY created_at DESC, jobs.rowid DESC LIMIT ?';

export class TableReads implements JobReads {
  constructor(private readonly reader: SqliteReader) {}

  list(limit: number, status: JobStatus | undefined): Promise<JobList> {
    const rows = this.reader.query<JobWithProgress>(
      `${jobs} WHERE ? IS NULL OR status = ? ${newestFirst}`,
      status ?? null,
      status ?? null,
      limit,
    );
    return Promise.resolve({ items: rows.map((row) => this.view(row)), next: null });
  }

  newest(): Promise<string> {
    const job = this.reader.query<JobWithProgress>(`${jobs} ${newestFirst}`, 1)[0];
    return job === undefined
      ? Promise.reject(new Refused('There is no job yet.'))
      : Promise.resolve(job.job_id);
  }

  beginningWith(prefix: string): Promise<string[]> {
    const rows = this.reader.query<{ job_id: string }>(
      'SELECT job_id FROM jobs WHERE job_id >= ? AND substr(job_id, 1, ?) = ? ORDER BY job_id LIMIT 2',
      prefix,
      prefix.length,
      prefix,
    );
    return Promise.resolve(rows.map(({ job_id: id }) => id));
  }

  whole(jobId: string): Promise<WholeJobView> {
    return Promise.resolve().then(() => {
      const view = this.find(jobId);
      const rows = this.reader.query<JobDetailRow>(
        'SELECT * FROM job_details WHERE job_id = ? ORDER BY date, model',
        jobId,
      );
      return { ...view, progress: { ...view.progress, details: rows.map(detailView) } };
    });
  }

  async *follow(jobId: string, signal: AbortSignal): AsyncGenerator<JobNews> {
    for (let told: number | undefined; !signal.aborted;) {
      const { job_id, status, version, progress } = this.find(jobId);
      if (version !== told) yield { job_id, status, version, progress };
      if (hasEnded(status)) return;
      told = version;
      await pause(systemRuntime, lookMs, signal);
    }
  }

  close(): void {
    this.reader.close();
  }

  private find(jobId: string): JobView {
    const row = this.reader.query<JobWithProgress>(`${jobs} WHERE job_id = ?`, jobId)[0];
    if (row === undefined) throw new Refused(`There is no job ${jobId}.`);
    return this.view(row);
  }

  private view(row: JobWithProgress): JobView {
    if (row.running === 0) return jobView(row, null);
    const current = this.reader.query<RunningModelDay>(
      "SELECT date, model FROM job_details WHERE status = 'running' AND +job_id = ? ORDER BY date, model LIMIT 1",
      row.job_id,
    );
    return jobView(row, current[0] ?? null);
  }
}
