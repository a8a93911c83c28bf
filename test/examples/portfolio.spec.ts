// Trading at one price moves money and neither makes nor loses any.
import fc from 'fast-check';
import { rebalance, startingHoldings, valueOf } from '../../examples/trading-session/portfolio.js';

// Nothing at all or at least a millionth: below that, doubles run out of digits long before money matters.
const amount = (max: number) => fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max, noNaN: true }));
const holdings = fc.record({ cash: amount(1e9), position: amount(1e6) });
const prices = fc.double({ min: 1, max: 1e5, noNaN: true });

describe('rebalancing', () => {
  it('keeps the value, never borrows and never sells short', () => {
    fc.assert(
      fc.property(holdings, prices, amount(1), (held, price, target) => {
        const value = valueOf(held, price);
        const after = rebalance(held, price, target);
        expect(after.cash).toBeGreaterThanOrEqual(0);
        expect(after.position).toBeGreaterThanOrEqual(0);
        expect(Math.abs(valueOf(after, price) - value)).toBeLessThanOrEqual(1e-9 * value);
        expect(Math.abs(after.position * price - value * target)).toBeLessThanOrEqual(1e-9 * value);
      }),
    );
  });

  it('a second time at the same price changes nothing, to the last digit', () => {
    fc.assert(
      fc.property(holdings, prices, amount(1), (held, price, target) => {
        const once = rebalance(held, price, target);
        expect(rebalance(once, price, target)).toEqual(once);
      }),
    );
  });

  it('starts from 10,000 in cash, of which all or nothing can go into the index', () => {
    expect(rebalance(startingHoldings, 2500, 1)).toEqual({ cash: 0, position: 4 });
    expect(rebalance(startingHoldings, 2500, 0)).toEqual({ cash: 10_000, position: 0 });
    expect(rebalance({ cash: 0, position: 4 }, 3000, 0)).toEqual({ cash: 12_000, position: 0 });
  });

  it.each([-0.1, 1.1, NaN, Infinity])('refuses a target of %s', (target) => {
    expect(() => rebalance(startingHoldings, 100, target)).toThrow('a target must lie between 0 and 1');
  });
});
