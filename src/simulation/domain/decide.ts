// Every rule about one job, and the only place that refuses. A command that asks for what is already so adds no
// event; a refused command changes nothing.
import { refuseWhenBlocked } from './admission.js';
import type { CommandOf, JobCommand } from './commands.js';
import type { JobEvent } from './events.js';
import { refuseUnusableGrid } from './grid-rules.js';
import { dateAt, indexOf, statusOf, type Job, type JobState } from './job.js';
import { tellsLatestAttempt, workerOf, type ModelDay } from './model-day.js';
import { Refusal } from '../../runtime/refusal.js';
import { hasEnded } from './status.js';

/** @throws Refusal when a rule does not allow the command */
export function decide(state: JobState, command: JobCommand): readonly JobEvent[] {
  if (command.type === 'CreateJob') return createJob(state, command);
  if (state === undefined || state.removed) {
    throw new Refusal('missing', 'job_not_found', 'There is no such job.');
  }
  switch (command.type) {
    case 'CancelJob':
      return cancelJob(state, command);
    case 'CloseJob':
      return closeJob(state, command);
    case 'RetryJob':
      return retryJob(state, command);
    case 'RemoveJob':
      refuseUnlessEnded(state);
      return [{ type: 'JobRemoved', data: { removed_at: command.now } }];
    case 'StartModelDay':
      return startModelDay(state, command);
    case 'CompleteModelDay':
      return completeModelDay(state, command);
    case 'FailModelDay':
      return failModelDay(state, command);
    case 'ReleaseModelDay':
      return releaseModelDay(state, command);
  }
}

function createJob(state: JobState, command: CommandOf<'CreateJob'>): readonly JobEvent[] {
  if (state !== undefined) return [];
  refuseUnusableGrid(command);
  refuseWhenBlocked(command.blockedBy);
  return [
    {
      type: 'JobCreated',
      data: {
        job_id: command.jobId,
        config_path: command.configPath,
        config_sha256: command.configSha256,
        date_range: command.dates.toSorted(),
        models: command.models,
        request_fingerprint: command.requestFingerprint,
        created_at: command.now,
      },
    },
  ];
}

function cancelJob(job: Job, { reason, now }: CommandOf<'CancelJob'>): readonly JobEvent[] {
  if (hasEnded(statusOf(job))) {
    throw new Refusal(
      'conflict',
      'job_finished',
      `Job ${job.jobId} has ended (${statusOf(job)}): nothing is left to cancel.`,
    );
  }
  // As it was given: that it was cancelled, the failure code says.
  const error = reason ?? 'Cancelled';
  return [{ type: 'JobClosed', data: { failure_code: 'cancelled', error, closed_at: now } }];
}

/** For whoever finds a job that can't go on: one that has ended meanwhile needs no closing. */
function closeJob(job: Job, { failureCode, error, now }: CommandOf<'CloseJob'>): readonly JobEvent[] {
  if (hasEnded(statusOf(job))) return [];
  return [{ type: 'JobClosed', data: { failure_code: failureCode, error, closed_at: now } }];
}

function retryJob(job: Job, { reason, blockedBy, now }: CommandOf<'RetryJob'>): readonly JobEvent[] {
  refuseUnlessEnded(job);
  if (job.counts.failed === 0) {
    throw new Refusal('conflict', 'nothing_to_retry', `Every model-day of job ${job.jobId} is completed.`);
  }
  refuseWhenBlocked(blockedBy);
  return [{ type: 'JobRetried', data: { reason: reason ?? null, retried_at: now } }];
}

