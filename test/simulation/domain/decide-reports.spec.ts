// What a worker reports about its attempt: completed, failed or given back; too late, or twice.
import { given } from './given.js';
import {
  ada,
  at,
  attemptFailed,
  closed,
  complete,
  completed,
  created,
  fail,
  failed,
  release,
  released,
  retried,
  started,
} from './story.js';

const running = [created(), started(ada, 1, 1)];

describe('completing a model-day', () => {
  it('records the result', () => {
    given(...running)
      .when(complete(ada, 1, 5, { profit: 7 }))
      .then(completed(ada, 1, 5, { profit: 7 }));
  });

  it('records null when there is no result', () => {
    given(...running)
      .when({ type: 'CompleteModelDay', ...ada, attempt: 1, now: at(5) })
      .then(completed(ada, 1, 5, null));
  });

  it('heard again does nothing, with another result too', () => {
    const done = given(...running, completed(ada, 1, 5));
    done.when(complete(ada, 1, 6)).thenNothing();
    done.when(complete(ada, 1, 6, { profit: 8 })).thenNothing();
  });

  it('heard again does nothing after the job was closed or retried, for the model-day stays completed', () => {
    const bob = { ...ada, model: 'bob' };
    const events = [created([ada.date], ['ada', 'bob']), started(ada, 1, 1), completed(ada, 1, 2), closed(3)];
    given(...events)
      .when(complete(ada, 1, 6))
      .thenNothing();
    given(...events, retried(4), started(bob, 1, 5))
      .when(complete(ada, 1, 6))
      .thenNothing();
  });
});

describe('failing a model-day', () => {
  it('leaves it another attempt, not before the first of the times', () => {
    given(...running)
      .when(fail(ada, 1, 5))
      .then(attemptFailed(ada, 1, 5, 15));
  });

  it('takes the next of the times for each attempt that was used up', () => {
    given(...running, attemptFailed(ada, 1, 2, 3), started(ada, 2, 4))
      .when(fail(ada, 2, 5))
      .then(attemptFailed(ada, 2, 5, 25));
  });

  it('fails it for good when the budget is used up', () => {
    const used = [attemptFailed(ada, 1, 2, 3), started(ada, 2, 4), attemptFailed(ada, 2, 5, 6)];
    given(...running, ...used, started(ada, 3, 7))
      .when(fail(ada, 3, 8))
      .then(failed(ada, 3, 8));
  });

  it('fails it for good at once when the failure is not retryable, or when there is one attempt only', () => {
    given(...running)
      .when(fail(ada, 1, 5, { retryable: false }))
      .then(failed(ada, 1, 5));
    given(...running)
      .when(fail(ada, 1, 5, { retryTimes: [] }))
      .then(failed(ada, 1, 5));
  });

  it('fails it for good when fewer attempts are allowed than were used up meanwhile', () => {
    const used = [attemptFailed(ada, 1, 2, 3), started(ada, 2, 4), attemptFailed(ada, 2, 5, 6)];
    given(...running, ...used, started(ada, 3, 7))
      .when(fail(ada, 3, 8, { retryTimes: [at(18)] }))
      .then(failed(ada, 3, 8));
  });

  it.each(['timeout', 'lease_expired', 'restart'] as const)(
    'uses an attempt up by a %s, too',
    (failureCode) => {
      given(...running)
        .when(fail(ada, 1, 5, { failureCode }))
        .then(attemptFailed(ada, 1, 5, 15, failureCode));
      given(...running, attemptFailed(ada, 1, 2, 3, failureCode), started(ada, 2, 4))
        .when(fail(ada, 2, 5, { failureCode, retryTimes: [at(15)] }))
        .then(failed(ada, 2, 5, failureCode));
    },
  );

  it('does not count the attempts that were given back', () => {
    given(...running, released(ada, 1, 2), started(ada, 2, 3), released(ada, 2, 4), started(ada, 3, 5))
      .when(fail(ada, 3, 6))
      .then(attemptFailed(ada, 3, 6, 16));
  });

  it('has a fresh budget after a retry of the job, and goes on counting attempts', () => {
    const retriedOnce = [failed(ada, 1, 2), retried(3), started(ada, 2, 4)];
    given(...running, ...retriedOnce)
      .when(fail(ada, 2, 5))
      .then(attemptFailed(ada, 2, 5, 15));
    given(...running, attemptFailed(ada, 1, 2, 3), closed(4), retried(5), started(ada, 2, 6))
      .when(fail(ada, 2, 7))
      .then(attemptFailed(ada, 2, 7, 17));
  });

  it.each([
    ['while it waits for the next attempt', [attemptFailed(ada, 1, 2, 9)]],
    ['when it failed for good', [failed(ada, 1, 2)]],
    ['when the job was closed while it waited', [attemptFailed(ada, 1, 2, 9), closed(3)]],
    ['when the job was retried and nothing started since', [failed(ada, 1, 2), retried(3)]],
  ])('heard again does nothing %s, with another error too', (_, events) => {
    const told = given(...running, ...events);
    told.when(fail(ada, 1, 10)).thenNothing();
    told.when(fail(ada, 1, 10, { error: 'It broke differently', retryable: false })).thenNothing();
  });
});

