// The rows of removed jobs. Those of a small job go with its event; those of a large one go in slices after it, so that
// nobody waits for them, and its event takes its row of progress alone. By that no reader takes such a job for one that is
// there, and a start finds what a process left behind that was killed (docs/decisions/0011).
import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { unavailableReason } from '../../database/database-error.js';
import { change, remove } from '../../database/row-write.js';
import type { Transaction } from '../../database/transaction.js';
import { streamOf } from '../../event-store/kind.js';
import type { Job } from '../domain/job.js';
import { jobStreams } from '../stream-kind.js';
import { jobProgress, jobs, type JobRow } from './tables.js';

/** The rows of model-days that one transaction deletes: 1,000 take about 3 ms, and 100,000 take 260. */
export const rowsAtOnceMax = 1_000;

const removeJob = remove(jobs);
const removeProgress = remove(jobProgress);
const changeError = change(jobs, ['error']);

/**
 * A job of which the tables have no row of progress, and whose last event says why. The event is asked for as well: of a
 * job that somebody took a row from, nothing is deleted.
 */
const isLeaving = `jobs.job_id = ?
   AND NOT EXISTS (SELECT 1 FROM job_progress WHERE job_progress.job_id = jobs.job_id)
   AND (SELECT type FROM events WHERE stream_id = '${streamOf(jobStreams, '')}' || jobs.job_id
        ORDER BY version DESC LIMIT 1) = 'JobRemoved'`;

const removedError = 'Removed: its rows are being deleted';

/** In the transaction that appends `JobRemoved`. */
export function removeRows(transaction: Transaction, job: Job): void {
  if (job.modelDays.length <= rowsAtOnceMax) {
    // The rows of the other tables go with it.
    transaction.write(removeJob, { job_id: job.jobId });
    return;
  }
  transaction.write(removeProgress, { job_id: job.jobId });
  transaction.write(changeError, { job_id: job.jobId, error: removedError });
}

@Injectable()
export class RowRemoval {
  constructor(private readonly database: Database) {}

  /** Deletes what `removeRows` left of a job, if it left anything. When the database cannot, it is left for later. */
  async finish(jobId: string): Promise<void> {
    const { queue, reader } = this.database;
    if ((await reader.get(`SELECT 1 FROM jobs WHERE ${isLeaving}`, jobId)) === undefined) return;
    try {
      for (let deleted = rowsAtOnceMax; deleted === rowsAtOnceMax;) {
        deleted = await queue.run((transaction) => deleteSlice(transaction, jobId));
      }
      await queue.run((transaction) => transaction.run(`DELETE FROM jobs WHERE ${isLeaving}`, jobId));
    } catch (error) {
      // The job is removed, whatever becomes of its rows: the next start deletes them.
      if (unavailableReason(error) === undefined) throw error;
    }
  }

  /** What a process that was killed, or a full disk, left behind. */
  async finishAll(): Promise<void> {
    const { reader } = this.database;
    const sql = 'SELECT job_id FROM jobs EXCEPT SELECT job_id FROM job_progress';
    const marked = await reader.all<Pick<JobRow, 'job_id'>>(sql);
    for (const { job_id: jobId } of marked) await this.finish(jobId);
  }
}

const deleteSlice = (transaction: Transaction, jobId: string) =>
  transaction.run(
    `DELETE FROM job_details WHERE id IN (
       SELECT job_details.id FROM jobs JOIN job_details USING (job_id) WHERE ${isLeaving} LIMIT ${rowsAtOnceMax})`,
    jobId,
  );
