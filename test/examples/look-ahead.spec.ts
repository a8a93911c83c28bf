// No strategy and no result can depend on anything later than the open of the date.
import fc from 'fast-check';
import { marketAtOpen } from '../../examples/trading-session/market.js';
import type { Prices } from '../../examples/trading-session/prices.js';
import { loadPrices } from '../../examples/trading-session/prices.js';
import { runSessionOn } from '../../examples/trading-session/session.js';
import { strategyNames, strategyNamed } from '../../examples/trading-session/strategies.js';
import { requestFor, temporaryFolder, writeConfig } from './support.js';

const real = loadPrices();
const folder = temporaryFolder();
const factors = fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 20 });
const rows = fc.integer({ min: 3, max: real.dates.length - 1 });

/** The real prices with every price chosen by row and kind of price multiplied by the factors in turn. */
function perturb(touches: (row: number, kind: 'open' | 'close') => boolean, by: number[]): Prices {
  const factor = (row: number) => by[row % by.length] ?? 1;
  const days = [...real.days].map(([date, { open, daysBefore: row }]) => {
    return [date, { open: touches(row, 'open') ? open * factor(row) : open, daysBefore: row }] as const;
  });
  const closes = real.closes.map((close, row) => (touches(row, 'close') ? close * factor(row) : close));
  return { dates: real.dates, days: new Map(days), closes };
}

async function outcomes(prices: Prices, model: string, dates: readonly string[]) {
  const configPath = writeConfig(folder);
  const results = [];
  for (const date of dates) results.push(await runSessionOn(prices, requestFor({ date, model, configPath })));
  return results;
}

describe('looking ahead', () => {
  it('is impossible: no price after the open of the date changes the outcome', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...strategyNames), rows, factors, async (model, row, by) => {
        const unknownYet = perturb((at, kind) => at > row || (at === row && kind === 'close'), by);
        const dates = real.dates.slice(row - 2, row + 1);
        expect(await outcomes(unknownYet, model, dates)).toEqual(await outcomes(real, model, dates));
      }),
    );
  });

  it('is what the test above would notice: the close before the date and its open do change outcomes', () => {
    const date = '2020-01-10';
    const row = real.dates.indexOf(date);
    const decide = strategyNamed('mean-reversion');
    const target = decide(marketAtOpen(real, date));
    const yesterday = perturb((at, kind) => at === row - 1 && kind === 'close', [0.9]);
    const thisMorning = perturb((at, kind) => at === row && kind === 'open', [0.99]);
    expect(decide(marketAtOpen(yesterday, date))).not.toBe(target);
    expect(decide(marketAtOpen(thisMorning, date))).not.toBe(target);
  });

  it('fails for a strategy that wants tomorrow: nothing it can reach holds more than yesterday', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const date = real.dates[row] ?? '';
        const market = marketAtOpen(real, date);
        expect(Object.keys(market)).toEqual(['date', 'open', 'closes']);
        expect(Object.isFrozen(market)).toBe(true);
        expect(market.closes).toHaveLength(row);
        expect(market.closes.at(-1)).toBe(real.closes[row - 1]);
        // The memory under the closes ends with them too.
        expect(market.closes.buffer.byteLength).toBe(row * 8);
      }),
    );
  });

  it('cannot be arranged by writing into the market either: each date gets a copy', () => {
    const market = marketAtOpen(real, '2020-01-10');
    market.closes.fill(1);
    expect(marketAtOpen(real, '2020-01-10').closes[0]).toBe(1455.219971);
  });
});
