// What a grid of model-days must be.
import { duplicatesIn, refuseUnusableGrid } from '../../../src/simulation/domain/grid-rules.js';
import { refusalOf } from './given.js';
import { monday, tuesday } from './story.js';

const problemsOf = (dates: string[], models: string[], modelDaysMax = 100): unknown => {
  const refusal = refusalOf(() => {
    refuseUnusableGrid({ dates, models, modelDaysMax });
  });
  expect(refusal).toMatchObject({ kind: 'invalid', code: 'invalid_request' });
  return refusal.facts['errors'];
};

describe('a grid of model-days', () => {
  it('may be as large as allowed', () => {
    expect(() => {
      refuseUnusableGrid({ dates: [monday, tuesday], models: ['ada', 'bob'], modelDaysMax: 4 });
    }).not.toThrow();
  });

  it('may not be larger', () => {
    expect(problemsOf([monday, tuesday], ['ada', 'bob'], 3)).toEqual([
      {
        pointer: '',
        detail: 'asks for 4 model-days; one job may have 3: ask for fewer dates or models',
      },
    ]);
  });

  it('has at least one date and one model: without them the job could never end', () => {
    expect(problemsOf([], ['ada'])).toEqual([{ pointer: '/date_range', detail: 'must name at least one' }]);
    expect(problemsOf([monday], [])).toEqual([{ pointer: '/models', detail: 'must name at least one' }]);
  });

  it('has each date and each model once, and the refusal names those that stand twice', () => {
    expect(problemsOf([monday, tuesday, monday], ['ada'])).toEqual([
      { pointer: '/date_range', detail: `names "${monday}" more than once` },
    ]);
    expect(problemsOf([monday], ['ada', 'bob', 'bob', 'ada'])).toEqual([
      { pointer: '/models', detail: 'names "bob" more than once' },
      { pointer: '/models', detail: 'names "ada" more than once' },
    ]);
  });

  it('is refused with everything that is wrong at once', () => {
    expect(problemsOf([monday, monday], ['ada', 'ada'], 1)).toMatchObject([
      { pointer: '/date_range' },
      { pointer: '/models' },
      { pointer: '' },
    ]);
    expect(problemsOf([], [])).toMatchObject([{ pointer: '/date_range' }, { pointer: '/models' }]);
  });
});

describe('what stands twice', () => {
  it('is named once, however often it stands there', () => {
    expect(duplicatesIn(['a', 'b', 'a', 'c', 'a', 'c'])).toEqual(['a', 'c']);
  });

  it('is nothing in a list of different values', () => {
    expect(duplicatesIn(['a', 'A', ' a', ''])).toEqual([]);
    expect(duplicatesIn([])).toEqual([]);
  });
});
