// What events do to a job as a whole: times, counts, what is open. Model-days have a spec of their own.
import type { JobEvent } from '../../../src/simulation/domain/events.js';
import { evolve, fold } from '../../../src/simulation/domain/evolve.js';
import { given } from './given.js';
import {
  ada,
  adaOnTuesday,
  at,
  attemptFailed,
  bob,
  bobOnTuesday,
  closed,
  completed,
  created,
  createdTwoByTwo,
  failed,
  monday,
  released,
  removed,
  retried,
  started,
  tuesday,
} from './story.js';

const afterMonday: JobEvent[] = [
  createdTwoByTwo,
  started(ada, 1, 10),
  started(bob, 1, 11),
  completed(ada, 1, 20),
  failed(bob, 1, 21),
];
const finished: JobEvent[] = [
  ...afterMonday,
  started(adaOnTuesday, 1, 30),
  started(bobOnTuesday, 1, 31),
  completed(bobOnTuesday, 1, 40),
  completed(adaOnTuesday, 1, 42.5),
];

describe('a new job', () => {
  it('is pending, with every model-day pending', () => {
    const { job, status } = given(createdTwoByTwo);
    expect(status).toBe('pending');
    expect(job).toMatchObject({
      version: 1,
      jobId: 'job-1',
      created: createdTwoByTwo.data,
      dates: [monday, tuesday],
      models: ['ada', 'bob'],
      counts: { pending: 4, running: 0, completed: 0, failed: 0 },
      firstOpen: 0,
      startedAt: null,
      completedAt: null,
      error: null,
      removed: false,
    });
    expect(job.modelDays).toHaveLength(4);
  });
});

describe('every event', () => {
  it('raises the version by one', () => {
    const story = [
      ...finished,
      retried(50),
      started(bob, 2, 51),
      released(bob, 2, 52),
      closed(53),
      removed(54),
    ];
    story.forEach((_, index) => {
      expect(given(...story.slice(0, index + 1)).job.version).toBe(index + 1);
    });
  });

  it('means damage when it comes before the first one', () => {
    expect(() => evolve(undefined, closed(1))).toThrow('JobClosed comes before JobCreated');
  });
});

describe('folding', () => {
  it('is no event, no change', () => {
    expect(fold(undefined, [])).toBeUndefined();
    const { job } = given(created());
    expect(fold(job, [])).toBe(job);
  });
});

describe('the times of a job', () => {
  it('are none before the first start', () => {
    expect(given(createdTwoByTwo).row).toMatchObject({
      started_at: null,
      completed_at: null,
      total_duration_seconds: null,
    });
  });

  it('start with the first start of its first model-day, which no later one moves', () => {
    expect(given(createdTwoByTwo, started(bob, 1, 7)).row.started_at).toBe(at(7));
    expect(given(...finished).row.started_at).toBe(at(10));
    expect(given(createdTwoByTwo, started(bob, 1, 7), started(ada, 1, 3)).row.started_at).toBe(at(7));
    const again = [attemptFailed(bob, 1, 8, 9), started(bob, 2, 10)];
    expect(given(createdTwoByTwo, started(bob, 1, 7), ...again).row.started_at).toBe(at(7));
  });

  it('end with the end of its last model-day, completed or failed', () => {
    expect(given(...afterMonday).row.completed_at).toBeNull();
    expect(given(...finished).row).toMatchObject({ completed_at: at(42.5), total_duration_seconds: 32.5 });
    const { row } = given(created(), started(ada, 1, 10), failed(ada, 1, 12));
    expect(row).toMatchObject({
      status: 'failed',
      completed_at: at(12),
      total_duration_seconds: 2,
      error: null,
    });
  });

  it('end when the job is closed; without a start there is no duration', () => {
    expect(given(...afterMonday, closed(25)).row).toMatchObject({
      completed_at: at(25),
      total_duration_seconds: 15,
    });
    expect(given(createdTwoByTwo, closed(25)).row).toMatchObject({
      started_at: null,
      completed_at: at(25),
      total_duration_seconds: null,
    });
  });

  it('are those of the events, though a clock was set back; a duration is never negative', () => {
    expect(given(created(), started(ada, 1, 10), completed(ada, 1, 4)).row).toMatchObject({
      started_at: at(10),
      completed_at: at(4),
      total_duration_seconds: 0,
    });
  });

  it('have no end again after a retry, until the job ends again; the start stays', () => {
    expect(given(...finished, retried(50)).row).toMatchObject({
      status: 'running',
      started_at: at(10),
      completed_at: null,
      total_duration_seconds: null,
    });
    expect(given(...finished, retried(50), started(bob, 2, 60), completed(bob, 2, 70)).row).toMatchObject({
      status: 'completed',
      started_at: at(10),
      completed_at: at(70),
      total_duration_seconds: 60,
    });
  });
});

