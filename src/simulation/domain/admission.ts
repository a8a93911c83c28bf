// The rules that look across jobs: who may start now, and which request is already there (§6.1, §6.2). The facts
// are read inside the transaction that would create the job, and handed in.
import { Refusal } from '../../runtime/refusal.js';
import type { JobStatus } from './status.js';

export interface ActiveJob {
  jobId: string;
  dates: readonly string[];
  status: JobStatus;
}

/** How long a request counts as "the same again". */
export const sameRequestWindowMs = 24 * 60 * 60 * 1000;

/** A `partial` or `failed` job does not swallow a new request. */
export const statusesThatAnswerAgain: readonly JobStatus[] = ['pending', 'running', 'completed'];

export const statusesThatAreActive: readonly JobStatus[] = ['pending', 'running'];

/** The job that stands in the way of one more, or null while there is room. `active` is oldest first. */
export function blockerOf(active: readonly ActiveJob[], activeJobsMax: number): ActiveJob | null {
  const [oldest] = active;
  return oldest === undefined || active.length < activeJobsMax ? null : oldest;
}

/** @throws Refusal `job_active`, with the job that is in the way */
export function refuseWhenBlocked(blocker: ActiveJob | null): void {
  if (blocker === null) return;
  throw new Refusal(
    'conflict',
    'job_active',
    `Job ${blocker.jobId} is ${blocker.status}; wait for its end or cancel it.`,
    {
      current_job_id: blocker.jobId,
      current_date_range: blocker.dates,
      current_status: blocker.status,
    },
  );
}
