// What is answered about jobs and model-days. The views that fill these shapes take their types from them.
import { z } from 'zod';
import { count, listAnswer, moment } from '../../http/schemas.js';

export const jobStatus = z
  .enum(['pending', 'running', 'completed', 'partial', 'failed'])
  .meta({ id: 'JobStatus' });
const modelDayStatus = z.enum(['pending', 'running', 'completed', 'failed']).meta({ id: 'ModelDayStatus' });
const failureCode = z
  .enum(['executor_error', 'timeout', 'lease_expired', 'cancelled', 'restart'])
  .meta({ id: 'FailureCode' });

const nullableText = z.string().nullable();

const progress = z
  .object({
    total_model_days: count,
    completed: count,
    failed: count,
    running: count,
    pending: count,
    current: z.object({ date: z.string(), model: z.string() }).nullable(),
  })
  .meta({ id: 'Progress', description: '`current` is the first that runs, by date, then model.' });

const job = z.object({
  job_id: z.string(),
  config_path: z.string(),
  status: jobStatus,
  date_range: z.array(z.string()),
  models: z.array(z.string()),
  progress,
  created_at: moment,
  started_at: moment.nullable(),
  completed_at: moment.nullable(),
  total_duration_seconds: z.number().min(0).nullable(),
  error: nullableText,
  version: z.int().min(1),
});

export const jobAnswer = job.meta({ id: 'Job' });

/** A long job has thousands of dates: in lists and after commands, only where they begin and end. */
export const jobSummaryAnswer = job
  .omit({ date_range: true })
  .extend({ dates: z.object({ first: z.string(), last: z.string(), count: z.int().min(1) }) })
  .meta({
    id: 'JobSummary',
    description: 'A job with the first and the last of its dates, and how many there are.',
  });

export const jobListAnswer = listAnswer('JobList', jobSummaryAnswer);

export const detailAnswer = z
  .object({
    date: z.string(),
    model: z.string(),
    status: modelDayStatus,
    attempt: count,
    started_at: moment.nullable(),
    completed_at: moment.nullable(),
    duration_seconds: z.number().min(0).nullable(),
    error: nullableText,
    failure_code: failureCode.nullable(),
  })
  .meta({ id: 'ModelDayDetail' });

const wholeProgress = progress.extend({ details: z.array(detailAnswer) }).meta({ id: 'WholeProgress' });

export const wholeJobAnswer = job.extend({ progress: wholeProgress }).meta({
  id: 'WholeJob',
  description: 'A job with all its model-days, by date, then model.',
});

const listedModelDayAnswer = z
  .object({
    job_id: z.string(),
    ...detailAnswer.shape,
    result: z.unknown(),
    not_before: moment.nullable(),
    worker: nullableText,
    lease_expires_at: moment.nullable(),
  })
  .meta({
    id: 'ListedModelDay',
    description:
      'With its result (what the executor gave, or null), when it may start again, and who runs it until when.',
  });

export const modelDayListAnswer = listAnswer('ModelDayList', listedModelDayAnswer);

export const attemptAnswer = z
  .object({
    attempt: z.int().min(1),
    worker: nullableText,
    started_at: moment.nullable(),
    ended_at: moment.nullable(),
    outcome: z.enum(['running', 'completed', 'failed', 'released']),
    error: nullableText,
    failure_code: failureCode.nullable(),
  })
  .meta({ id: 'Attempt' });

export const modelDayAnswer = listedModelDayAnswer
  .extend({
    executor_progress: z.object({ percent: z.number().min(0).max(100), message: nullableText }).nullable(),
    attempts: z.array(attemptAnswer),
  })
  .meta({ id: 'ModelDay' });

const triggered = z.object({
  job_id: z.string(),
  date_range: z.array(z.string()),
  models: z.array(z.string()),
  created_at: moment,
  message: z.string(),
});

export const acceptedAnswer = triggered
  .extend({ status: z.literal('accepted'), total_model_days: z.int().min(1) })
  .meta({ id: 'AcceptedJob' });

export const sameRequestAnswer = triggered
  .extend({ status: jobStatus, progress })
  .meta({ id: 'SameRequest' });

export const startedAnswer = z
  .object({ attempt: z.int().min(1), lease_expires_at: moment })
  .meta({ id: 'StartedAttempt' });

export const leaseAnswer = z.object({ lease_expires_at: moment, cancelled: z.boolean() }).meta({
  id: 'Lease',
  description: '`cancelled`: the attempt ended with its job, and its worker should stop.',
});

export const cleanupAnswer = z.object({ deleted: count }).meta({ id: 'Cleanup' });