function startModelDay(
  job: Job,
  { date, model, worker, now }: CommandOf<'StartModelDay'>,
): readonly JobEvent[] {
  const modelDay = job.modelDays.at(indexOf(job, date, model));
  if (modelDay.status !== 'pending') {
    throw new Refusal(
      'conflict',
      'model_day_not_pending',
      `"${model}" on ${date} is ${modelDay.status}, not pending.`,
    );
  }
  const openDate = dateAt(job, job.firstOpen);
  if (date !== openDate) {
    throw new Refusal('conflict', 'out_of_order', `${date} starts when every model of ${openDate} is done.`);
  }
  if (modelDay.notBefore !== null && isToCome(modelDay.notBefore, now)) {
    const detail = `The next attempt of "${model}" on ${date} may start at ${modelDay.notBefore}.`;
    throw new Refusal('conflict', 'too_early', detail, { not_before: modelDay.notBefore });
  }
  return [
    {
      type: 'ModelDayStarted',
      data: { date, model, attempt: modelDay.attempt + 1, worker, started_at: now },
    },
  ];
}

function completeModelDay(job: Job, command: CommandOf<'CompleteModelDay'>): readonly JobEvent[] {
  const { date, model, attempt, result, now } = command;
  const modelDay = job.modelDays.at(indexOf(job, date, model));
  if (modelDay.status === 'completed' && modelDay.attempt === attempt) return [];
  refuseUnlessRunning(modelDay, command);
  return [
    { type: 'ModelDayCompleted', data: { date, model, attempt, result: result ?? null, completed_at: now } },
  ];
}

function failModelDay(job: Job, command: CommandOf<'FailModelDay'>): readonly JobEvent[] {
  const { date, model, attempt, error, failureCode, retryable, retryTimes, now } = command;
  const modelDay = job.modelDays.at(indexOf(job, date, model));
  if (hasFailedSo(modelDay, command)) return [];
  refuseUnlessRunning(modelDay, command);
  const failure = { date, model, attempt, error, failure_code: failureCode, failed_at: now };
  const retryAt = retryable ? retryTimes[modelDay.attemptsUsed] : undefined;
  return retryAt === undefined
    ? [{ type: 'ModelDayFailed', data: failure }]
    : [{ type: 'ModelDayAttemptFailed', data: { ...failure, retry_at: retryAt } }];
}

function releaseModelDay(job: Job, command: CommandOf<'ReleaseModelDay'>): readonly JobEvent[] {
  const { date, model, attempt, now } = command;
  const modelDay = job.modelDays.at(indexOf(job, date, model));
  const latest = modelDay.earlierAttempts.at(-1);
  if (modelDay.attempt === attempt && latest?.attempt === attempt && latest.outcome === 'released') return [];
  refuseUnlessRunning(modelDay, command);
  return [{ type: 'ModelDayReleased', data: { date, model, attempt, released_at: now } }];
}

/** Whether this very report was heard before: the latest attempt failed, and for the same cause. */
function hasFailedSo(modelDay: ModelDay, { attempt, failureCode }: CommandOf<'FailModelDay'>): boolean {
  if (modelDay.attempt !== attempt) return false;
  if (tellsLatestAttempt(modelDay))
    return modelDay.status === 'failed' && modelDay.failureCode === failureCode;
  return modelDay.earlierAttempts.at(-1)?.failure_code === failureCode;
}

function refuseUnlessRunning(
  modelDay: ModelDay,
  { date, model, attempt }: CommandOf<'CompleteModelDay' | 'FailModelDay' | 'ReleaseModelDay'>,
): void {
  if (modelDay.status === 'running' && modelDay.attempt === attempt) return;
  const detail = `Attempt ${attempt} of "${model}" on ${date} is over: it is ${modelDay.status} at attempt ${modelDay.attempt}.`;
  const facts = { current_attempt: modelDay.attempt };
  throw new Refusal('conflict', 'stale_attempt', detail, facts, workerOf(modelDay, attempt));
}

function refuseUnlessEnded(job: Job): void {
  if (hasEnded(statusOf(job))) return;
  throw new Refusal(
    'conflict',
    'job_not_finished',
    `Job ${job.jobId} is ${statusOf(job)}; wait for its end or cancel it first.`,
  );
}

/** No delay is longer: what is further ahead was set with a clock that was ahead, and holds up nothing. */
const longestDelayMs = 60 * 60 * 1000;

const isToCome = (notBefore: string, now: string): boolean =>
  now < notBefore && Date.parse(notBefore) - Date.parse(now) <= longestDelayMs;
