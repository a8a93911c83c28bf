// Each strategy against markets small enough to check by hand, and the parameters it accepts.
import fc from 'fast-check';
import { marketAtOpen } from '../../examples/trading-session/market.js';
import { loadPrices } from '../../examples/trading-session/prices.js';
import { strategyNamed, strategyNames } from '../../examples/trading-session/strategies.js';

const after = (closes: number[], open = closes.at(-1) ?? 100) => ({
  date: '2020-01-02',
  open,
  closes: Float64Array.from(closes),
});

describe('strategies', () => {
  it('answer a share between 0 and 1 on every real day, the same one every time', () => {
    const { dates } = loadPrices();
    fc.assert(
      fc.property(fc.constantFrom(...strategyNames), fc.constantFrom(...dates), (name, date) => {
        const target = strategyNamed(name)(marketAtOpen(loadPrices(), date));
        expect(target).toBeGreaterThanOrEqual(0);
        expect(target).toBeLessThanOrEqual(1);
        expect(strategyNamed(name)(marketAtOpen(loadPrices(), date))).toBe(target);
      }),
    );
  });

  it('buy-and-hold holds everything from the very first day', () => {
    expect(strategyNamed('buy-and-hold')(after([]))).toBe(1);
  });

  it('moving-average-crossover is in while the short average is above the long one', () => {
    const decide = strategyNamed('moving-average-crossover', { short: 2, long: 4 });
    expect(decide(after([1, 1, 2, 2]))).toBe(1);
    expect(decide(after([2, 2, 1, 1]))).toBe(0);
    expect(decide(after([9, 9, 1, 1, 2, 2]))).toBe(1);
    expect(decide(after([1, 2, 3]))).toBe(0);
  });

  it('momentum is in while the last close is above the one a window earlier', () => {
    const decide = strategyNamed('momentum', { window: 2 });
    expect(decide(after([10, 1, 11]))).toBe(1);
    expect(decide(after([10, 99, 10]))).toBe(0);
    expect(decide(after([1, 2]))).toBe(0);
  });

  it('mean-reversion buys below the average and sells above it', () => {
    // The average of the closes is 100 and their deviation 10, so the bands lie at 80 and 120.
    const decide = strategyNamed('mean-reversion', { window: 3, band: 2 });
    const closes = [90, 100, 110];
    expect([70, 80, 90, 100, 110, 120, 130].map((open) => decide(after(closes, open)))).toEqual([
      1, 1, 0.75, 0.5, 0.25, 0, 0,
    ]);
    expect(decide(after([100, 110], 90))).toBe(0);
    expect(decide(after([5, 5, 5], 5))).toBe(0.5);
  });

  it('volatility-target holds less the wilder the market', () => {
    const decide = strategyNamed('volatility-target', { window: 2, yearly: 0.1 });
    // One day up by a factor and one down by it: returns of ±ln(factor), a deviation of √2·ln(factor).
    const expected = 0.1 / (Math.SQRT2 * Math.log(1.1) * Math.sqrt(252));
    expect(decide(after([100, 110, 100]))).toBeCloseTo(expected, 12);
    expect(decide(after([100, 100.01, 100]))).toBe(1);
    expect(decide(after([100, 100, 100]))).toBe(1);
    expect(decide(after([100, 110]))).toBe(0);
  });

  it.each(['moving-average-crossover', 'momentum', 'mean-reversion', 'volatility-target'])(
    '%s stays in cash on the first day there is',
    (name) => {
      expect(strategyNamed(name)(marketAtOpen(loadPrices(), '2000-01-03'))).toBe(0);
    },
  );

  it.each(['astrology', '', 'constructor', '__proto__'])(
    'do not include "%s", and say what there is',
    (name) => {
      expect(() => strategyNamed(name)).toThrow(
        `there is no strategy "${name}" (there is: buy-and-hold, moving-average-crossover, momentum, ` +
          'mean-reversion, volatility-target)',
      );
    },
  );

  it.each([
    ['momentum', { window: 1 }, 'parameter "window" must be a whole number of days, 2 or more, not 1'],
    ['momentum', { window: 2.5 }, 'parameter "window" must be a whole number of days, 2 or more, not 2.5'],
    ['momentum', { window: '20' }, 'parameter "window" must be a whole number of days, 2 or more, not "20"'],
    ['momentum', { window: null }, 'parameter "window" must be a whole number of days, 2 or more, not null'],
    ['mean-reversion', { band: 0 }, 'parameter "band" must be a number above 0, not 0'],
    ['momentum', { windw: 20 }, 'there is no parameter "windw" (there is: window)'],
    ['buy-and-hold', { window: 20 }, 'there is no parameter "window" (there is: none)'],
    ['moving-average-crossover', { short: 300 }, 'parameter "short" (300) must be below "long" (200)'],
  ])('%s refuses %j', (name, parameters, message) => {
    expect(() => strategyNamed(name, parameters)).toThrow(`strategy "${name}": ${message}`);
  });
});
