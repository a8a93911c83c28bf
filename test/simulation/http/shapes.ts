// The answers of the contract, field by field.

/** RFC 3339, UTC, milliseconds. */
export const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
export const seconds = expect.any(Number);
export const uuid = expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);

/** A job that was just created, with changes; `/simulate/current` and everything that answers a job. */
export const jobShape = ({ progress = {}, ...changes }: Record<string, any> = {}) => ({
  job_id: uuid,
  config_path: 'configs/default_config.json',
  status: 'pending',
  date_range: ['2025-01-06'],
  models: ['m'],
  progress: {
    total_model_days: 1,
    completed: 0,
    failed: 0,
    running: 0,
    pending: 1,
    current: null,
    ...progress,
  },
  created_at: time,
  started_at: null,
  completed_at: null,
  total_duration_seconds: null,
  error: null,
  version: 1,
  ...changes,
});

/** A job in a list, and after a command. */
export function summaryShape(changes: Record<string, any> = {}) {
  const { date_range: dates, ...job } = jobShape(changes);
  return { ...job, dates: { first: dates[0], last: dates.at(-1), count: dates.length } };
}

/** A model-day that never started, with changes, as a line of the details. */
export const detailShape = (changes: Record<string, unknown> = {}) => ({
  date: '2025-01-06',
  model: 'm',
  status: 'pending',
  attempt: 0,
  started_at: null,
  completed_at: null,
  duration_seconds: null,
  error: null,
  failure_code: null,
  ...changes,
});

/** The same in a list of model-days. */
export const listedShape = (changes: Record<string, unknown> = {}) => ({
  job_id: uuid,
  ...detailShape(),
  result: null,
  not_before: null,
  worker: null,
  lease_expires_at: null,
  ...changes,
});

/** The same by itself. */
export const modelDayShape = (changes: Record<string, unknown> = {}) => ({
  ...listedShape(),
  executor_progress: null,
  attempts: [],
  ...changes,
});

export const attemptShape = (changes: Record<string, unknown> = {}) => ({
  attempt: 1,
  worker: 'me',
  started_at: time,
  ended_at: time,
  outcome: 'completed',
  error: null,
  failure_code: null,
  ...changes,
});
