// What can be asked of a job. Time comes in with the command, as RFC 3339 text in UTC with milliseconds.
import type { FailureCode, Json } from './events.js';
import type { ActiveJob } from './admission.js';

interface At {
  now: string;
}

interface OfModelDay extends At {
  date: string;
  model: string;
}

interface OfAttempt extends OfModelDay {
  attempt: number;
}

/** What is asked for, once the config has filled in what a caller leaves open. */
export interface JobRequest {
  /** As stored: with the name of the config folder in front. */
  configPath: string;
  configSha256: string;
  dates: readonly string[];
  models: readonly string[];
}

interface CreateJob extends At, JobRequest {
  type: 'CreateJob';
  jobId: string;
  requestFingerprint: string;
  /** The largest grid that is allowed, in model-days. */
  modelDaysMax: number;
  /** The job that takes the last free place, if there is none left for this one. */
  blockedBy: ActiveJob | null;
}

interface CancelJob extends At {
  type: 'CancelJob';
  reason?: string | undefined;
}

interface CloseJob extends At {
  type: 'CloseJob';
  failureCode: FailureCode;
  error: string;
}

interface RetryJob extends At {
  type: 'RetryJob';
  reason?: string | undefined;
  /** The job that takes the last free place, if there is none left for this one. */
  blockedBy: ActiveJob | null;
}

interface RemoveJob extends At {
  type: 'RemoveJob';
}

interface StartModelDay extends OfModelDay {
  type: 'StartModelDay';
  worker: string;
}

interface CompleteModelDay extends OfAttempt {
  type: 'CompleteModelDay';
  result?: Json;
}

interface FailModelDay extends OfAttempt {
  type: 'FailModelDay';
  error: string;
  failureCode: FailureCode;
  retryable: boolean;
  /** When the second, third, … attempt may start: one entry less than the attempts a model-day has. */
  retryTimes: readonly string[];
}

interface ReleaseModelDay extends OfAttempt {
  type: 'ReleaseModelDay';
}

export type JobCommand =
  | CreateJob
  | CancelJob
  | CloseJob
  | RetryJob
  | RemoveJob
  | StartModelDay
  | CompleteModelDay
  | FailModelDay
  | ReleaseModelDay;

/** The one of a type: `CommandOf<'CreateJob'>`. */
export type CommandOf<Type extends JobCommand['type']> = Extract<JobCommand, { type: Type }>;