describe('the counts and the first open model-day', () => {
  const countsAfter = (...events: JobEvent[]) => {
    const { counts, firstOpen } = given(createdTwoByTwo, ...events).job;
    return [counts.pending, counts.running, counts.completed, counts.failed, firstOpen];
  };

  it('follow each model-day', () => {
    expect(countsAfter(started(bob, 1, 1))).toEqual([3, 1, 0, 0, 0]);
    expect(countsAfter(started(bob, 1, 1), completed(bob, 1, 2))).toEqual([3, 0, 1, 0, 0]);
    expect(countsAfter(started(ada, 1, 1), attemptFailed(ada, 1, 2, 3))).toEqual([4, 0, 0, 0, 0]);
    expect(countsAfter(started(ada, 1, 1), released(ada, 1, 2))).toEqual([4, 0, 0, 0, 0]);
    expect(countsAfter(started(ada, 1, 1), failed(ada, 1, 2))).toEqual([3, 0, 0, 1, 1]);
    expect(countsAfter(...afterMonday.slice(1))).toEqual([2, 0, 1, 1, 2]);
    expect(countsAfter(...finished.slice(1))).toEqual([0, 0, 3, 1, 4]);
  });

  it('follow the closing of the job and its retry', () => {
    const events = [started(ada, 1, 1), completed(ada, 1, 2), started(bob, 1, 3), closed(4)];
    expect(countsAfter(...events)).toEqual([0, 0, 1, 3, 4]);
    expect(countsAfter(...events, retried(5))).toEqual([3, 0, 1, 0, 1]);
  });
});

describe('the error of a job', () => {
  it('is the reason for which it was closed, and is cleared by a retry', () => {
    expect(given(created(), closed(1, 'cancelled', 'Cancelled: enough')).row.error).toBe('Cancelled: enough');
    expect(given(created(), closed(1), retried(2)).row.error).toBeNull();
  });
});

describe('a removed job', () => {
  it('is as it was, and removed', () => {
    const { job } = given(...finished);
    expect(given(...finished, removed(50)).job).toEqual({ ...job, version: job.version + 1, removed: true });
  });
});

describe('a retry of a job that never started', () => {
  it('leaves it as pending as it was when it was new', () => {
    const { job, status } = given(createdTwoByTwo, closed(1), retried(2));
    expect(status).toBe('pending');
    expect(job).toEqual({ ...given(createdTwoByTwo).job, version: 3 });
  });
});

describe('a retry of a job of which a part never started', () => {
  it('keeps it running, and lets that part begin at its first attempt', () => {
    const story = given(createdTwoByTwo, started(ada, 1, 1), failed(ada, 1, 2), closed(3), retried(4));
    expect(story.status).toBe('running');
    expect(story.modelDay(ada).attempt).toBe(1);
    expect(story.modelDay(bobOnTuesday)).toEqual(given(createdTwoByTwo).modelDay(bobOnTuesday));
  });
});
