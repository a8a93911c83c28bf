// The session as a program: real processes, alone and several at once on the same book.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tradingDays } from '../../examples/trading-session/prices.js';
import { runTradingSession } from '../../examples/trading-session/session.js';
import {
  exampleFolder,
  linesOf,
  requestFor,
  runCommand,
  runNode,
  temporaryFolder,
  writeConfig,
} from './support.js';

const folder = temporaryFolder();
const model = 'buy-and-hold';

describe('the session as a command', () => {
  it('prints the same result as the module, on one line', async () => {
    const ended = await runCommand({ model, date: '2020-01-02', config_path: writeConfig(folder) });
    const configPath = writeConfig(folder);
    const expected = await runTradingSession(requestFor({ model, date: '2020-01-02', configPath }));
    expect(ended).toEqual({ code: 0, stdout: `${JSON.stringify(expected)}\n`, stderr: '' });
  });

  it('ends with a message on standard error, and as one not to be tried again, on a date without prices', async () => {
    const ended = await runCommand({ model, date: '2020-01-01', config_path: writeConfig(folder) });
    expect(ended).toEqual({
      code: 65,
      stdout: '',
      stderr:
        'no prices for 2020-01-01: not a trading day of the S&P 500 (data covers 2000-01-03 to 2020-04-17)\n',
    });
  });

  it('fails on a request that is no JSON', async () => {
    const ended = await runNode([join(exampleFolder, 'command.js')], 'hello');
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('JSON');
  });

  it('says what to do when the prices are not installed', async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    cpSync(exampleFolder, elsewhere, { recursive: true });
    writeFileSync(join(elsewhere, 'package.json'), '{ "type": "module" }');
    const request = { model, date: '2020-01-02', config_path: writeConfig(folder) };
    expect(await runCommand(request, elsewhere)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'the prices are missing: the package vega-datasets is not installed, run npm ci\n',
    });
  });
});

describe('several processes on one book', () => {
  it('carry the position from one to the other', async () => {
    const configPath = writeConfig(folder);
    const first = await runTradingSession(requestFor({ model, date: '2020-01-02', configPath }));
    const second = await runCommand({ model, date: '2020-01-03', config_path: configPath });
    const third = await runTradingSession(requestFor({ model, date: '2020-01-06', configPath }));
    const { value, position } = JSON.parse(second.stdout) as { value: number; position: number };
    expect(position).toBe(first.position);
    expect(third).toMatchObject({ position, profit: third.value - value });
  });

  it('append whole lines at the same time', async () => {
    const book = join(folder, 'busy-book');
    const configPath = writeConfig(folder, { book_dir: book });
    const dates = tradingDays({ from: '2019-01-01' });
    // Each process walks through half of the days as fast as it can.
    const script = `
      import { text } from 'node:stream/consumers';
      import { runTradingSession } from ${JSON.stringify(pathToFileURL(join(exampleFolder, 'session.js')))};
      const { dates, ...request } = JSON.parse(await text(process.stdin));
      const { signal } = new AbortController();
      for (const date of dates) await runTradingSession({ ...request, date, signal, reportProgress() {} });
    `;
    const half = (remainder: number) => dates.filter((_date, index) => index % 2 === remainder);
    const endings = await Promise.all(
      [half(0), half(1)].map((dates) =>
        runNode(
          ['--input-type=module', '--eval', script],
          JSON.stringify({ jobId: 'job-1', attempt: 1, model, configPath, dates }),
        ),
      ),
    );
    expect(endings).toEqual([0, 0].map((code) => ({ code, stdout: '', stderr: '' })));
    const recorded = linesOf(join(book, `${model}.jsonl`)).map(({ date }) => date);
    expect(recorded.sort()).toEqual(dates);
  });
});
