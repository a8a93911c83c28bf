// The rows of removed jobs. Those of a small job go with its event; those of a large one are marked by it and go in
// slices after it, so that nobody waits for them. From the event on no reader takes such a job for one that is there
// (docs/decisions/0011).
import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { unavailableReason } from '../../database/database-error.js';
import type { Transaction } from '../../database/transaction.js';
import type { Job } from '../domain/job.js';

/** The rows of model-days that one transaction deletes: 1,000 take about 3 ms, and 100,000 take 260. */
export const rowsAtOnceMax = 1_000;

const removedError = 'Removed: its rows are being deleted';

/** In the transaction that appends `JobRemoved`. */
export async function removeRows(transaction: Transaction, job: Job): Promise<void> {
  if (job.modelDays.length <= rowsAtOnceMax) {
    // The rows of the other tables go with it.
    await transaction.run('DELETE FROM jobs WHERE job_id = ?', job.jobId);
    return;
  }
  await transaction.run('INSERT INTO removals (job_id) VALUES (?)', job.jobId);
  await transaction.run('DELETE FROM job_progress WHERE job_id = ?', job.jobId);
  await transaction.run('UPDATE jobs SET error = ? WHERE job_id = ?', removedError, job.jobId);
}

@Injectable()
export class RowRemoval {
  constructor(private readonly database: Database) {}

  /** Deletes what `removeRows` left of a job, if it left anything. When the database cannot, it is left for later. */
  async finish(jobId: string): Promise<void> {
    const { queue } = this.database;
    if (this.database.query('SELECT 1 FROM removals WHERE job_id = ?', jobId).length === 0) return;
    try {
      for (let deleted = rowsAtOnceMax; deleted === rowsAtOnceMax;) {
        deleted = await queue.run((transaction) => deleteSlice(transaction, jobId));
      }
      await queue.run(async (transaction) => {
        await transaction.run(
          'DELETE FROM jobs WHERE job_id IN (SELECT job_id FROM removals WHERE job_id = ?)',
          jobId,
        );
        await transaction.run('DELETE FROM removals WHERE job_id = ?', jobId);
      });
    } catch (error) {
      // The job is removed, whatever becomes of its rows: the next start or cleanup deletes them.
      if (unavailableReason(error) === undefined) throw error;
    }
  }

  /** What a process that was killed, or a full disk, left behind. */
  async finishAll(): Promise<void> {
    const left = this.database.query<{ job_id: string }>('SELECT job_id FROM removals');
    for (const { job_id: jobId } of left) await this.finish(jobId);
  }
}

const deleteSlice = (transaction: Transaction, jobId: string) =>
  transaction.run(
    `DELETE FROM job_details WHERE id IN (
       SELECT job_details.id FROM removals JOIN job_details USING (job_id) WHERE job_id = ? LIMIT ${rowsAtOnceMax})`,
    jobId,
  );
