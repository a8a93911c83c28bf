// The read tables as TypeORM sees them. Their schema is made by migrations; a test holds the two against each other.
import { EntitySchema } from 'typeorm';
import type { JobDetailRow, JobProgressRow, JobRow } from './rows.js';

export const JobEntity = new EntitySchema<JobRow>({
  name: 'job',
  tableName: 'jobs',
  columns: {
    job_id: { type: 'text', primary: true },
    config_path: { type: 'text' },
    status: { type: 'text' },
    date_range: { type: 'text' },
    models: { type: 'text' },
    created_at: { type: 'text' },
    started_at: { type: 'text', nullable: true },
    completed_at: { type: 'text', nullable: true },
    total_duration_seconds: { type: 'real', nullable: true },
    error: { type: 'text', nullable: true },
  },
});

export const JobProgressEntity = new EntitySchema<JobProgressRow>({
  name: 'progress',
  tableName: 'job_progress',
  columns: {
    job_id: { type: 'text', primary: true },
    version: { type: 'integer' },
    total_model_days: { type: 'integer' },
    pending: { type: 'integer' },
    running: { type: 'integer' },
    completed: { type: 'integer' },
    failed: { type: 'integer' },
    request_fingerprint: { type: 'text' },
  },
});

export const JobDetailEntity = new EntitySchema<JobDetailRow & { id: number }>({
  name: 'detail',
  tableName: 'job_details',
  columns: {
    id: { type: 'integer', primary: true, generated: 'increment' },
    job_id: { type: 'text' },
    date: { type: 'text' },
    model: { type: 'text' },
    status: { type: 'text' },
    started_at: { type: 'text', nullable: true },
    completed_at: { type: 'text', nullable: true },
    duration_seconds: { type: 'real', nullable: true },
    error: { type: 'text', nullable: true },
    attempt: { type: 'integer', default: 0 },
    worker: { type: 'text', nullable: true },
    failure_code: { type: 'text', nullable: true },
    not_before: { type: 'text', nullable: true },
    result_version: { type: 'integer', nullable: true },
    earlier_attempts: { type: 'text', nullable: true },
  },
});

export const jobEntities = [JobEntity, JobProgressEntity, JobDetailEntity];
