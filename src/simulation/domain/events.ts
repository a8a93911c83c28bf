// What can happen to a job. The shapes are stored for ever: a change is a new schema version and an upcast.

export type FailureCode = 'executor_error' | 'timeout' | 'lease_expired' | 'cancelled' | 'restart';

/** Any JSON value; the domain carries it and never looks inside. */
export type Json = unknown;

interface OfModelDay {
  date: string;
  model: string;
  /** 1 for the first start; goes on counting after a retry of the job. */
  attempt: number;
}

export interface FailureData {
  error: string;
  failure_code: FailureCode;
}

export interface JobCreated {
  type: 'JobCreated';
  data: {
    job_id: string;
    config_path: string;
    /** SHA-256 of the config file's bytes, lower-case hex. */
    config_sha256: string;
    /** Ascending, `YYYY-MM-DD`. */
    date_range: readonly string[];
    /** In the order of the request. */
    models: readonly string[];
    /** Equal for requests that ask for the same dates, models and config path (§6.1). */
    request_fingerprint: string;
    created_at: string;
  };
}

export interface ModelDayStarted {
  type: 'ModelDayStarted';
  data: OfModelDay & { worker: string; started_at: string };
}

export interface ModelDayCompleted {
  type: 'ModelDayCompleted';
  data: OfModelDay & { result: Json; completed_at: string };
}

/** The attempt failed and another one may start at `retry_at`. */
export interface ModelDayAttemptFailed {
  type: 'ModelDayAttemptFailed';
  data: OfModelDay & FailureData & { failed_at: string; retry_at: string };
}

/** The attempt failed and it was the last one. */
export interface ModelDayFailed {
  type: 'ModelDayFailed';
  data: OfModelDay & FailureData & { failed_at: string };
}

/** The worker gave the attempt back in a clean shutdown: it does not count against the budget. */
export interface ModelDayReleased {
  type: 'ModelDayReleased';
  data: OfModelDay & { released_at: string };
}

/** Every model-day that was still open has failed with this code and reason: a cancel, or a restart (§6.3). */
export interface JobClosed {
  type: 'JobClosed';
  data: FailureData & { closed_at: string };
}

/** Every failed model-day is pending again, with a fresh budget of attempts. */
export interface JobRetried {
  type: 'JobRetried';
  data: { reason: string | null; retried_at: string };
}

/** The job left the read tables; its events stay (§3, cleanup_old_jobs). */
export interface JobRemoved {
  type: 'JobRemoved';
  data: { removed_at: string };
}

export type ModelDayEvent =
  ModelDayStarted | ModelDayCompleted | ModelDayAttemptFailed | ModelDayFailed | ModelDayReleased;

export type JobEvent = JobCreated | ModelDayEvent | JobClosed | JobRetried | JobRemoved;

/** Of each that was ever written, a fixture is kept in test/fixtures/events. */
export const jobEventSchemas = {
  JobCreated: { schemaVersion: 1 },
  ModelDayStarted: { schemaVersion: 1 },
  ModelDayCompleted: { schemaVersion: 1 },
  ModelDayAttemptFailed: { schemaVersion: 1 },
  ModelDayFailed: { schemaVersion: 1 },
  ModelDayReleased: { schemaVersion: 1 },
  JobClosed: { schemaVersion: 1 },
  JobRetried: { schemaVersion: 1 },
  JobRemoved: { schemaVersion: 1 },
} satisfies Record<JobEvent['type'], { schemaVersion: number; upcasts?: object }>;
