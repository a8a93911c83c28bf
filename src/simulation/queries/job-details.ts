// A job with all its model-days, of one moment, page by page: a grid may be large, and its reader slow.
import type { Database } from '../../database/database.js';
import type { Snapshot } from '../../database/reader.js';
import { sliceCharacters } from '../../database/slice.js';
import type { Cancel, Runtime } from '../../runtime/runtime.js';
import type { JobDetailRow } from '../rows/tables.js';
import { currentIn } from './job-tables.js';
import { detailView, jobText, type JobWithProgress } from './views.js';
import { WholeJob, type DetailPages } from './whole-job.js';

/**
 * How long a reader holds a snapshot, in milliseconds: as long as one is held, what others write cannot go from the
 * write-ahead log into the database.
 */
export const snapshotMs = 15_000;

const columns =
  'date, model, status, attempt, started_at, completed_at, duration_seconds, error, failure_code';

/** A slow reader is read on for from another snapshot, as long as the job is in it what it was in the first one. */
export class StoredDetails implements DetailPages {
  private after: [date: string, model: string] = ['', ''];
  private isOver = false;
  private snapshot: Snapshot | undefined;
  private cancel: Cancel | undefined;

  private constructor(
    private readonly database: Database,
    private readonly runtime: Runtime,
    private readonly jobId: string,
    private readonly version: number,
  ) {}

  /** The job with its details; undefined when there is no such job. */
  static async open(database: Database, runtime: Runtime, jobId: string): Promise<WholeJob | undefined> {
    await database.turn();
    const snapshot = await database.openSnapshot();
    try {
      const row = await snapshot.get<JobWithProgress>(
        'SELECT * FROM jobs JOIN job_progress USING (job_id) WHERE job_id = ?',
        jobId,
      );
      if (row === undefined) {
        snapshot.close();
        return undefined;
      }
      const job = jobText(row, await currentIn(snapshot, jobId));
      const details = new StoredDetails(database, runtime, jobId, row.version);
      details.hold(snapshot);
      return new WholeJob(job, details);
    } catch (error) {
      snapshot.close();
      throw error;
    }
  }

  /** @throws Error when the job has changed since, and the reader was too slow to be told of how it was */
  async next(): Promise<string | undefined> {
    await this.database.turn();
    if (this.isOver) return undefined;
    const snapshot = this.snapshot ?? (await this.reopen());
    const { rows, isWhole } = await snapshot.slice<JobDetailRow>(
      sliceCharacters,
      `SELECT ${columns} FROM job_details WHERE job_id = ? AND (date, model) > (?, ?) ORDER BY date, model
       LIMIT ${pageSize}`,
      this.jobId,
      ...this.after,
    );
    const last = rows.at(-1);
    if (last !== undefined) this.after = [last.date, last.model];
    if (isWhole && rows.length < pageSize) this.end();
    return last === undefined ? undefined : rows.map((row) => JSON.stringify(detailView(row))).join(',');
  }

  end(): void {
    this.isOver = true;
    this.release();
  }

  private async reopen(): Promise<Snapshot> {
    const snapshot = await this.database.openSnapshot();
    this.hold(snapshot);
    const row = await snapshot.get<{ version: number }>(
      'SELECT version FROM job_progress WHERE job_id = ?',
      this.jobId,
    );
    if (row?.version === this.version) return snapshot;
    this.release();
    throw new Error(`job ${this.jobId} changed while a slow reader read it`);
  }

  private hold(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.cancel = this.runtime.after(snapshotMs, () => {
      this.release();
    });
  }

  private release(): void {
    this.cancel?.();
    this.snapshot?.close();
    this.snapshot = undefined;
  }
}

/** About as much text as a slice. */
const pageSize = 500;
