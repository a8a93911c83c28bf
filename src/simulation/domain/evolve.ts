// What each event does to a job. It never refuses: it has happened.
import type { JobClosed, JobCreated, JobEvent, ModelDayEvent } from './events.js';
import { Grid } from './grid.js';
import { indexOf, type Job, type JobState } from './job.js';
import {
  closeModelDay,
  evolveModelDay,
  isOpen,
  retryModelDay,
  untouched,
  type ModelDay,
} from './model-day.js';
import type { Counts, ModelDayStatus } from './status.js';

/** @throws Error when an event comes before the job's first one: the stream is damaged */
export function evolve(job: JobState, event: JobEvent): JobState {
  if (event.type === 'JobCreated') return created(event);
  if (job === undefined) throw new Error(`${event.type} comes before JobCreated: the stream is damaged`);
  switch (event.type) {
    case 'JobClosed':
      return closed(job, event);
    case 'JobRetried':
      return retried(job);
    case 'JobRemoved':
      return { ...job, version: job.version + 1, removed: true };
    default:
      return modelDayChanged(job, event);
  }
}

export function fold(state: JobState, events: Iterable<JobEvent>): JobState {
  for (const event of events) state = evolve(state, event);
  return state;
}

function created({ data }: JobCreated): Job {
  const total = data.date_range.length * data.models.length;
  return {
    version: 1,
    jobId: data.job_id,
    created: data,
    dates: data.date_range,
    models: data.models,
    dateIndexes: new Map(data.date_range.map((date, index) => [date, index])),
    modelIndexes: new Map(data.models.map((model, index) => [model, index])),
    modelDays: Grid.filled(total, untouched),
    counts: { pending: total, running: 0, completed: 0, failed: 0 },
    firstOpen: 0,
    startedAt: null,
    completedAt: null,
    error: null,
    removed: false,
  };
}

/**
 * Nearly every event comes through here, so each field is written out: a spread of an object that was itself made by a
 * spread costs V8 a new hidden class each time, and everything that reads it afterwards is slower for it.
 */
function modelDayChanged(job: Job, event: ModelDayEvent): Job {
  const version = job.version + 1;
  const index = indexOf(job, event.data.date, event.data.model);
  const before = job.modelDays.at(index);
  const after = evolveModelDay(before, event, version);
  const modelDays = job.modelDays.with(index, after);
  const firstOpen = nextOpen(modelDays, job.firstOpen);
  return {
    version,
    jobId: job.jobId,
    created: job.created,
    dates: job.dates,
    models: job.models,
    dateIndexes: job.dateIndexes,
    modelIndexes: job.modelIndexes,
    modelDays,
    counts: moved(job.counts, before.status, after.status),
    firstOpen,
    startedAt: job.startedAt ?? after.startedAt,
    completedAt: firstOpen === modelDays.length ? after.completedAt : null,
    error: job.error,
    removed: job.removed,
  };
}

function closed(job: Job, { data }: JobClosed): Job {
  const { pending, running, completed, failed } = job.counts;
  return {
    ...job,
    version: job.version + 1,
    modelDays: job.modelDays.map((modelDay) => closeModelDay(modelDay, data.closed_at, data)),
    counts: { pending: 0, running: 0, completed, failed: failed + pending + running },
    firstOpen: job.modelDays.length,
    completedAt: data.closed_at,
    error: data.error,
  };
}

function retried(job: Job): Job {
  const modelDays = job.modelDays.map(retryModelDay);
  return {
    ...job,
    version: job.version + 1,
    modelDays,
    counts: { ...job.counts, pending: job.counts.pending + job.counts.failed, failed: 0 },
    firstOpen: nextOpen(modelDays, 0),
    completedAt: null,
    error: null,
  };
}

/** The search goes on from the last result, so over a job's life it passes each model-day once. */
function nextOpen(modelDays: Grid<ModelDay>, from: number): number {
  let index = from;
  while (index < modelDays.length && !isOpen(modelDays.at(index))) index += 1;
  return index;
}

function moved(counts: Counts, from: ModelDayStatus, to: ModelDayStatus): Counts {
  const { pending, running, completed, failed } = counts;
  const next = { pending, running, completed, failed };
  next[from] -= 1;
  next[to] += 1;
  return next;
}
