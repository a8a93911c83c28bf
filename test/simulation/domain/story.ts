// The days, the models and the words in which the specs of the domain tell their stories.
import type { ActiveJob } from '../../../src/simulation/domain/admission.js';
import type { CommandOf, JobCommand } from '../../../src/simulation/domain/commands.js';
import type { FailureCode, JobEvent, Json } from '../../../src/simulation/domain/events.js';

/** A model-day's place in the grid. */
export interface Place {
  date: string;
  model: string;
}

export const monday = '2025-01-06';
export const tuesday = '2025-01-07';
export const ada: Place = { date: monday, model: 'ada' };
export const bob: Place = { date: monday, model: 'bob' };
export const adaOnTuesday: Place = { date: tuesday, model: 'ada' };
export const bobOnTuesday: Place = { date: tuesday, model: 'bob' };

/** The time that many seconds after the story began. */
export const at = (seconds: number): string =>
  new Date(Date.UTC(2025, 0, 20, 14, 0, 0, seconds * 1000)).toISOString();

export const otherJob: ActiveJob = { jobId: 'job-2', dates: [tuesday], status: 'running' };

// What happens.

export const created = (dates = [monday], models = ['ada']): JobEvent => ({
  type: 'JobCreated',
  data: {
    job_id: 'job-1',
    config_path: 'configs/default.json',
    config_sha256: 'c0ffee',
    date_range: dates,
    models,
    request_fingerprint: 'f00d',
    created_at: at(0),
  },
});

/** Two days, two models: four model-days. */
export const createdTwoByTwo = created([monday, tuesday], ['ada', 'bob']);

export const started = (place: Place, attempt: number, seconds: number, worker = 'worker-1'): JobEvent => ({
  type: 'ModelDayStarted',
  data: { ...place, attempt, worker, started_at: at(seconds) },
});

export const completed = (
  place: Place,
  attempt: number,
  seconds: number,
  result: Json = { profit: 7 },
): JobEvent => ({
  type: 'ModelDayCompleted',
  data: { ...place, attempt, result, completed_at: at(seconds) },
});

const failure = (code: FailureCode, error = 'It broke') => ({ error, failure_code: code });

export const failed = (
  place: Place,
  attempt: number,
  seconds: number,
  code: FailureCode = 'executor_error',
): JobEvent => ({
  type: 'ModelDayFailed',
  data: { ...place, attempt, ...failure(code), failed_at: at(seconds) },
});

export const attemptFailed = (
  place: Place,
  attempt: number,
  seconds: number,
  retrySeconds: number,
  code: FailureCode = 'executor_error',
): JobEvent => ({
  type: 'ModelDayAttemptFailed',
  data: { ...place, attempt, ...failure(code), failed_at: at(seconds), retry_at: at(retrySeconds) },
});

export const released = (place: Place, attempt: number, seconds: number): JobEvent => ({
  type: 'ModelDayReleased',
  data: { ...place, attempt, released_at: at(seconds) },
});

export const closed = (
  seconds: number,
  code: FailureCode = 'cancelled',
  error = 'Cancelled',
): JobEvent & { type: 'JobClosed' } => ({
  type: 'JobClosed',
  data: { ...failure(code, error), closed_at: at(seconds) },
});

export const retried = (seconds: number, reason: string | null = null): JobEvent => ({
  type: 'JobRetried',
  data: { reason, retried_at: at(seconds) },
});

export const removed = (seconds: number): JobEvent => ({
  type: 'JobRemoved',
  data: { removed_at: at(seconds) },
});

// What is asked.

export const create = (changes: Partial<CommandOf<'CreateJob'>> = {}): JobCommand => ({
  type: 'CreateJob',
  jobId: 'job-1',
  configPath: 'configs/default.json',
  configSha256: 'c0ffee',
  dates: [monday],
  models: ['ada'],
  requestFingerprint: 'f00d',
  modelDaysMax: 100,
  blockedBy: null,
  now: at(0),
  ...changes,
});

export const cancel = (seconds: number, reason?: string): JobCommand => ({
  type: 'CancelJob',
  reason,
  now: at(seconds),
});

export const close = (seconds: number): JobCommand => ({
  type: 'CloseJob',
  failureCode: 'restart',
  error: 'API restarted while job was running',
  now: at(seconds),
});

export const retry = (seconds: number, changes: Partial<CommandOf<'RetryJob'>> = {}): JobCommand => ({
  type: 'RetryJob',
  blockedBy: null,
  now: at(seconds),
  ...changes,
});

export const remove = (seconds: number): JobCommand => ({ type: 'RemoveJob', now: at(seconds) });

export const start = (place: Place, seconds: number): JobCommand => ({
  type: 'StartModelDay',
  ...place,
  worker: 'worker-1',
  now: at(seconds),
});

export const complete = (
  place: Place,
  attempt: number,
  seconds: number,
  result: Json = { profit: 7 },
): JobCommand => ({ type: 'CompleteModelDay', ...place, attempt, result, now: at(seconds) });

/** Retryable, with three attempts in all: the second 10 and the third 20 seconds after the failure. */
export const fail = (
  place: Place,
  attempt: number,
  seconds: number,
  changes: Partial<CommandOf<'FailModelDay'>> = {},
): JobCommand => ({
  type: 'FailModelDay',
  ...place,
  attempt,
  error: 'It broke',
  failureCode: 'executor_error',
  retryable: true,
  retryTimes: [at(seconds + 10), at(seconds + 20)],
  now: at(seconds),
  ...changes,
});

export const release = (place: Place, attempt: number, seconds: number): JobCommand => ({
  type: 'ReleaseModelDay',
  ...place,
  attempt,
  now: at(seconds),
});
