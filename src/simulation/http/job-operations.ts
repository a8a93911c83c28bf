// How operations on jobs are described: with the codes that a rule of theirs refuses with.
import { z } from 'zod';
import { operationsWith } from '../../http/operation.js';
import { problemCodes } from '../../http/problem-codes.js';
import { jobStatus } from './job-schemas.js';

export const { ApiRead, ApiCommand } = operationsWith(
  problemCodes({
    job_not_found: { status: 404, means: 'there is no such job' },
    no_jobs: { status: 404, means: 'there is no job yet' },
    model_day_not_found: { status: 404, means: 'the job has no such model-day' },
    version_not_found: {
      status: 404,
      means: 'the job has fewer versions',
      members: { version: z.int().optional() },
    },
    job_active: {
      status: 409,
      means: 'as many jobs as may be are pending or running',
      members: {
        current_job_id: z.string().optional(),
        current_date_range: z.array(z.string()).optional(),
        current_status: z.enum(jobStatus.options).optional(),
      },
    },
    job_finished: { status: 409, means: 'the job has ended' },
    job_not_finished: { status: 409, means: 'the job has not ended' },
    nothing_to_retry: { status: 409, means: 'every model-day is completed' },
    model_day_not_pending: { status: 409, means: 'the model-day runs, or has ended' },
    out_of_order: { status: 409, means: 'an earlier date is not done' },
    too_early: {
      status: 409,
      means: 'the next attempt may not start yet',
      members: { not_before: z.string().optional() },
    },
    stale_attempt: {
      status: 409,
      means: 'the attempt is over',
      members: { current_attempt: z.int().optional() },
    },
  }),
);
