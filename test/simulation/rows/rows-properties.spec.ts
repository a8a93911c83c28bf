// What the rows of a job say of each other, after any sequence of commands.
import fc from 'fast-check';
import type { JobEvent } from '../../../src/simulation/domain/events.js';
import type { EndedAttempt } from '../../../src/simulation/domain/model-day.js';
import { rowsOf, type Rows } from '../../../src/simulation/rows/rows.js';
import type { JobDetailRow } from '../../../src/simulation/rows/tables.js';
import { hasEnded } from '../../../src/simulation/domain/status.js';
import { countsOf, ruleOf } from '../domain/naive-rule.js';
import { walks } from '../domain/walk.js';

interface Told extends Rows {
  details: JobDetailRow[];
  history: readonly JobEvent[];
}

/** After each event that left the job with rows. */
function always(check: (told: Told) => void): void {
  const property = fc.property(walks, ({ strides }) => {
    const history: JobEvent[] = [];
    for (const { events, after } of strides) {
      if (events.length === 0) continue;
      history.push(...events);
      const rows = rowsOf(after, 1);
      if (rows !== undefined) check({ ...rows, details: [...rows.details], history });
    }
  });
  fc.assert(property, { numRuns: 100 });
}

/** For each model-day after each event: what the row says is what is to be expected of it. */
function alwaysForEachDetail(said: (row: JobDetailRow) => unknown, expected: (row: JobDetailRow) => unknown) {
  always(({ details }) => {
    expect(details.map(said)).toEqual(details.map(expected));
  });
}

describe('the row of a job', () => {
  it('agrees with those of its model-days', () => {
    always(({ job, progress, details }) => {
      const statuses = details.map(({ status }) => status);
      const everStarted = details.some(({ attempt }) => attempt > 0);
      expect(job.status).toBe(ruleOf(statuses, everStarted));
      expect(job.started_at !== null).toBe(everStarted);
      expect(progress).toMatchObject({ ...countsOf(statuses), total_model_days: details.length });
      expect(JSON.parse(job.date_range)).toEqual([...new Set(details.map(({ date }) => date))]);
      expect(JSON.parse(job.models)).toEqual([...new Set(details.map(({ model }) => model))]);
      expect(JSON.parse(job.date_range)).toEqual((JSON.parse(job.date_range) as string[]).toSorted());
    });
  });

  it('has an end exactly when the job has ended, and a duration exactly when it started, too', () => {
    always(({ job }) => {
      expect(job.completed_at !== null).toBe(hasEnded(job.status));
      expect(job.total_duration_seconds !== null).toBe(job.completed_at !== null && job.started_at !== null);
      expect(job.total_duration_seconds ?? 0).toBeGreaterThanOrEqual(0);
    });
  });

  it('tells the times and the error of the events, and as many versions as there are events', () => {
    always(({ job, progress, history }) => {
      expect(progress.version).toBe(history.length);
      const firstStart = history.find((event) => event.type === 'ModelDayStarted');
      expect(job.started_at).toBe(firstStart?.data.started_at ?? null);
      if (!hasEnded(job.status)) {
        expect(job.error).toBeNull();
        return;
      }
      const last = history.at(-1)!;
      expect(job.completed_at).toBe(endTimeOf(last));
      expect(job.error).toBe(last.type === 'JobClosed' ? last.data.error : null);
    });
  });
});

/** A job ends with one of these events. */
function endTimeOf(event: JobEvent): string {
  switch (event.type) {
    case 'ModelDayCompleted':
      return event.data.completed_at;
    case 'ModelDayFailed':
      return event.data.failed_at;
    case 'JobClosed':
      return event.data.closed_at;
    default:
      throw new Error(`${event.type} ends no job`);
  }
}

describe('the row of a model-day', () => {
  it('has an end exactly when the model-day has ended', () => {
    alwaysForEachDetail(
      ({ completed_at }) => completed_at !== null,
      ({ status }) => status === 'completed' || status === 'failed',
    );
  });

  it('has a start and a worker exactly when there was an attempt, and a duration once it is over', () => {
    alwaysForEachDetail(
      (row) => [row.started_at !== null, row.worker !== null, row.duration_seconds !== null],
      ({ attempt, status }) => [attempt > 0, attempt > 0, attempt > 0 && status !== 'running'],
    );
  });

  it('has no duration below zero', () => {
    alwaysForEachDetail(
      (row) => row.duration_seconds,
      (row) => row.duration_seconds && Math.max(0, row.duration_seconds),
    );
  });

  it('has a result exactly when it is completed', () => {
    alwaysForEachDetail(
      (row) => row.result_version !== null,
      (row) => row.status === 'completed',
    );
  });

  it('has an error and its code when it failed, perhaps while it waits, and never otherwise', () => {
    alwaysForEachDetail(
      (row) => [row.error !== null, row.failure_code !== null],
      ({ status, error }) => {
        const hasFailed = status === 'failed' || (status === 'pending' && error !== null);
        return [hasFailed, hasFailed];
      },
    );
  });

  it('waits for a time only while it is pending, after an attempt that failed', () => {
    alwaysForEachDetail(
      (row) => row.not_before !== null,
      (row) => row.status === 'pending' && row.failure_code !== null,
    );
  });

  it('tells each attempt once: the earlier ones in their order, and the latest when it is not among them', () => {
    alwaysForEachDetail(
      (row) => earlierOf(row).map(({ attempt }) => attempt),
      (row) => Array.from({ length: earlierAttemptsIn(row) }, (_, index) => index + 1),
    );
  });

  it('tells of each earlier attempt that it failed with an error or was given back without one', () => {
    alwaysForEachDetail(
      (row) => earlierOf(row).map(({ error }) => error !== null),
      (row) => earlierOf(row).map(({ outcome }) => outcome === 'failed'),
    );
  });
});

const earlierOf = ({ earlier_attempts: json }: JobDetailRow): EndedAttempt[] =>
  json === null ? [] : (JSON.parse(json) as EndedAttempt[]);

/** Of a failed model-day both may be: it failed by its latest attempt, or with its job while it was pending. */
function earlierAttemptsIn(row: JobDetailRow): number {
  if (row.status === 'pending') return row.attempt;
  if (row.status === 'failed' && earlierOf(row).length === row.attempt) return row.attempt;
  return row.attempt - 1;
}
