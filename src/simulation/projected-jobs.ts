// The projection of jobs: which rows of which tables a job's events stand for.
import type { Projected, ProjectedTable, Row } from '../projection/projected.js';
import type { JobEvent } from './domain/events.js';
import { indexOf, type Job, type JobState } from './domain/job.js';
import { detailRowOf, rowsOf } from './domain/rows.js';
import { JobDetailEntity, JobEntity, JobProgressEntity } from './entities.js';
import { jobProjectionName } from './job-projection.js';
import { jobCodec, jobDecider, streamOf } from './job-streams.js';

interface Described {
  options: { tableName?: string; columns: object };
}

/** The surrogate `job_details.id` is no fact; nothing compares it. */
const tableOf = ({ options }: Described, keyColumns: readonly string[]): ProjectedTable => ({
  name: String(options.tableName),
  subjectColumn: 'job_id',
  keyColumns,
  columns: Object.keys(options.columns).filter((column) => column !== 'id'),
});

export const projectedJobs: Projected<JobState, JobEvent> = {
  name: jobProjectionName,
  version: 1,
  streamPrefix: streamOf(''),
  decider: jobDecider,
  codec: jobCodec,
  tables: [
    tableOf(JobEntity, []),
    tableOf(JobProgressEntity, []),
    tableOf(JobDetailEntity, ['date', 'model']),
  ],
  removals: { name: 'removals', subjectColumn: 'job_id' },
  rowsOf(state, table): Iterable<Row> {
    const rows = rowsOf(state);
    if (rows === undefined) return [];
    if (table === 'jobs') return [{ ...rows.job }];
    if (table === 'job_progress') return [{ ...rows.progress }];
    return rows.details as unknown as Iterable<Row>;
  },
  rowsTouchedBy(state, events, table) {
    const indexes = new Set<number>();
    for (const event of events) {
      if (!('date' in event.data)) return undefined;
      indexes.add(indexOf(state as Job, event.data.date, event.data.model));
    }
    if (table !== 'job_details') return projectedJobs.rowsOf(state, table);
    return Array.from(indexes, (index) => ({ ...detailRowOf(state as Job, index) }));
  },
};
