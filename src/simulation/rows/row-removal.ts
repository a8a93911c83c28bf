// The rows of removed jobs. Those of a small job go with its event; those of a large one are marked by it and go in
// slices after it, so that nobody waits for them. From the event on no reader takes such a job for one that is there
// (docs/decisions/0011).
import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { unavailableReason } from '../../database/database-error.js';
import { entityOf } from '../../database/entity.js';
import { append, change, remove } from '../../database/row-write.js';
import type { Transaction } from '../../database/transaction.js';
import type { Job } from '../domain/job.js';
import { jobProgress, jobs, removals } from './tables.js';

/** The rows of model-days that one transaction deletes: 1,000 take about 3 ms, and 100,000 take 260. */
export const rowsAtOnceMax = 1_000;

const removeJob = remove(jobs);
const removeProgress = remove(jobProgress);
const changeError = change(jobs, ['error']);
const appendRemoval = append(removals);
const removeRemoval = remove(removals);

const removedError = 'Removed: its rows are being deleted';

/** In the transaction that appends `JobRemoved`. */
export function removeRows(transaction: Transaction, job: Job): void {
  if (job.modelDays.length <= rowsAtOnceMax) {
    // The rows of the other tables go with it.
    transaction.write(removeJob, { job_id: job.jobId });
    return;
  }
  transaction.write(appendRemoval, { job_id: job.jobId });
  transaction.write(removeProgress, { job_id: job.jobId });
  transaction.write(changeError, { job_id: job.jobId, error: removedError });
}

@Injectable()
export class RowRemoval {
  constructor(private readonly database: Database) {}

  /** Deletes what `removeRows` left of a job, if it left anything. When the database cannot, it is left for later. */
  async finish(jobId: string): Promise<void> {
    const { queue } = this.database;
    if (!(await this.removals.existsBy({ job_id: jobId }))) return;
    try {
      for (let deleted = rowsAtOnceMax; deleted === rowsAtOnceMax;) {
        deleted = await queue.run((transaction) => deleteSlice(transaction, jobId));
      }
      await queue.run(async (transaction) => {
        await transaction.run(
          'DELETE FROM jobs WHERE job_id IN (SELECT job_id FROM removals WHERE job_id = ?)',
          jobId,
        );
        transaction.write(removeRemoval, { job_id: jobId });
      });
    } catch (error) {
      // The job is removed, whatever becomes of its rows: the next start or cleanup deletes them.
      if (unavailableReason(error) === undefined) throw error;
    }
  }

  private get removals() {
    return this.database.source.getRepository(entityOf(removals));
  }

  /** What a process that was killed, or a full disk, left behind. */
  async finishAll(): Promise<void> {
    for (const { job_id: jobId } of await this.removals.find()) await this.finish(jobId);
  }
}

const deleteSlice = (transaction: Transaction, jobId: string) =>
  transaction.run(
    `DELETE FROM job_details WHERE id IN (
       SELECT job_details.id FROM removals JOIN job_details USING (job_id) WHERE job_id = ? LIMIT ${rowsAtOnceMax})`,
    jobId,
  );
