// Where a model-day stands in the grid of its job, and which ones may run.
import { dateAt, indexOf, modelAt, openDate } from '../../../src/simulation/domain/job.js';
import { given, refusalOf } from './given.js';
import {
  ada,
  adaOnTuesday,
  attemptFailed,
  bob,
  bobOnTuesday,
  closed,
  completed,
  created,
  createdTwoByTwo,
  failed,
  monday,
  retried,
  started,
  tuesday,
} from './story.js';

const places = [ada, bob, adaOnTuesday, bobOnTuesday];

describe('the place of a model-day', () => {
  const { job } = given(createdTwoByTwo);

  it('goes date by date, in each the models in the order of the request', () => {
    expect(places.map(({ date, model }) => indexOf(job, date, model))).toEqual([0, 1, 2, 3]);
    expect(places.map((_, index) => dateAt(job, index))).toEqual([monday, monday, tuesday, tuesday]);
    expect(places.map((_, index) => modelAt(job, index))).toEqual(['ada', 'bob', 'ada', 'bob']);
  });

  it('keeps the order in which the request named the models', () => {
    const { job: reversed } = given(created([monday], ['bob', 'ada']));
    expect(indexOf(reversed, monday, 'bob')).toBe(0);
  });

  it('is found for a model of any name', () => {
    const { job: odd } = given(created([monday], ['__proto__', 'a/b c', '0']));
    expect(['__proto__', 'a/b c', '0'].map((model) => indexOf(odd, monday, model))).toEqual([0, 1, 2]);
  });

  it.each([
    [monday, 'eve'],
    ['2025-01-08', 'ada'],
    [monday, '__proto__'],
  ])('is missing for a date or a model that the job has not: %s, %s', (date, model) => {
    expect(refusalOf(() => indexOf(job, date, model))).toMatchObject({
      kind: 'missing',
      code: 'model_day_not_found',
      message: `Job job-1 has no model-day of "${model}" on ${date}.`,
    });
  });
});

describe('the open date', () => {
  const openIn = (...events: Parameters<typeof given>) => [...openDate(given(...events).job)];

  it('is at first the first one, with all its models', () => {
    expect(openIn(createdTwoByTwo)).toEqual([0, 1]);
  });

  it('begins at the first model-day that is open, and may hold ended ones after it', () => {
    expect(openIn(createdTwoByTwo, started(ada, 1, 1), completed(ada, 1, 2))).toEqual([1]);
    expect(openIn(createdTwoByTwo, started(bob, 1, 1), completed(bob, 1, 2))).toEqual([0, 1]);
  });

  it('stays while one of its model-days waits for another attempt', () => {
    const events = [
      started(ada, 1, 1),
      started(bob, 1, 1),
      completed(bob, 1, 2),
      attemptFailed(ada, 1, 2, 9),
    ];
    expect(openIn(createdTwoByTwo, ...events)).toEqual([0, 1]);
  });

  it('moves on when every model of the day has ended, completed or failed', () => {
    const events = [started(ada, 1, 1), started(bob, 1, 1), completed(bob, 1, 2), failed(ada, 1, 2)];
    expect(openIn(createdTwoByTwo, ...events)).toEqual([2, 3]);
  });

  it('is none when the job has ended', () => {
    expect(openIn(createdTwoByTwo, closed(1))).toEqual([]);
  });

  it('goes back to the first failed model-day when the job is retried', () => {
    const events = [started(ada, 1, 1), completed(ada, 1, 2), closed(3), retried(4)];
    expect(openIn(createdTwoByTwo, ...events)).toEqual([1]);
  });
});
