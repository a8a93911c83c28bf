// What the reading commands ask of jobs.
import type { JobStatus } from '../simulation/domain/status.js';
import type { JobView, WholeJobView } from '../simulation/queries/views.js';

export interface JobList {
  items: JobView[];
  /** Where the list goes on; null when this is all. */
  next: string | null;
}

/** How far a job is, as its stream says it. */
export type JobNews = Pick<JobView, 'job_id' | 'status' | 'version' | 'progress'>;

export interface JobReads {
  /** Newest first. */
  list(limit: number, status: JobStatus | undefined): Promise<JobList>;
  /** The newest job. @throws Refused when there is none */
  newest(): Promise<string>;
  /** The ids that begin so; two of them are enough to see that there are several. */
  beginningWith(prefix: string): Promise<string[]>;
  /** @throws Refused when there is no such job */
  whole(jobId: string): Promise<WholeJobView>;
  /** At once and after each change, until the job has ended. @throws Refused when the job is not there (any more) */
  follow(jobId: string, signal: AbortSignal): AsyncGenerator<JobNews>;
  close(): void;
}

export const hasEnded = (status: JobStatus): boolean => !['pending', 'running'].includes(status);
