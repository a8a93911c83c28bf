// What is answered about jobs and model-days, and the codes that a rule of theirs refuses with.
import { z } from 'zod';
import { answer, count, listAnswer, timeAnswer as time } from '../../http/answer.js';
import { operationsWith } from '../../http/operation.js';
import { problemCodes } from '../../http/problem-codes.js';
import type { ModelDayView } from '../queries/job-queries.js';
import type { AttemptView, JobView, WholeJobView } from '../queries/views.js';

const jobStatus = answer('JobStatus', z.enum(['pending', 'running', 'completed', 'partial', 'failed']));
const modelDayStatus = answer('ModelDayStatus', z.enum(['pending', 'running', 'completed', 'failed']));
const failureCode = answer(
  'FailureCode',
  z.enum(['executor_error', 'timeout', 'lease_expired', 'cancelled', 'restart']),
);

export const { Question, Command } = operationsWith(
  problemCodes({
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

const nullableText = z.string().nullable();

const progress = {
  total_model_days: count,
  completed: count,
  failed: count,
  running: count,
  pending: count,
  current: z.object({ date: z.string(), model: z.string() }).nullable(),
};

const progressAnswer = answer(
  'Progress',
  z.object(progress),
  '`current` is the first that runs, by date, then model.',
);

const job = {
  job_id: z.string(),
  config_path: z.string(),
  status: jobStatus,
  date_range: z.array(z.string()),
  models: z.array(z.string()),
  progress: progressAnswer,
  created_at: time,
  started_at: time.nullable(),
  completed_at: time.nullable(),
  total_duration_seconds: z.number().min(0).nullable(),
  error: nullableText,
  version: z.int().min(1),
};

export const jobAnswer = answer('Job', z.object(job) satisfies z.ZodType<JobView>);
export const jobListAnswer = listAnswer('JobList', jobAnswer);

const detail = {
  date: z.string(),
  model: z.string(),
  status: modelDayStatus,
  attempt: count,
  started_at: time.nullable(),
  completed_at: time.nullable(),
  duration_seconds: z.number().min(0).nullable(),
  error: nullableText,
  failure_code: failureCode.nullable(),
};

const details = z.array(answer('ModelDayDetail', z.object(detail)));

export const wholeJobAnswer = answer(
  'WholeJob',
  z.object({
    ...job,
    progress: answer('WholeProgress', z.object({ ...progress, details })),
  }) satisfies z.ZodType<WholeJobView>,
  'A job with all its model-days, by date, then model.',
);

const listed = { job_id: z.string(), ...detail, result: z.unknown() };

export const modelDayListAnswer = listAnswer(
  'ModelDayList',
  answer('ListedModelDay', z.object(listed), 'With its result: what the executor gave, or null.'),
);

const attempt = answer(
  'Attempt',
  z.object({
    attempt: z.int().min(1),
    worker: nullableText,
    started_at: time.nullable(),
    ended_at: time.nullable(),
    outcome: z.enum(['running', 'completed', 'failed', 'released']),
    error: nullableText,
    failure_code: failureCode.nullable(),
  }) satisfies z.ZodType<AttemptView>,
);

export const modelDayAnswer = answer(
  'ModelDay',
  z.object({
    ...listed,
    not_before: time.nullable(),
    worker: nullableText,
    lease_expires_at: time.nullable(),
    executor_progress: z.object({ percent: z.number().min(0).max(100), message: nullableText }).nullable(),
    attempts: z.array(attempt),
  }) satisfies z.ZodType<Omit<ModelDayView, 'result'>>,
);

const triggered = {
  job_id: z.string(),
  date_range: z.array(z.string()),
  models: z.array(z.string()),
  created_at: time,
  message: z.string(),
};

export const acceptedAnswer = answer(
  'AcceptedJob',
  z.object({ ...triggered, status: z.literal('accepted'), total_model_days: z.int().min(1) }),
);

export const sameRequestAnswer = answer(
  'SameRequest',
  z.object({ ...triggered, status: jobStatus, progress: progressAnswer }),
);

export const startedAnswer = answer(
  'StartedAttempt',
  z.object({ attempt: z.int().min(1), lease_expires_at: time }),
);

export const leaseAnswer = answer(
  'Lease',
  z.object({ lease_expires_at: time, cancelled: z.boolean() }),
  '`cancelled`: the attempt ended with its job, and its worker should stop.',
);

export const cleanupAnswer = answer('Cleanup', z.object({ deleted: count }));
