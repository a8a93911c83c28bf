// The life of one model-day: what each event does to it (§5.2).
import type { FailureData, FailureCode, ModelDayEvent, ModelDayStarted } from './events.js';
import type { ModelDayStatus } from './status.js';

export type AttemptOutcome = 'completed' | 'failed' | 'released';

/** An attempt that is over, kept when the model-day went back to pending. */
export interface EndedAttempt {
  attempt: number;
  worker: string | null;
  started_at: string | null;
  ended_at: string;
  outcome: AttemptOutcome;
  error: string | null;
  failure_code: FailureCode | null;
}

export interface ModelDay {
  readonly status: ModelDayStatus;
  /** The number of the latest attempt; 0 before the first start. */
  readonly attempt: number;
  /** How many attempts of the present budget are used up. */
  readonly attemptsUsed: number;
  /** Of the latest attempt, like `startedAt` and `durationSeconds`. */
  readonly worker: string | null;
  readonly startedAt: string | null;
  readonly durationSeconds: number | null;
  readonly completedAt: string | null;
  readonly error: string | null;
  readonly failureCode: FailureCode | null;
  /** The next attempt may not start before this. */
  readonly notBefore: string | null;
  /** The version of the event that holds the result: results are large, so they stay in the log. */
  readonly resultVersion: number | null;
  /** The attempts after which the model-day went back to pending, oldest first. */
  readonly earlierAttempts: readonly EndedAttempt[];
}

export const untouched: ModelDay = {
  status: 'pending',
  attempt: 0,
  attemptsUsed: 0,
  worker: null,
  startedAt: null,
  durationSeconds: null,
  completedAt: null,
  error: null,
  failureCode: null,
  notBefore: null,
  resultVersion: null,
  earlierAttempts: [],
};

export const isOpen = ({ status }: ModelDay): boolean => status === 'pending' || status === 'running';

/** Whether the latest attempt is told by the model-day itself, and not yet among its earlier attempts. */
export const tellsLatestAttempt = ({ attempt, earlierAttempts }: ModelDay): boolean =>
  attempt > (earlierAttempts.at(-1)?.attempt ?? 0);

/** Whose attempt it is; undefined for one that never was, or ended before it was started. */
export function workerOf(
  { attempt: latest, worker, earlierAttempts }: ModelDay,
  attempt: number,
): string | undefined {
  const earlier = earlierAttempts.find((each) => each.attempt === attempt);
  return (earlier === undefined && attempt === latest ? worker : earlier?.worker) ?? undefined;
}

/** Whether this attempt ended because its whole job was closed, and not by itself. */
export function wasCancelled(modelDay: ModelDay, attempt: number): boolean {
  const isLatest = modelDay.attempt === attempt && tellsLatestAttempt(modelDay);
  const code = isLatest
    ? modelDay.failureCode
    : modelDay.earlierAttempts.find((earlier) => earlier.attempt === attempt)?.failure_code;
  return code === 'cancelled' || code === 'restart';
}

/** @param version the version that the event has in its job */
export function evolveModelDay(modelDay: ModelDay, event: ModelDayEvent, version: number): ModelDay {
  switch (event.type) {
    case 'ModelDayStarted':
      return started(modelDay, event.data);
    case 'ModelDayCompleted':
      return completed(modelDay, event.data.completed_at, version);
    case 'ModelDayFailed':
      return failed(modelDay, event.data.failed_at, event.data);
    case 'ModelDayAttemptFailed': {
      const over = failed(modelDay, event.data.failed_at, event.data);
      return { ...backToPending(over, 'failed'), notBefore: event.data.retry_at };
    }
    case 'ModelDayReleased':
      return backToPending(ended(modelDay, event.data.released_at), 'released');
  }
}

/** The whole job was closed: a model-day that was still open has failed with it. */
export function closeModelDay(modelDay: ModelDay, at: string, why: FailureData): ModelDay {
  if (modelDay.status === 'running') return failed(modelDay, at, why);
  if (modelDay.status !== 'pending') return modelDay;
  return {
    ...modelDay,
    status: 'failed',
    completedAt: at,
    error: why.error,
    failureCode: why.failure_code,
    notBefore: null,
  };
}

/** The job is tried again after its end: a failed model-day is pending once more, with a fresh budget. */
export function retryModelDay(modelDay: ModelDay): ModelDay {
  if (modelDay.status !== 'failed') return modelDay;
  const pending = tellsLatestAttempt(modelDay)
    ? backToPending(modelDay, 'failed')
    : { ...modelDay, status: 'pending' as const, completedAt: null };
  return { ...pending, attemptsUsed: 0, error: null, failureCode: null };
}

// The two that every model-day goes through are written out field by field, for speed (see evolve.ts).

function started(
  modelDay: ModelDay,
  { attempt, worker, started_at: startedAt }: ModelDayStarted['data'],
): ModelDay {
  return {
    status: 'running',
    attempt,
    attemptsUsed: modelDay.attemptsUsed,
    worker,
    startedAt,
    durationSeconds: null,
    completedAt: null,
    error: null,
    failureCode: null,
    notBefore: null,
    resultVersion: modelDay.resultVersion,
    earlierAttempts: modelDay.earlierAttempts,
  };
}

function completed(modelDay: ModelDay, completedAt: string, version: number): ModelDay {
  return {
    status: 'completed',
    attempt: modelDay.attempt,
    attemptsUsed: modelDay.attemptsUsed + 1,
    worker: modelDay.worker,
    startedAt: modelDay.startedAt,
    durationSeconds: secondsBetween(modelDay.startedAt as string, completedAt),
    completedAt,
    error: null,
    failureCode: null,
    notBefore: null,
    resultVersion: version,
    earlierAttempts: modelDay.earlierAttempts,
  };
}

/** Only what was started ends by itself. */
function ended(modelDay: ModelDay, at: string): ModelDay {
  const durationSeconds = secondsBetween(modelDay.startedAt as string, at);
  return { ...modelDay, status: 'failed', completedAt: at, durationSeconds };
}

function failed(modelDay: ModelDay, at: string, why: FailureData): ModelDay {
  const attemptsUsed = modelDay.attemptsUsed + 1;
  return { ...ended(modelDay, at), attemptsUsed, error: why.error, failureCode: why.failure_code };
}

/** The latest attempt joins the earlier ones; its error stays visible until the next start. */
function backToPending(modelDay: ModelDay, outcome: AttemptOutcome): ModelDay {
  const over: EndedAttempt = {
    attempt: modelDay.attempt,
    worker: modelDay.worker,
    started_at: modelDay.startedAt,
    ended_at: modelDay.completedAt as string,
    outcome,
    error: modelDay.error,
    failure_code: modelDay.failureCode,
  };
  return {
    ...modelDay,
    status: 'pending',
    completedAt: null,
    earlierAttempts: [...modelDay.earlierAttempts, over],
  };
}

/** Seconds from one time to another; never negative, though a clock may be set back. */
export const secondsBetween = (from: string, to: string): number =>
  Math.max(0, Date.parse(to) - Date.parse(from)) / 1000;
