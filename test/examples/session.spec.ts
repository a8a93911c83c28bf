// The executor as Daybook calls it: real prices, a real book on disk, day after day.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { tradingDays } from '../../examples/trading-session/prices.js';
import { runTradingSession } from '../../examples/trading-session/session.js';
import { strategyNames } from '../../examples/trading-session/strategies.js';
import { linesOf, requestFor, temporaryFolder, writeConfig } from './support.js';

const folder = temporaryFolder();
const everyDay = tradingDays();
const run = (model: string, date: string, configPath: string) =>
  runTradingSession(requestFor({ model, date, configPath }));

describe('a trading session', () => {
  it('buys at the open of its first day and carries the position to the next', async () => {
    const configPath = writeConfig(folder);
    const first = await run('buy-and-hold', '2020-01-02', configPath);
    const position = 10_000 / 3244.669922;
    expect(first).toEqual({
      strategy: 'buy-and-hold',
      open: 3244.669922,
      target: 1,
      bought: position,
      position,
      cash: 0,
      value: position * 3244.669922,
      profit: 0,
    });
    const second = await run('buy-and-hold', '2020-01-03', configPath);
    expect(second).toMatchObject({ bought: 0, position, cash: 0, value: position * 3226.360107 });
    expect(second.profit).toBeCloseTo(position * (3226.360107 - 3244.669922), 9);
  });

  it('grows with the index over all twenty years', async () => {
    const configPath = writeConfig(folder);
    let value = 0;
    for (const date of everyDay) ({ value } = await run('buy-and-hold', date, configPath));
    expect(value).toBeCloseTo((10_000 * 2842.429932) / 1469.25, 6);
  });

  it('never borrows, never sells short, and its profits add up to what it has gained', async () => {
    const someDays = fc.subarray(everyDay.slice(-400), { minLength: 1, maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...strategyNames), someDays, async (model, dates) => {
        const configPath = writeConfig(folder);
        let held = { cash: 10_000, position: 0, value: 10_000 };
        let profits = 0;
        for (const date of dates) {
          const day = await run(model, date, configPath);
          expect(day.cash).toBeGreaterThanOrEqual(0);
          expect(day.position).toBeGreaterThanOrEqual(0);
          expect(day.value).toBe(day.cash + day.position * day.open);
          expect(day.value).toBeCloseTo(held.cash + held.position * day.open, 6);
          expect(day.bought).toBe(day.position - held.position);
          profits += day.profit;
          held = day;
        }
        expect(profits).toBeCloseTo(held.value - 10_000, 6);
      }),
    );
  });

  it('run again gives the same result, and the days after it are carried from the new line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...strategyNames), fc.nat(4), async (model, again) => {
        const configPath = writeConfig(folder);
        const dates = everyDay.slice(-5);
        const results = [];
        for (const date of dates) results.push(await run(model, date, configPath));
        const rerun = [];
        for (const date of dates.slice(again)) rerun.push(await run(model, date, configPath));
        expect(rerun).toEqual(results.slice(again));
      }),
    );
  });

  it('carries a model from job to job and keeps models apart', async () => {
    const book = join(folder, 'shared-book');
    const models = [{ signature: 'a', strategy: 'buy-and-hold' }, { signature: 'b' }];
    const one = writeConfig(folder, { book_dir: book, models });
    const two = writeConfig(folder, { book_dir: book, models: [{ signature: 'a', strategy: 'momentum' }] });
    const first = await run('a', '2020-03-02', one);
    const second = await runTradingSession(
      requestFor({ jobId: 'job-2', model: 'a', date: '2020-04-01', configPath: two }),
    );
    expect(second).toMatchObject({ strategy: 'momentum', target: 0, position: 0, bought: -first.position });
    expect(second.profit).toBeCloseTo((10_000 / first.open) * second.open - 10_000, 6);
    expect(linesOf(join(book, 'a.jsonl')).map(({ date, job_id }) => [date, job_id])).toEqual([
      ['2020-03-02', 'job-1'],
      ['2020-04-01', 'job-2'],
    ]);
    await expect(run('b', '2020-03-02', one)).rejects.toThrow('there is no strategy "b"');
    expect(readdirSync(book)).toEqual(['a.jsonl']);
  });

  it('fails on a day without prices and records nothing', async () => {
    const book = join(folder, 'holiday-book');
    const configPath = writeConfig(folder, { book_dir: book });
    await expect(run('momentum', '2020-01-20', configPath)).rejects.toThrow(
      'no prices for 2020-01-20: not a trading day of the S&P 500 (data covers 2000-01-03 to 2020-04-17)',
    );
    expect(existsSync(book)).toBe(false);
  });

  it.each([0, 3_600_000])(
    'with a pace of %s ms stops when it is aborted, and records nothing',
    async (pace) => {
      const book = join(folder, `aborted-book-${pace}`);
      const configPath = writeConfig(folder, { book_dir: book, pace_ms: pace });
      const controller = new AbortController();
      const request = requestFor({
        model: 'momentum',
        date: '2020-01-02',
        configPath,
        signal: controller.signal,
      });
      const session = runTradingSession(request);
      controller.abort(new Error('the job was cancelled'));
      await expect(session).rejects.toThrow('the job was cancelled');
      expect(existsSync(book)).toBe(false);
    },
  );

  it('reports its progress while it pretends to think', async () => {
    const configPath = writeConfig(folder, { pace_ms: 4 });
    const reports: number[] = [];
    await runTradingSession(
      requestFor({
        model: 'momentum',
        date: '2020-01-02',
        configPath,
        reportProgress: ({ percent }) => reports.push(percent),
      }),
    );
    expect(reports).toEqual([20, 40, 60, 80]);
  });
});
