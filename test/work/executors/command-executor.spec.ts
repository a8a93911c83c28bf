// The command executor against real processes: what they print, how they end, and how they are ended.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemRuntime } from '../../../src/runtime/runtime.js';
import { CommandExecutor } from '../../../src/work/executors/command-executor.js';
import { Roll, stubbornScript, temporaryFolder, WatchedContext } from './workplace.js';

const executorOf = (script: string, killGraceMs = 10_000, resultLimitBytes = 1_000): CommandExecutor =>
  new CommandExecutor(process.execPath, ['-e', script], {
    runtime: systemRuntime,
    resultLimitBytes,
    killGraceMs,
  });

const run = (script: string, context = new WatchedContext()): Promise<unknown> =>
  executorOf(script).execute({}, context);

/** Prints a report of progress, by which a test learns that the program has come so far. */
const say = (message: string): string =>
  `console.log(JSON.stringify({ progress: { percent: 0, message: ${JSON.stringify(message)} } }));`;

const isAlive = (processId: number): boolean => {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
};

describe('a command executor', () => {
  const folder = temporaryFolder();
  let roll: Roll;

  beforeAll(async () => {
    roll = await Roll.open();
  });

  afterAll(() => {
    roll.close();
    folder.remove();
  });

  it('gives the program the request as one line of JSON and its environment', async () => {
    const request = { job_id: 'a', attempt: 1, note: 'two\nlines, né€' };
    const script = `
      let input = '';
      process.stdin.setEncoding('utf8').on('data', (text) => (input += text));
      process.stdin.on('end', () => console.log(JSON.stringify({ input, path: process.env.PATH })));`;
    const result = await executorOf(script).execute(request, new WatchedContext());
    expect(result).toEqual({ input: `${JSON.stringify(request)}\n`, path: process.env['PATH'] });
  });

  it('takes the result from the last line after noise, and progress from the lines before', async () => {
    const context = new WatchedContext();
    const result = await run(
      `console.log('loading'); ${say('half')} console.log('warning'); console.log('{"profit":-1.5}'); console.log();`,
      context,
    );
    expect(result).toEqual({ profit: -1.5 });
    expect(context.reports).toEqual([{ percent: 0, message: 'half' }]);
  });

  it('has no result when the program prints nothing', async () => {
    expect(await run('')).toBeUndefined();
  });

  it('fails when the last line is not JSON', async () => {
    await expect(run(`console.log('{}'); console.log('bye')`)).rejects.toThrow(
      'The last line of standard output is not JSON. It begins: bye',
    );
  });

  it('fails when the last line is over the limit', async () => {
    await expect(run(`console.log(JSON.stringify('x'.repeat(100_000)))`)).rejects.toThrow(
      'The last line of standard output is longer than 1000 bytes.',
    );
  });

  it('says the exit code and the end of standard error', async () => {
    const failed = run(`console.log('{}');
      process.stderr.write('x'.repeat(500_000) + 'é'.repeat(1_990) + ' no data\\n', () => process.exit(3));`);
    await expect(failed).rejects.toEqual(
      new Error(`The program ended with exit code 3; its standard error ends: x${'é'.repeat(1_990)} no data`),
    );
  });

  it('says the exit code alone when standard error is empty', async () => {
    await expect(run('process.exit(4)')).rejects.toEqual(new Error('The program ended with exit code 4.'));
  });

  it('says which signal killed the program', async () => {
    await expect(run(`process.kill(process.pid, 'SIGKILL')`)).rejects.toThrow(
      'The program ended with signal SIGKILL.',
    );
  });

  it('does not mind a program that does not read its input', async () => {
    const request = { filler: 'x'.repeat(5_000_000) };
    const script = `require('node:fs').closeSync(0); console.log('1');`;
    expect(await executorOf(script).execute(request, new WatchedContext())).toBe(1);
  });

  it('keeps a character whole that is written in two parts', async () => {
    const script = `
      const bytes = Buffer.from('"né€"\\n');
      process.stdout.write(bytes.subarray(0, 3), () => {
        setTimeout(() => process.stdout.write(bytes.subarray(3)), 10);
      });`;
    expect(await run(script)).toBe('né€');
  });

  it('keeps nothing of 50 MB of noise, with and without lines', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const keptBytes = (): number => {
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const measures: number[] = [];
    const context = new WatchedContext();
    context.reportProgress = () => measures.push(keptBytes());
    const script = `
      const { writeSync } = require('node:fs');
      const write = (text) => {
        for (let rest = Buffer.from(text); rest.length > 0; ) {
          try { rest = rest.subarray(writeSync(1, rest)); } catch (error) { if (error.code !== 'EAGAIN') throw error; }
        }
      };
      for (let part = 0; part < 10; part += 1) {
        write('{"progress":{"percent":' + part + '}}\\n');
        write('x'.repeat(2_500_000) + '\\n' + 'noise of one line\\n'.repeat(140_000));
      }
      write('{"progress":{"percent":100}}\\n"done"\\n');`;
    expect(await executorOf(script).execute({}, context)).toBe('done');
    expect(measures).toHaveLength(11);
    expect(Math.max(...measures) - (measures[0] ?? 0)).toBeLessThan(5_000_000);
  });

  it('rejects when the program cannot be started', async () => {
    const executor = new CommandExecutor(join(folder.path, 'missing'), [], {
      runtime: systemRuntime,
      resultLimitBytes: 1_000,
      killGraceMs: 10,
    });
    await expect(executor.execute({}, new WatchedContext())).rejects.toThrow('ENOENT');
  });

  it('lets a program that is aborted end by itself, and rejects with the reason', async () => {
    const context = new WatchedContext();
    const file = join(folder.path, 'saved');
    const running = run(
      `process.on('SIGTERM', () => {
         require('node:fs').writeFileSync(${JSON.stringify(file)}, '');
         console.log('"saved"');
         process.exit(0);
       });
       setInterval(() => {}, 1_000);
       ${say('ready')}`,
      context,
    );
    await context.report('ready');
    context.abort(new Error('The time of 5 seconds is over.'));
    await expect(running).rejects.toThrow('The time of 5 seconds is over.');
    expect(existsSync(file)).toBe(true);
  });

  it('gives what the program started the time to end by itself, although the program ends at once', async () => {
    const context = new WatchedContext();
    const file = join(folder.path, 'saved later');
    const started = `
      process.on('SIGTERM', () => setTimeout(() => {
        require('node:fs').writeFileSync(${JSON.stringify(file)}, '');
        process.exit();
      }, 50));
      setInterval(() => {}, 1_000);
      process.send('ready');`;
    const running = run(
      `require('node:child_process')
         .spawn(process.execPath, ['-e', ${JSON.stringify(started)}], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
         .on('message', () => { ${say('ready')} });`,
      context,
    );
    await context.report('ready');
    context.abort('cancelled');
    await expect(running).rejects.toEqual(new Error('cancelled'));
    expect(existsSync(file)).toBe(true);
  });

  it('kills a program that ignores SIGTERM', async () => {
    const context = new WatchedContext();
    const arrival = roll.arrival();
    const running = executorOf(stubbornScript(roll), 50).execute({}, context);
    const { processId, death } = await arrival;
    context.abort('cancelled');
    await expect(running).rejects.toEqual(new Error('cancelled'));
    expect(isAlive(processId)).toBe(false);
    await death;
  });

  it('kills what the program started, although it holds the output open', async () => {
    const context = new WatchedContext();
    const arrival = roll.arrival();
    const running = executorOf(
      `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stubbornScript(roll))}],
         { stdio: 'inherit' });`,
      50,
    ).execute({}, context);
    const { death } = await arrival;
    context.abort('cancelled');
    await expect(running).rejects.toEqual(new Error('cancelled'));
    await death;
  });

  /** Starts a process that does not end by itself, and ends on SIGUSR2 with the result "left". */
  const leaveBehind = (options: string): string =>
    `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stubbornScript(roll))}], ${options});
     process.on('SIGUSR2', () => {
       console.log('"left"');
       process.exit(0);
     });`;

  it.each([
    ['that holds the output open', `{ stdio: 'inherit' }`],
    ['that holds nothing', `{ stdio: 'ignore' }`],
  ])('kills what is left of the group %s when the program has ended', async (_, options) => {
    const arrival = roll.arrival();
    const running = executorOf(leaveBehind(options), 50).execute({}, new WatchedContext());
    const { parentId, death } = await arrival;
    process.kill(parentId, 'SIGUSR2');
    expect(await running).toBe('left');
    await death;
  });

  it('does not wait for a process that left the group and holds the output open', async () => {
    const arrival = roll.arrival();
    const script = leaveBehind(`{ stdio: 'inherit', detached: true }`);
    const running = executorOf(script, 50).execute({}, new WatchedContext());
    const { processId, parentId, death } = await arrival;
    process.kill(parentId, 'SIGUSR2');
    expect(await running).toBe('left');
    process.kill(processId, 'SIGKILL');
    await death;
  });

  it('starts nothing when the signal has aborted before', async () => {
    const context = new WatchedContext();
    const file = join(folder.path, 'started');
    context.abort(new Error('cancelled'));
    await expect(
      run(`require('node:fs').writeFileSync(${JSON.stringify(file)}, '')`, context),
    ).rejects.toThrow('cancelled');
    expect(existsSync(file)).toBe(false);
  });

  it('ends a program that is aborted in the moment of its start', async () => {
    const context = new WatchedContext();
    const running = run('setInterval(() => {}, 1_000)', context);
    context.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
  });

  it('ends all that run when it is closed, and refuses what comes later', async () => {
    const executor = executorOf(`setInterval(() => {}, 1_000); ${say('ready')}`);
    const contexts = [new WatchedContext(), new WatchedContext()];
    const refused = contexts.map((context) =>
      expect(executor.execute({}, context)).rejects.toThrow('The executor is closed.'),
    );
    await Promise.all(contexts.map((context) => context.report('ready')));
    await executor.close();
    await Promise.all(refused);
    await expect(executor.execute({}, new WatchedContext())).rejects.toThrow('The executor is closed.');
  });
});
