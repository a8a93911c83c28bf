// The streams of jobs: how a job's decider, its stored events and its projection come together.
import { LRUCache } from 'lru-cache';
import { EventCodec, type EventSchema } from '../event-store/codec.js';
import type { Decider } from '../event-store/decider.js';
import type { EventStore } from '../event-store/event-store.js';
import { Streams, type Folded } from '../event-store/streams.js';
import type { JobCommand } from './domain/commands.js';
import { decide } from './domain/decide.js';
import type { JobEvent } from './domain/events.js';
import { evolve } from './domain/evolve.js';
import type { JobState } from './domain/job.js';
import { JobProjection } from './job-projection.js';

/** Published after the commit, to wake whoever follows jobs. Losing one costs time and nothing else. */
export class JobChanged {
  constructor(
    readonly streamId: string,
    readonly events: readonly JobEvent[],
  ) {}
}

export const streamOf = (jobId: string): string => `job-${jobId}`;

export const jobDecider: Decider<JobState, JobCommand, JobEvent> = {
  initialState: undefined,
  decide,
  evolve,
  sizeOf: (job) => job?.modelDays.length ?? 0,
};

/** Of each that was ever written, a fixture is kept in test/fixtures/events. */
export const jobEventSchemas: Readonly<Record<JobEvent['type'], EventSchema>> = {
  JobCreated: { schemaVersion: 1 },
  ModelDayStarted: { schemaVersion: 1 },
  ModelDayCompleted: { schemaVersion: 1 },
  ModelDayAttemptFailed: { schemaVersion: 1 },
  ModelDayFailed: { schemaVersion: 1 },
  ModelDayReleased: { schemaVersion: 1 },
  JobClosed: { schemaVersion: 1 },
  JobRetried: { schemaVersion: 1 },
  JobRemoved: { schemaVersion: 1 },
};

export const jobCodec = new EventCodec<JobEvent>(jobEventSchemas);

export class JobStreams extends Streams<JobState, JobCommand, JobEvent> {
  /** @param modelDaysMax the largest grid: the cache of folded states must hold a few of them */
  constructor(store: EventStore, bus: { publish: (event: JobChanged) => unknown }, modelDaysMax: number) {
    super(
      jobDecider,
      jobCodec,
      store,
      new JobProjection(),
      new LRUCache<string, Folded<JobState>>({ maxSize: Math.max(500_000, 3 * modelDaysMax) }),
      (streamId, events) => {
        bus.publish(new JobChanged(streamId, events));
      },
    );
  }
}
