// Creating a job, starting its model-days, removing it. Reports and endings have specs of their own beside this one.
import { given } from './given.js';
import {
  ada,
  adaOnTuesday,
  at,
  attemptFailed,
  bob,
  bobOnTuesday,
  cancel,
  close,
  closed,
  complete,
  completed,
  create,
  created,
  createdTwoByTwo,
  fail,
  failed,
  monday,
  otherJob,
  release,
  released,
  remove,
  removed,
  retried,
  retry,
  start,
  started,
  tuesday,
} from './story.js';

const lost = { date: monday, model: 'eve' };

describe('creating a job', () => {
  it('makes it, with all that was asked for', () => {
    given().when(create()).then(created());
  });

  it('sorts the dates and keeps the order of the models', () => {
    given()
      .when(create({ dates: [tuesday, '2024-12-31', monday], models: ['bob', 'ada'] }))
      .then(created(['2024-12-31', monday, tuesday], ['bob', 'ada']));
  });

  it('leaves the list of the request as it was', () => {
    const dates = [tuesday, monday];
    given()
      .when(create({ dates }))
      .then(created([monday, tuesday]));
    expect(dates).toEqual([tuesday, monday]);
  });

  it('does nothing when the job is there, even when it was removed', () => {
    given(created()).when(create()).thenNothing();
    given(created(), closed(1), removed(2)).when(create()).thenNothing();
  });

  it('is refused without dates or models, with duplicates, and when it is too large', () => {
    const pointer = (name: string) => ({ errors: [{ pointer: name }] });
    given()
      .when(create({ dates: [] }))
      .thenRefused('invalid_request', pointer('/date_range'));
    given()
      .when(create({ models: [] }))
      .thenRefused('invalid_request', pointer('/models'));
    given()
      .when(create({ dates: [monday, monday] }))
      .thenRefused('invalid_request', pointer('/date_range'));
    given()
      .when(create({ models: ['ada', 'ada'] }))
      .thenRefused('invalid_request', pointer('/models'));
    given()
      .when(create({ models: ['ada', 'bob'], modelDaysMax: 1 }))
      .thenRefused('invalid_request', pointer(''));
  });

  it('is refused while another job takes the last place', () => {
    given()
      .when(create({ blockedBy: otherJob }))
      .thenRefused('job_active', { current_job_id: 'job-2', current_status: 'running' });
  });

  it('is first of all a request that must make sense', () => {
    given()
      .when(create({ dates: [], blockedBy: otherJob }))
      .thenRefused('invalid_request');
  });
});

describe('a job that is not there', () => {
  const commands = [
    cancel(9),
    close(9),
    retry(9),
    remove(9),
    start(ada, 9),
    complete(ada, 1, 9),
    fail(ada, 1, 9),
    release(ada, 1, 9),
  ];

  it.each(commands)('refuses $type before it was created', (command) => {
    given().when(command).thenRefused('job_not_found');
  });

  it.each(commands)('refuses $type after it was removed', (command) => {
    given(created(), started(ada, 1, 1), completed(ada, 1, 2), removed(3))
      .when(command)
      .thenRefused('job_not_found');
  });
});

describe('a model-day that is not there', () => {
  it.each([start(lost, 9), complete(lost, 1, 9), fail(lost, 1, 9), release(lost, 1, 9)])(
    'refuses $type',
    (command) => {
      given(created()).when(command).thenRefused('model_day_not_found');
    },
  );
});

describe('starting a model-day', () => {
  it('starts its first attempt', () => {
    given(created())
      .when(start(ada, 5))
      .then(started(ada, 1, 5));
  });

  it('starts the models of one day in any order, and at once', () => {
    given(createdTwoByTwo)
      .when(start(bob, 5))
      .then(started(bob, 1, 5));
    given(createdTwoByTwo, started(bob, 1, 5))
      .when(start(ada, 6))
      .then(started(ada, 1, 6));
  });

  it.each([
    ['running', [started(ada, 1, 1)]],
    ['completed', [started(ada, 1, 1), completed(ada, 1, 2)]],
    ['failed', [started(ada, 1, 1), failed(ada, 1, 2)]],
    ['failed', [closed(1)]],
  ])('is refused when it is %s', (_, events) => {
    given(createdTwoByTwo, ...events)
      .when(start(ada, 9))
      .thenRefused('model_day_not_pending');
  });

  it('is refused while a model of an earlier day is pending, running or waits', () => {
    const done = [started(ada, 1, 1), completed(ada, 1, 2)];
    given(createdTwoByTwo).when(start(adaOnTuesday, 9)).thenRefused('out_of_order');
    given(createdTwoByTwo, ...done)
      .when(start(adaOnTuesday, 9))
      .thenRefused('out_of_order');
    given(createdTwoByTwo, ...done, started(bob, 1, 3))
      .when(start(adaOnTuesday, 9))
      .thenRefused('out_of_order');
    given(createdTwoByTwo, ...done, started(bob, 1, 3), attemptFailed(bob, 1, 4, 5))
      .when(start(adaOnTuesday, 9))
      .thenRefused('out_of_order');
  });

  it('goes on to the next day when every model of the day has ended, failed ones too', () => {
    const done = [started(ada, 1, 1), completed(ada, 1, 2), started(bob, 1, 3), failed(bob, 1, 4)];
    given(createdTwoByTwo, ...done)
      .when(start(bobOnTuesday, 5))
      .then(started(bobOnTuesday, 1, 5));
  });

  it('is refused before the time of the next attempt, and allowed from that very moment on', () => {
    const waiting = given(created(), started(ada, 1, 1), attemptFailed(ada, 1, 2, 10));
    waiting.when(start(ada, 9.999)).thenRefused('too_early', { not_before: at(10) });
    waiting.when(start(ada, 10)).then(started(ada, 2, 10));
  });

  it('does not wait after it was given back', () => {
    given(created(), started(ada, 1, 1), released(ada, 1, 2))
      .when(start(ada, 2))
      .then(started(ada, 2, 2));
  });

  it('does not wait after a retry of the job, though an attempt was waiting when the job was closed', () => {
    const events = [started(ada, 1, 1), attemptFailed(ada, 1, 2, 1000), closed(3), retried(4)];
    given(created(), ...events)
      .when(start(ada, 5))
      .then(started(ada, 2, 5));
  });
});

describe('removing a job', () => {
  it('is possible once it has ended', () => {
    given(created(), started(ada, 1, 1), completed(ada, 1, 2))
      .when(remove(3))
      .then(removed(3));
    given(created(), closed(1)).when(remove(3)).then(removed(3));
  });

  it('is refused while it is pending or running', () => {
    given(created()).when(remove(3)).thenRefused('job_not_finished');
    given(created(), started(ada, 1, 1))
      .when(remove(3))
      .thenRefused('job_not_finished');
    given(created(), closed(1), retried(2)).when(remove(3)).thenRefused('job_not_finished');
  });

  it('is refused the second time: there is no such job any more', () => {
    given(created(), closed(1), removed(2)).when(remove(3)).thenRefused('job_not_found');
  });
});
