// What an audit must know of jobs: which rows of which tables a job's events stand for.
import type { Audited, AuditedTable, Row } from '../audit/audited.js';
import type { JobEvent } from './domain/events.js';
import type { JobState } from './domain/job.js';
import { rowsOf } from './domain/rows.js';
import { JobDetailEntity, JobEntity, JobProgressEntity } from './entities.js';
import { jobCodec, jobDecider, streamOf } from './job-streams.js';

interface Described {
  options: { tableName?: string; columns: object };
}

/** The surrogate `job_details.id` is no fact; nothing compares it. */
const auditedTable = ({ options }: Described, keyColumns: readonly string[]): AuditedTable => ({
  name: String(options.tableName),
  subjectColumn: 'job_id',
  keyColumns,
  columns: Object.keys(options.columns).filter((column) => column !== 'id'),
});

export const jobAudit: Audited<JobState, JobEvent> = {
  streamPrefix: streamOf(''),
  decider: jobDecider,
  codec: jobCodec,
  tables: [
    auditedTable(JobEntity, []),
    auditedTable(JobProgressEntity, []),
    auditedTable(JobDetailEntity, ['date', 'model']),
  ],
  removals: { name: 'removals', subjectColumn: 'job_id' },
  rowsOf(state, table): Iterable<Row> {
    const rows = rowsOf(state);
    if (rows === undefined) return [];
    if (table === 'jobs') return [{ ...rows.job }];
    if (table === 'job_progress') return [{ ...rows.progress }];
    return rows.details as unknown as Iterable<Row>;
  },
};
