// Jobs as streams: how they are named, decided, folded and stored, and which rows their events stand for.
import { EventCodec } from '../event-store/codec.js';
import type { KindRules } from '../kind/kind.js';
import type { ProjectedKind } from '../projection/projected.js';
import type { JobCommand } from './domain/commands.js';
import { decide } from './domain/decide.js';
import { jobEventSchemas, type JobEvent } from './domain/events.js';
import { evolve } from './domain/evolve.js';
import type { JobState } from './domain/job.js';
import { jobMigrations, jobProjection } from './rows/projection.js';

export const jobStreams: ProjectedKind<JobState, JobCommand, JobEvent> & Pick<KindRules, 'migrations'> = {
  name: 'job',
  streamPrefix: 'job-',
  codec: new EventCodec<JobEvent>(jobEventSchemas),
  decider: { initialState: undefined, decide, evolve, sizeOf: (job) => job?.modelDays.length ?? 0 },
  migrations: jobMigrations,
  projection: jobProjection,
};
