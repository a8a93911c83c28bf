// The life of one model-day.
import type { JobEvent } from '../../../src/simulation/domain/events.js';
import { secondsBetween, untouched, wasCancelled } from '../../../src/simulation/domain/model-day.js';
import { given } from './given.js';
import {
  ada,
  at,
  attemptFailed,
  closed,
  completed,
  created,
  failed,
  released,
  retried,
  started,
} from './story.js';

const adaAfter = (...events: JobEvent[]) => given(created(), ...events).modelDay(ada);

const broke = { error: 'It broke', failureCode: 'executor_error' };

describe('a model-day', () => {
  it('is untouched at first: its attempt is 0', () => {
    expect(adaAfter()).toEqual(untouched);
    expect(untouched).toMatchObject({ status: 'pending', attempt: 0 });
  });

  it('runs from its start on, for the worker that took it', () => {
    expect(adaAfter(started(ada, 1, 5, 'worker-7'))).toEqual({
      ...untouched,
      status: 'running',
      attempt: 1,
      worker: 'worker-7',
      startedAt: at(5),
    });
  });

  it('points at the event that holds its result when it is completed', () => {
    expect(adaAfter(started(ada, 1, 5), completed(ada, 1, 7.25))).toMatchObject({
      status: 'completed',
      attempt: 1,
      startedAt: at(5),
      completedAt: at(7.25),
      durationSeconds: 2.25,
      resultVersion: 3,
      error: null,
      failureCode: null,
      earlierAttempts: [],
    });
  });

  it('keeps the error and its code when it has failed', () => {
    expect(adaAfter(started(ada, 1, 5), failed(ada, 1, 7, 'timeout'))).toMatchObject({
      status: 'failed',
      completedAt: at(7),
      durationSeconds: 2,
      error: 'It broke',
      failureCode: 'timeout',
      attemptsUsed: 1,
      resultVersion: null,
      earlierAttempts: [],
    });
  });
});

describe('a model-day that waits for its next attempt', () => {
  const waiting = [started(ada, 1, 5), attemptFailed(ada, 1, 7, 17)];

  it('is pending, may not start before its time, and shows the last error and the last attempt', () => {
    expect(adaAfter(...waiting)).toMatchObject({
      ...broke,
      status: 'pending',
      attempt: 1,
      attemptsUsed: 1,
      notBefore: at(17),
      startedAt: at(5),
      completedAt: null,
      durationSeconds: 2,
    });
  });

  it('remembers the attempt', () => {
    expect(adaAfter(...waiting).earlierAttempts).toEqual([
      {
        attempt: 1,
        worker: 'worker-1',
        started_at: at(5),
        ended_at: at(7),
        outcome: 'failed',
        error: 'It broke',
        failure_code: 'executor_error',
      },
    ]);
  });

  it('shows the next attempt alone from its start on', () => {
    expect(adaAfter(...waiting, started(ada, 2, 18, 'worker-2'))).toMatchObject({
      status: 'running',
      attempt: 2,
      worker: 'worker-2',
      startedAt: at(18),
      durationSeconds: null,
      error: null,
      failureCode: null,
      notBefore: null,
    });
    expect(adaAfter(...waiting, started(ada, 2, 18), completed(ada, 2, 21))).toMatchObject({
      status: 'completed',
      startedAt: at(18),
      durationSeconds: 3,
      resultVersion: 5,
    });
  });

  it('fails with the job that is closed, for the reason of the closing', () => {
    expect(adaAfter(...waiting, closed(9))).toMatchObject({
      status: 'failed',
      attempt: 1,
      startedAt: at(5),
      completedAt: at(9),
      durationSeconds: 2,
      error: 'Cancelled',
      failureCode: 'cancelled',
      notBefore: null,
    });
  });
});

describe('a model-day that was given back', () => {
  it('is pending at once, with nothing used up and no error', () => {
    expect(adaAfter(started(ada, 1, 5), released(ada, 1, 8))).toMatchObject({
      status: 'pending',
      attempt: 1,
      attemptsUsed: 0,
      notBefore: null,
      completedAt: null,
      durationSeconds: 3,
      error: null,
      failureCode: null,
      earlierAttempts: [
        { attempt: 1, outcome: 'released', ended_at: at(8), error: null, failure_code: null },
      ],
    });
  });
});

