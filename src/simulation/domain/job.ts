// The state of a job: what its events add up to.
import type { JobCreated } from './events.js';
import type { Grid } from './grid.js';
import type { ModelDay } from './model-day.js';
import { Refusal } from '../../runtime/refusal.js';
import { deriveJobStatus, type Counts, type JobStatus } from './status.js';

export interface Job {
  /** How many events the job has. */
  readonly version: number;
  readonly jobId: string;
  /** What it was created with: the data of its first event. */
  readonly created: JobCreated['data'];
  readonly dates: readonly string[];
  readonly models: readonly string[];
  readonly dateIndexes: ReadonlyMap<string, number>;
  readonly modelIndexes: ReadonlyMap<string, number>;
  /** Date by date, in each the models in the order of the request. */
  readonly modelDays: Grid<ModelDay>;
  readonly counts: Counts;
  /** The lowest index of a model-day that is pending or running; the number of model-days when all ended. */
  readonly firstOpen: number;
  /** When a model-day started for the first time. */
  readonly startedAt: string | null;
  /** When the last model-day ended; null while one is open. */
  readonly completedAt: string | null;
  readonly error: string | null;
  readonly removed: boolean;
}

/** Undefined before the first event. */
export type JobState = Job | undefined;

export const statusOf = (job: Job): JobStatus => deriveJobStatus(job.counts, job.startedAt !== null);

const dateIndexAt = (job: Job, index: number): number => Math.floor(index / job.models.length);

export const dateAt = (job: Job, index: number): string => job.dates[dateIndexAt(job, index)] as string;

export const modelAt = (job: Job, index: number): string => job.models[index % job.models.length] as string;

/**
 * The place of a model-day in the grid.
 * @throws Refusal `model_day_not_found`
 */
export function indexOf(job: Job, date: string, model: string): number {
  const dateIndex = job.dateIndexes.get(date);
  const modelIndex = job.modelIndexes.get(model);
  if (dateIndex === undefined || modelIndex === undefined) {
    throw new Refusal(
      'missing',
      'model_day_not_found',
      `Job ${job.jobId} has no model-day of "${model}" on ${date}.`,
    );
  }
  return dateIndex * job.models.length + modelIndex;
}

/** The indexes of the first date that is not done, from its first open model-day on; only these may run. */
export function* openDate(job: Job): Generator<number> {
  if (job.firstOpen === job.modelDays.length) return;
  const end = (dateIndexAt(job, job.firstOpen) + 1) * job.models.length;
  for (let index = job.firstOpen; index < end; index += 1) yield index;
}
