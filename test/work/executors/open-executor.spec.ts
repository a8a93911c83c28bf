// Every executor setting, usable and not, with real files and programs.
import { relative } from 'node:path';
import { systemRuntime } from '../../../src/runtime/runtime.js';
import type { Executor } from '../../../src/work/executors/executor.js';
import { openExecutor } from '../../../src/work/executors/open-executor.js';
import { UnusableExecutor } from '../../../src/work/executors/unusable-executor.js';
import { temporaryFolder, WatchedContext } from './workplace.js';

const folder = temporaryFolder();

afterAll(() => {
  folder.remove();
});

const open = (setting: string): Promise<Executor | undefined> =>
  openExecutor(setting, {
    runtime: systemRuntime,
    functionName: 'runTradingSession',
    searchPath: `${folder.path}:/nowhere`,
    resultLimitBytes: 1_000,
  });

const resultOf = async (setting: string): Promise<unknown> => {
  const executor = await open(setting);
  try {
    return await executor?.execute({ job_id: 'a' }, new WatchedContext());
  } finally {
    await executor?.close();
  }
};

const refusal = async (setting: string): Promise<string> => {
  const error: unknown = await open(setting).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UnusableExecutor);
  return (error as UnusableExecutor).message;
};

describe('the setting none', () => {
  it('opens no executor', async () => {
    expect(await open('none')).toBeUndefined();
  });
});

describe('the setting module:<path>', () => {
  const work = 'export const runTradingSession = async ({ jobId }) => ({ ran: jobId });';

  it('calls the function of a module, its path absolute, relative or with spaces', async () => {
    const file = folder.write('the work #1.mjs', work);
    expect(await resultOf(`module:${file}`)).toEqual({ ran: 'a' });
    expect(await resultOf(`module:${relative(process.cwd(), file)}`)).toEqual({ ran: 'a' });
  });

  it('refuses an empty path', async () => {
    expect(await refusal('module: ')).toBe('There is no path after module: (module:<path of an ES module>).');
  });

  it('refuses a path where no file is', async () => {
    expect(await refusal(`module:${folder.path}/none.mjs`)).toBe(`There is no file ${folder.path}/none.mjs.`);
    expect(await refusal(`module:${folder.path}`)).toBe(
      `${folder.path} is not a file: give the path of an ES module.`,
    );
  });

  it('refuses a module that fails to load, and says why', async () => {
    const file = folder.write('broken.mjs', `throw new Error('no licence');`);
    expect(await refusal(`module:${file}`)).toBe(`The module ${file} fails to load: no licence`);
    const wrong = folder.write('wrong.mjs', 'export const = 1;');
    expect(await refusal(`module:${wrong}`)).toContain(`The module ${wrong} fails to load: `);
  });

  it('refuses a module without the function, and says what it exports', async () => {
    const other = folder.write('other.mjs', 'export const run = () => 1; export default 2;');
    expect(await refusal(`module:${other}`)).toBe(
      `The module ${other} must export a function runTradingSession. It exports: default, run.`,
    );
    const empty = folder.write('empty.mjs', '');
    expect(await refusal(`module:${empty}`)).toContain('It exports: nothing.');
    const value = folder.write('value.mjs', 'export const runTradingSession = 1;');
    expect(await refusal(`module:${value}`)).toContain(
      'It exports: runTradingSession, and its runTradingSession is no function but a number.',
    );
  });
});

describe('the setting command:<program and arguments>', () => {
  const print = folder.write('print.cjs', 'console.log(JSON.stringify(process.argv.slice(2)));');
  const program = folder.write('a program', `#!${process.execPath}\nconsole.log('"ran"');\n`, 0o755);
  const plain = folder.write('plain', 'no program', 0o644);

  it('runs a program with words that are split and quoted as in a shell', async () => {
    const words = `one 'two words' "it's" --key="a b" ""`;
    expect(await resultOf(`command:"${process.execPath}" "${print}" ${words}`)).toEqual([
      'one',
      'two words',
      "it's",
      '--key=a b',
      '',
    ]);
  });

  it('finds a program by its path, absolute or relative, and on the PATH', async () => {
    expect(await resultOf(`command:'${program}'`)).toBe('ran');
    expect(await resultOf(`command:'./${relative(process.cwd(), program)}'`)).toBe('ran');
    expect(await resultOf(`command:'a program'`)).toBe('ran');
  });

  it('refuses an empty command', async () => {
    const message = 'There is no program after command: (command:<program and arguments>).';
    expect(await refusal('command:')).toBe(message);
    expect(await refusal('command:  ')).toBe(message);
    expect(await refusal(`command:"" x`)).toBe(message);
  });

  it('refuses a quote that is not closed', async () => {
    expect(await refusal(`command:print "a`)).toBe('A quote is not closed in the command: print "a');
    expect(await refusal(`command:print it's`)).toContain('A quote is not closed');
  });

  it('refuses a program that is not there', async () => {
    expect(await refusal('command:./missing x')).toBe(`There is no program ${process.cwd()}/missing.`);
    expect(await refusal(`command:'${folder.path}/missing'`)).toBe(
      `There is no program ${folder.path}/missing.`,
    );
    expect(await refusal(`command:'${folder.path}/'`)).toBe(`There is no program ${folder.path}.`);
  });

  it('refuses a program that is not on the PATH', async () => {
    expect(await refusal('command:missing x')).toBe(
      `There is no program missing on the PATH (${folder.path}:/nowhere): install it or give its path.`,
    );
  });

  it('refuses a program that is not executable', async () => {
    const message = `${plain} is not executable: chmod +x it, or name its interpreter first.`;
    expect(await refusal(`command:'${plain}'`)).toBe(message);
    expect(await refusal('command:plain')).toBe(message);
  });
});

describe('any other setting', () => {
  it.each(['', 'nothing', 'None', 'http://x', 'module', 'None:', ':x'])('refuses "%s"', async (setting) => {
    expect(await refusal(setting)).toBe(
      `There is no executor "${setting}": give none, module:<path> or command:<program and arguments>.`,
    );
  });
});
