// The model-days of jobs, as work.
import { Refusal } from '../../runtime/refusal.js';
import { openExecutor } from '../../work/executors/open-executor.js';
import type { RestartPolicy, WorkKind } from '../../work/work-kind.js';
import { activeJobStreams } from '../commands/active-jobs.js';
import type { JobCommand } from '../domain/commands.js';
import type { JobEvent } from '../domain/events.js';
import { dateAt, indexOf, modelAt, openDate, type Job, type JobState } from '../domain/job.js';
import { wasCancelled, workerOf } from '../domain/model-day.js';
import { ConfigFolder } from '../request/config-folder.js';
import { dateAndModelOf, jobIdOf, workKeyOf } from './model-day-id.js';

/** The settings that model-days are run by (README, "Settings"). */
export interface ModelDaySettings {
  CONFIG_DIR: string;
  EXECUTOR: string;
  PATH: string;
  RESULT_LIMIT_BYTES: number;
  WORKER_CONCURRENCY: number;
  MODEL_DAY_TIMEOUT_MS: number;
  MAX_ATTEMPTS: number;
  RETRY_BASE_DELAY_MS: number;
  ON_RESTART: RestartPolicy;
}

export function modelDays(settings: ModelDaySettings): WorkKind<JobState, JobEvent, JobCommand> {
  const configs = new ConfigFolder(settings.CONFIG_DIR);
  return {
    name: 'model_day',
    subjects: 'jobs',
    concurrency: settings.WORKER_CONCURRENCY,
    timeLimit: { ms: settings.MODEL_DAY_TIMEOUT_MS, setting: 'MODEL_DAY_TIMEOUT_MS' },
    onRestart: settings.ON_RESTART,
    // The error that clients of the first build know.
    restartError: 'API restarted while job was running',
    withoutExecutor: 'EXECUTOR=none: no built-in worker; model-days wait for workers that call the API',

    openExecutor: ({ runtime, environmentWith }) =>
      openExecutor(settings.EXECUTOR, {
        runtime,
        functionName: 'runTradingSession',
        searchPath: settings.PATH,
        resultLimitBytes: settings.RESULT_LIMIT_BYTES,
        environmentWith,
      }),
    activeStreams: activeJobStreams,
    *pending(state) {
      const job = state as Job;
      for (const index of openDate(job)) {
        const { status, notBefore } = job.modelDays.at(index);
        if (status === 'pending')
          yield { workKey: workKeyOf(dateAt(job, index), modelAt(job, index)), notBefore };
      }
    },
    requestOf(state, workKey, attempt) {
      const { jobId, created } = state as Job;
      const { date, model } = dateAndModelOf(workKey);
      return { job_id: jobId, date, model, attempt, config_path: configs.absolute(created.config_path) };
    },
    leaseOf(event) {
      switch (event.type) {
        case 'ModelDayStarted': {
          const { date, model, attempt, worker } = event.data;
          return { type: 'begins', workKey: workKeyOf(date, model), attempt, worker };
        }
        case 'JobClosed':
        case 'JobRemoved':
          return { type: 'all-end' };
        case 'JobCreated':
        case 'JobRetried':
          return undefined;
        default:
          return { type: 'ends', workKey: workKeyOf(event.data.date, event.data.model) };
      }
    },
    attemptIn(job, workKey, attempt) {
      if (job === undefined || job.removed)
        throw new Refusal('missing', 'job_not_found', 'There is no such job.');
      const { date, model } = dateAndModelOf(workKey);
      const found = job.modelDays.at(indexOf(job, date, model));
      if (found.status === 'running' && found.attempt === attempt) return 'running';
      if (wasCancelled(found, attempt)) return 'cancelled';
      const detail = `Attempt ${attempt} of "${model}" on ${date} is over.`;
      const facts = { current_attempt: found.attempt };
      throw new Refusal('conflict', 'stale_attempt', detail, facts, workerOf(found, attempt));
    },
    // What died with its service may start again at once, while there are attempts left.
    retriesOf: ({ cause }) => ({
      attemptsMax: settings.MAX_ATTEMPTS,
      baseDelayMs: cause === 'restart' ? 0 : settings.RETRY_BASE_DELAY_MS,
    }),
    pathOf(streamId, workKey) {
      const path = `/jobs/${jobIdOf(streamId)}`;
      if (workKey === undefined) return path;
      const { date, model } = dateAndModelOf(workKey);
      return `${path}/model-days/${date}/${encodeURIComponent(model)}`;
    },

    start: (workKey, worker, now) => ({ type: 'StartModelDay', ...dateAndModelOf(workKey), worker, now }),
    complete: (workKey, attempt, result, now) => ({
      type: 'CompleteModelDay',
      ...dateAndModelOf(workKey),
      attempt,
      result,
      now,
    }),
    fail: (workKey, attempt, { cause: failureCode, error, retryable }, retryTimes, now) => ({
      type: 'FailModelDay',
      ...dateAndModelOf(workKey),
      attempt,
      error,
      failureCode,
      retryable,
      retryTimes,
      now,
    }),
    release: (workKey, attempt, now) => ({
      type: 'ReleaseModelDay',
      ...dateAndModelOf(workKey),
      attempt,
      now,
    }),
    close: ({ cause: failureCode, error }, now) => ({ type: 'CloseJob', failureCode, error, now }),
  };
}