describe('failing the second attempt', () => {
  const second = [...running, attemptFailed(ada, 1, 2, 3, 'timeout'), started(ada, 2, 4)];

  it.each([attemptFailed(ada, 2, 5, 15), failed(ada, 2, 5)])('heard again does nothing: $type', (over) => {
    given(...second, over)
      .when(fail(ada, 2, 6))
      .thenNothing();
    given(...second, over)
      .when(fail(ada, 2, 6, { failureCode: 'timeout' }))
      .thenRefused('stale_attempt');
  });

  it('makes the report on the first one late, though both failed alike', () => {
    const alike = [...running, attemptFailed(ada, 1, 2, 3), started(ada, 2, 4), failed(ada, 2, 5)];
    given(...alike)
      .when(fail(ada, 1, 6))
      .thenRefused('stale_attempt', { current_attempt: 2 });
  });
});

describe('giving a model-day back', () => {
  it('makes it free for another attempt', () => {
    given(...running)
      .when(release(ada, 1, 5))
      .then(released(ada, 1, 5));
    given(...running, released(ada, 1, 2), started(ada, 2, 3))
      .when(release(ada, 2, 5))
      .then(released(ada, 2, 5));
  });

  it('heard again does nothing', () => {
    given(...running, released(ada, 1, 2))
      .when(release(ada, 1, 5))
      .thenNothing();
    given(...running, attemptFailed(ada, 1, 2, 3), started(ada, 2, 4), released(ada, 2, 5))
      .when(release(ada, 2, 6))
      .thenNothing();
  });
});

describe('a report that is not about the running attempt', () => {
  const reports = [complete(ada, 1, 9), fail(ada, 1, 9), release(ada, 1, 9)];

  it.each(reports)('is refused before the model-day started: $type', (command) => {
    given(created()).when(command).thenRefused('stale_attempt', { current_attempt: 0 });
  });

  it.each([complete(ada, 0, 9), fail(ada, 0, 9), release(ada, 0, 9)])(
    'is refused when it counts from nought: $type',
    (command) => {
      given(created()).when(command).thenRefused('stale_attempt');
      given(created(), closed(1)).when(command).thenRefused('stale_attempt');
    },
  );

  it.each([complete(ada, 2, 9), fail(ada, 2, 9), release(ada, 2, 9)])(
    'is refused when its attempt has not begun: $type',
    (command) => {
      given(...running)
        .when(command)
        .thenRefused('stale_attempt', { current_attempt: 1 });
    },
  );

  it.each(reports)('is refused after a newer attempt started: $type', (command) => {
    for (const over of [attemptFailed(ada, 1, 2, 3), released(ada, 1, 2)]) {
      given(...running, over, started(ada, 2, 4))
        .when(command)
        .thenRefused('stale_attempt', { current_attempt: 2 });
      given(...running, over, started(ada, 2, 4), completed(ada, 2, 5))
        .when(command)
        .thenRefused('stale_attempt', { current_attempt: 2 });
    }
  });

  it.each(reports)('is refused after the job was closed, and after its retry: $type', (command) => {
    for (const code of ['cancelled', 'restart'] as const) {
      const late = [...running, closed(2, code)];
      given(...late)
        .when(command)
        .thenRefused('stale_attempt');
      given(...late, retried(3))
        .when(command)
        .thenRefused('stale_attempt');
    }
  });

  it.each([
    ['completed', completed(ada, 1, 2), [fail(ada, 1, 9), release(ada, 1, 9)]],
    ['failed', failed(ada, 1, 2), [complete(ada, 1, 9), release(ada, 1, 9)]],
    ['failed, with attempts left', attemptFailed(ada, 1, 2, 3), [complete(ada, 1, 9), release(ada, 1, 9)]],
    ['given back', released(ada, 1, 2), [complete(ada, 1, 9), fail(ada, 1, 9)]],
  ])('is refused when the attempt was %s and this says otherwise', (_, event, others) => {
    for (const other of others) {
      given(...running, event)
        .when(other)
        .thenRefused('stale_attempt', { current_attempt: 1 });
    }
  });

  it('is refused when its lease had run out: the worker did not fail for that cause', () => {
    for (const over of [attemptFailed(ada, 1, 2, 3, 'lease_expired'), failed(ada, 1, 2, 'lease_expired')]) {
      given(...running, over)
        .when(fail(ada, 1, 9))
        .thenRefused('stale_attempt');
      given(...running, over)
        .when(fail(ada, 1, 9, { failureCode: 'lease_expired' }))
        .thenNothing();
    }
  });
});
