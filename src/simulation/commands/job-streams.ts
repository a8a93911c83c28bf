// The streams of jobs.
import { streamOf } from '../../event-store/kind.js';
import { KindStreams } from '../../work/kind-streams.js';
import type { OpenKinds } from '../../work/open-kinds.js';
import type { JobCommand } from '../domain/commands.js';
import type { JobEvent } from '../domain/events.js';
import type { JobState } from '../domain/job.js';
import type { JobProjector } from '../rows/job-projector.js';
import { jobStreams } from '../stream-kind.js';

export const jobStreamOf = (jobId: string): string => streamOf(jobStreams, jobId);

export class JobStreams extends KindStreams<JobState, JobCommand, JobEvent> {
  /** @param modelDaysMax the largest grid: the cache of folded states must hold a few of them */
  constructor(kinds: OpenKinds, projector: JobProjector, modelDaysMax: number) {
    super(jobStreams, kinds, { projector, cellsMax: Math.max(500_000, 3 * modelDaysMax) });
  }
}
