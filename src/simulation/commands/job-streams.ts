// The streams of jobs.
import type { EventStore } from '../../event-store/event-store.js';
import { streamOf as streamOfKind } from '../../event-store/kind.js';
import { Streams } from '../../event-store/streams.js';
import type { JobCommand } from '../domain/commands.js';
import type { JobEvent } from '../domain/events.js';
import type { JobState } from '../domain/job.js';
import type { JobProjector } from '../rows/job-projector.js';
import { jobStreams } from '../stream-kind.js';

/** Published after the commit, to wake whoever follows jobs. Losing one costs time and nothing else. */
export class JobChanged {
  constructor(
    readonly streamId: string,
    readonly events: readonly JobEvent[],
  ) {}
}

export const streamOf = (jobId: string): string => streamOfKind(jobStreams, jobId);

export class JobStreams extends Streams<JobState, JobCommand, JobEvent> {
  /** @param modelDaysMax the largest grid: the cache of folded states must hold a few of them */
  constructor(
    store: EventStore,
    projector: JobProjector,
    bus: { publish: (event: JobChanged) => unknown },
    modelDaysMax: number,
  ) {
    super(jobStreams, store, {
      projector,
      cellsMax: Math.max(500_000, 3 * modelDaysMax),
      committed: (streamId, events) => {
        bus.publish(new JobChanged(streamId, events));
      },
    });
  }
}
