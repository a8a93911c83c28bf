// The price table: real, complete, and refused when it is damaged.
import { loadPrices, parsePrices, tradingDays } from '../../examples/trading-session/prices.js';
import { marketAtOpen } from '../../examples/trading-session/market.js';

describe('prices of the S&P 500', () => {
  it('cover every trading day from January 2000 to April 2020', () => {
    const { dates, days, closes } = loadPrices();
    expect([dates.length, days.size, closes.length]).toEqual([5105, 5105, 5105]);
    expect([dates[0], dates.at(-1)]).toEqual(['2000-01-03', '2020-04-17']);
    expect(dates).toEqual([...dates].sort());
    expect(days.get('2020-01-02')).toEqual({ open: 3244.669922, daysBefore: 5031 });
    expect(closes[5031]).toBe(3257.850098);
  });

  it('are read once', () => {
    expect(loadPrices()).toBe(loadPrices());
  });

  it('list the trading days of a range, both ends included', () => {
    expect(tradingDays({ from: '2020-01-17', to: '2020-01-22' })).toEqual([
      '2020-01-17',
      '2020-01-21',
      '2020-01-22',
    ]);
    expect(tradingDays({ from: '2020-04-16' })).toEqual(['2020-04-16', '2020-04-17']);
    expect(tradingDays({ to: '2000-01-04' })).toEqual(['2000-01-03', '2000-01-04']);
    expect(tradingDays()).toHaveLength(5105);
  });

  it.each([
    ['a hole', '2020-01-02,10,10,10,10,10,1\n2020-01-03,,10,10,10,10,1'],
    ['a price of zero', '2020-01-02,10,10,10,10,10,1\n2020-01-03,10,10,10,0,10,1'],
    ['a day twice', '2020-01-02,10,10,10,10,10,1\n2020-01-02,10,10,10,10,10,1'],
    ['a row cut short', '2020-01-02,10,10,10,10,10,1\n2020-01-03,10'],
  ])('with %s are refused, naming the row', (_what, rows) => {
    expect(() => parsePrices(`date,open,high,low,close,adjclose,volume\n${rows}\n`)).toThrow(
      'the price file has a bad row 3: 2020-01-0',
    );
  });
});

describe('the market at the open', () => {
  it('shows the open of the date and the closes before it', () => {
    const market = marketAtOpen(loadPrices(), '2000-01-05');
    expect(market.open).toBe(1399.420044);
    expect([...market.closes]).toEqual([1455.219971, 1399.420044]);
  });

  it.each(['2020-01-01', '2020-01-04', '1999-12-31', '2020-04-20', 'never', '__proto__'])(
    'has no prices for %s',
    (date) => {
      expect(() => marketAtOpen(loadPrices(), date)).toThrow(
        `no prices for ${date}: not a trading day of the S&P 500 (data covers 2000-01-03 to 2020-04-17)`,
      );
    },
  );
});
