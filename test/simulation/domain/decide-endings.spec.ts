// How a whole job ends before its time, and how it is tried again after its end.
import { given } from './given.js';
import {
  ada,
  adaOnTuesday,
  attemptFailed,
  bob,
  cancel,
  close,
  closed,
  completed,
  created,
  createdTwoByTwo,
  failed,
  otherJob,
  removed,
  retried,
  retry,
  start,
  started,
} from './story.js';

const restartError = 'API restarted while job was running';
const allCompleted = [created(), started(ada, 1, 1), completed(ada, 1, 2)];
const allFailed = [created(), started(ada, 1, 1), failed(ada, 1, 2)];

describe('cancelling a job', () => {
  it('closes it, pending or running, in one event', () => {
    given(createdTwoByTwo).when(cancel(5)).then(closed(5));
    given(createdTwoByTwo, started(ada, 1, 1))
      .when(cancel(5))
      .then(closed(5));
  });

  it('says why when there is a reason', () => {
    given(created())
      .when(cancel(5, 'wrong dates'))
      .then(closed(5, 'cancelled', 'wrong dates'));
  });

  it('cancels again what was retried', () => {
    given(created(), closed(1), retried(2)).when(cancel(5)).then(closed(5));
  });

  it.each([
    ['completed', allCompleted],
    ['failed', allFailed],
    ['cancelled before', [created(), closed(1)]],
  ])('is refused when it has ended: %s', (_, events) => {
    given(...events)
      .when(cancel(5))
      .thenRefused('job_finished');
  });
});

describe('closing a job that cannot go on', () => {
  it('closes it with the code and the reason', () => {
    given(created(), started(ada, 1, 1))
      .when(close(5))
      .then(closed(5, 'restart', restartError));
    given(created())
      .when(close(5))
      .then(closed(5, 'restart', restartError));
  });

  it('does nothing when the job has ended meanwhile', () => {
    given(...allCompleted)
      .when(close(5))
      .thenNothing();
    given(created(), closed(1)).when(close(5)).thenNothing();
  });
});

describe('a job that was closed', () => {
  it.each([
    ['failed when nothing had started', [], 'failed'],
    [
      'failed when nothing was completed',
      [started(ada, 1, 1), started(bob, 1, 2), failed(bob, 1, 3)],
      'failed',
    ],
    ['partial when something was completed', [started(ada, 1, 1), completed(ada, 1, 2)], 'partial'],
  ])('is %s', (_, events, status) => {
    expect(given(createdTwoByTwo, ...events, closed(5)).status).toBe(status);
  });

  it('holds the reason as its error, for a restart exactly the one that clients know', () => {
    const { row } = given(created(), started(ada, 1, 1), closed(5, 'restart', restartError));
    expect(row.error).toBe('API restarted while job was running');
  });

  it('starts nothing any more', () => {
    given(createdTwoByTwo, closed(5)).when(start(ada, 6)).thenRefused('model_day_not_pending');
  });
});

describe('retrying a job', () => {
  it('tries again what failed, and records why', () => {
    given(...allFailed)
      .when(retry(5))
      .then(retried(5));
    given(...allFailed)
      .when(retry(5, { reason: 'the network is back' }))
      .then(retried(5, 'the network is back'));
  });

  it('is possible for a job that was closed, before its first start too', () => {
    given(created(), closed(1)).when(retry(5)).then(retried(5));
    given(createdTwoByTwo, started(ada, 1, 1), completed(ada, 1, 2), closed(3))
      .when(retry(5))
      .then(retried(5));
  });

  it('is refused while the job is pending or running', () => {
    given(created()).when(retry(5)).thenRefused('job_not_finished');
    given(created(), started(ada, 1, 1))
      .when(retry(5))
      .thenRefused('job_not_finished');
    given(created(), started(ada, 1, 1), attemptFailed(ada, 1, 2, 3))
      .when(retry(5))
      .thenRefused('job_not_finished');
  });

  it('is refused the second time: the job is not finished any more', () => {
    given(...allFailed, retried(3))
      .when(retry(5))
      .thenRefused('job_not_finished');
  });

  it('is refused when every model-day is completed', () => {
    given(...allCompleted)
      .when(retry(5))
      .thenRefused('nothing_to_retry');
  });

  it('is refused while another job takes the last place', () => {
    given(...allFailed)
      .when(retry(5, { blockedBy: otherJob }))
      .thenRefused('job_active', { current_job_id: 'job-2' });
  });

  it('is refused for what cannot be retried before it looks at other jobs', () => {
    given(...allCompleted)
      .when(retry(5, { blockedBy: otherJob }))
      .thenRefused('nothing_to_retry');
    given(created(), closed(1), removed(2))
      .when(retry(5, { blockedBy: otherJob }))
      .thenRefused('job_not_found');
  });

  it('does not run completed model-days again', () => {
    const partial = [started(ada, 1, 1), completed(ada, 1, 2), closed(3), retried(4)];
    given(createdTwoByTwo, ...partial)
      .when(start(ada, 5))
      .thenRefused('model_day_not_pending');
    given(createdTwoByTwo, ...partial)
      .when(start(bob, 5))
      .then(started(bob, 1, 5));
  });

  it('begins again at the first date on which something failed', () => {
    const failedOnMonday = [
      started(ada, 1, 1),
      failed(ada, 1, 2),
      started(bob, 1, 1),
      completed(bob, 1, 2),
      started(adaOnTuesday, 1, 3),
      completed(adaOnTuesday, 1, 4),
      closed(5),
      retried(6),
    ];
    const again = given(createdTwoByTwo, ...failedOnMonday);
    again.when(start({ ...bob, date: adaOnTuesday.date }, 7)).thenRefused('out_of_order');
    again.when(start(ada, 7)).then(started(ada, 2, 7));
  });
});