describe('a model-day whose job is closed', () => {
  it('has failed with it when it was running, and its attempt lasted until then', () => {
    expect(adaAfter(started(ada, 1, 5), closed(9, 'restart', 'Restarted'))).toMatchObject({
      status: 'failed',
      completedAt: at(9),
      durationSeconds: 4,
      error: 'Restarted',
      failureCode: 'restart',
    });
  });

  it('has failed with it when it never started, without an attempt', () => {
    expect(adaAfter(closed(9))).toEqual({
      ...untouched,
      status: 'failed',
      completedAt: at(9),
      error: 'Cancelled',
      failureCode: 'cancelled',
    });
  });

  it('stays as it is when it had ended', () => {
    const bob = { ...ada, model: 'bob' };
    const events = [
      created([ada.date], ['ada', 'bob', 'eve']),
      ...[started(ada, 1, 1), completed(ada, 1, 2)],
      ...[started(bob, 1, 1), failed(bob, 1, 3)],
    ];
    for (const place of [ada, bob]) {
      expect(given(...events, closed(9)).modelDay(place)).toEqual(given(...events).modelDay(place));
    }
  });
});

describe('a model-day whose job is retried', () => {
  it('is pending with a fresh budget, no error, and the failed attempt among its earlier ones', () => {
    expect(adaAfter(started(ada, 1, 5), failed(ada, 1, 7), retried(8))).toMatchObject({
      status: 'pending',
      attempt: 1,
      attemptsUsed: 0,
      startedAt: at(5),
      completedAt: null,
      durationSeconds: 2,
      error: null,
      failureCode: null,
      notBefore: null,
      earlierAttempts: [{ attempt: 1, outcome: 'failed', ended_at: at(7), error: 'It broke' }],
    });
  });

  it('tells no attempt twice when it was waiting as the job was closed', () => {
    const waited = adaAfter(started(ada, 1, 5), attemptFailed(ada, 1, 7, 17), closed(8), retried(9));
    expect(waited.earlierAttempts).toMatchObject([{ attempt: 1, failure_code: 'executor_error' }]);
    expect(waited).toMatchObject({ status: 'pending', attempt: 1, attemptsUsed: 0, error: null });
  });

  it('stays as it is when it was completed', () => {
    const bob = { ...ada, model: 'bob' };
    const events = [created([ada.date], ['ada', 'bob']), started(ada, 1, 1), completed(ada, 1, 2), closed(3)];
    const story = given(...events, retried(4), started(bob, 1, 5));
    expect(story.modelDay(ada)).toEqual(given(...events).modelDay(ada));
  });
});

describe('an attempt that was cancelled', () => {
  it.each(['cancelled', 'restart'] as const)('is the one that ran when the job was closed: %s', (code) => {
    expect(wasCancelled(adaAfter(started(ada, 1, 1), closed(2, code)), 1)).toBe(true);
  });

  it('stays cancelled after a retry of the job, and while newer attempts run and end', () => {
    const again = [started(ada, 1, 1), closed(2), retried(3)];
    expect(wasCancelled(adaAfter(...again), 1)).toBe(true);
    expect(wasCancelled(adaAfter(...again, started(ada, 2, 4)), 1)).toBe(true);
    expect(wasCancelled(adaAfter(...again, started(ada, 2, 4), completed(ada, 2, 5)), 1)).toBe(true);
    expect(wasCancelled(adaAfter(...again, started(ada, 2, 4)), 2)).toBe(false);
    expect(wasCancelled(adaAfter(...again, started(ada, 2, 4), closed(5)), 2)).toBe(true);
  });

  it('is none that ended by itself before the job was closed', () => {
    expect(wasCancelled(adaAfter(started(ada, 1, 1), attemptFailed(ada, 1, 2, 9), closed(3)), 1)).toBe(false);
    expect(wasCancelled(adaAfter(started(ada, 1, 1), released(ada, 1, 2), closed(3)), 1)).toBe(false);
    expect(wasCancelled(adaAfter(started(ada, 1, 1), failed(ada, 1, 2)), 1)).toBe(false);
    expect(wasCancelled(adaAfter(started(ada, 1, 1), completed(ada, 1, 2)), 1)).toBe(false);
  });

  it('is none that never was', () => {
    expect(wasCancelled(adaAfter(closed(3)), 0)).toBe(false);
    expect(wasCancelled(adaAfter(closed(3)), 1)).toBe(false);
    expect(wasCancelled(adaAfter(started(ada, 1, 1), closed(3)), 2)).toBe(false);
    expect(wasCancelled(adaAfter(started(ada, 1, 1)), 1)).toBe(false);
  });
});

describe('the seconds between two times', () => {
  it('have fractions and are never negative', () => {
    expect(secondsBetween(at(1), at(2.5))).toBe(1.5);
    expect(secondsBetween(at(2), at(2))).toBe(0);
    expect(secondsBetween(at(2.5), at(1))).toBe(0);
  });
});
