// Jobs as streams: how they are named, decided, folded and stored, and which rows their events stand for.
import { EventCodec, type EventSchema } from '../event-store/codec.js';
import type { KindRules } from '../kind/kind.js';
import type { ProjectedKind, Row } from '../projection/projected.js';
import type { JobCommand } from './domain/commands.js';
import { decide } from './domain/decide.js';
import type { JobEvent } from './domain/events.js';
import { evolve } from './domain/evolve.js';
import { indexOf, type Job, type JobState } from './domain/job.js';
import { jobMigrations } from './rows/migrations.js';
import { detailRowOf, rowsOf } from './rows/rows.js';
import { jobDetails, jobProgress, jobs } from './rows/tables.js';

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

export const jobStreams: ProjectedKind<JobState, JobCommand, JobEvent> & Pick<KindRules, 'migrations'> = {
  name: 'job',
  streamPrefix: 'job-',
  codec: new EventCodec<JobEvent>(jobEventSchemas),
  decider: { initialState: undefined, decide, evolve, sizeOf: (job) => job?.modelDays.length ?? 0 },
  migrations: jobMigrations,
  projection: {
    name: 'jobs',
    version: 1,
    tables: [jobs, jobProgress, jobDetails],
    presence: jobProgress,
    rowsOf: jobRowsOf,
    rowsTouchedBy(state, events, table, firstPosition) {
      const indexes = new Set<number>();
      for (const event of events) {
        if (!('date' in event.data)) return undefined;
        indexes.add(indexOf(state as Job, event.data.date, event.data.model));
      }
      if (table !== 'job_details') return jobRowsOf(state, table, firstPosition);
      return Array.from(indexes, (index) => ({ ...detailRowOf(state as Job, index) }));
    },
  },
};

function jobRowsOf(state: JobState, table: string, firstPosition: number): Iterable<Row> {
  const rows = rowsOf(state, firstPosition);
  if (rows === undefined) return [];
  if (table === 'jobs') return [{ ...rows.job }];
  if (table === 'job_progress') return [{ ...rows.progress }];
  return rows.details;
}
