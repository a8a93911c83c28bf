// The module executor against functions that succeed, fail and ignore what they are told.
import { systemRuntime } from '../../../src/runtime/runtime.js';
import { ModuleExecutor, type WorkFunction } from '../../../src/work/executors/module-executor.js';
import { WatchedContext } from './workplace.js';

const executorOf = (work: WorkFunction): ModuleExecutor =>
  new ModuleExecutor(work, { runtime: systemRuntime, resultLimitBytes: 1_000, abortGraceMs: 20 });

const run = (work: WorkFunction, context = new WatchedContext()): Promise<unknown> =>
  executorOf(work).execute({}, context);

/** Work that ends as soon as its signal aborts. */
const obedient: WorkFunction = ({ signal }) =>
  new Promise((_, reject) => {
    (signal as AbortSignal).addEventListener('abort', () => {
      reject(new Error('I was told to end'));
    });
  });

const stubborn: WorkFunction = () => new Promise(() => undefined);

const fail = (thrown: unknown): WorkFunction => {
  return () => {
    throw thrown;
  };
};

const cycle: WorkFunction = () => {
  const list: unknown[] = [];
  list.push({ list });
  return list;
};

const shared = { value: [1] };

describe('a module executor', () => {
  it('gives the function the request in camelCase', async () => {
    const request = { job_id: 'a', config_path: '/c', attempt: 2, day_1_of: ['x_y'] };
    const echo: WorkFunction = ({ signal, reportProgress, ...rest }) => {
      expect(signal).toBeInstanceOf(AbortSignal);
      expect(reportProgress).toBeInstanceOf(Function);
      return rest;
    };
    expect(await executorOf(echo).execute(request, new WatchedContext())).toEqual({
      jobId: 'a',
      configPath: '/c',
      attempt: 2,
      day1Of: ['x_y'],
    });
  });

  it('takes a value or a promise, and undefined for no result', async () => {
    expect(await run(() => 1)).toBe(1);
    expect(await run(() => Promise.resolve(null))).toBeNull();
    expect(await run(() => Promise.resolve())).toBeUndefined();
  });

  it('gives a copy of the result as JSON', async () => {
    const kept = { at: new Date(0), gone: undefined, list: [1] };
    const result = await run(() => kept);
    kept.list.push(2);
    expect(result).toEqual({ at: '1970-01-01T00:00:00.000Z', list: [1] });
  });

  it('passes progress on while the work runs, and no malformed progress', async () => {
    const context = new WatchedContext();
    let report: (progress: unknown) => void = () => undefined;
    await run(({ reportProgress }) => {
      report = reportProgress as typeof report;
      report({ percent: 10, message: 'began', more: true });
      report({ percent: 'much' });
      report(undefined);
    }, context);
    report({ percent: 90 });
    expect(context.reports).toEqual([{ percent: 10, message: 'began' }]);
  });

  it('rejects with the error of the function, thrown or rejected', async () => {
    const error = new Error('no data');
    await expect(run(fail(error))).rejects.toBe(error);
    await expect(run(() => Promise.reject(error))).rejects.toBe(error);
  });

  it.each([
    ['a string', 'no data', 'no data'],
    ['an object with a message', { message: 'no data' }, 'no data'],
    ['an object without one', { code: 5 }, 'thrown without a message: { code: 5 }'],
    ['an error without one', new TypeError(''), 'TypeError without a message'],
    ['an empty string', '', "thrown without a message: ''"],
    ['undefined', undefined, 'thrown without a message: undefined'],
    ['null', null, 'thrown without a message: null'],
    ['a number', 7, 'thrown without a message: 7'],
    ['a symbol', Symbol('bad'), 'thrown without a message: Symbol(bad)'],
  ])('makes an Error of %s', async (_, thrown, message) => {
    await expect(run(fail(thrown))).rejects.toEqual(new Error(message));
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the test is about
    await expect(run(() => Promise.reject(thrown))).rejects.toEqual(new Error(message));
  });

  it.each([
    ['a cycle', cycle, /circular structure/],
    ['a BigInt', () => ({ profit: 1n }), /BigInt/],
    ['a function', () => () => 1, /it is a function\.$/],
    ['a symbol', () => Symbol('x'), /it is a symbol\.$/],
  ])('says that %s is no JSON', async (_, work, message) => {
    await expect(run(work)).rejects.toThrow('The result cannot be written as JSON: ');
    await expect(run(work)).rejects.toThrow(message);
  });

  it.each<[what: string, result: unknown, place: string]>([
    ['NaN', { days: [{ 'a/b': NaN }] }, '/days/0/a~1b is NaN'],
    ['Infinity', [1, -Infinity], '/1 is -Infinity'],
    ['a hole in a list', [1, undefined, 2], '/1 is undefined'],
    ['a function', { a: {}, b: { c: () => 1 } }, '/b/c is a function'],
    ['a BigInt', [[], [[], 1n]], '/1/1 is a BigInt'],
    ['a Map', { a: 1, b: new Map([['c', 1]]) }, '/b is of the kind Map'],
    ['a Set', new Set([1]), 'it is of the kind Set'],
    ['a typed array', { a: new Float64Array(2) }, '/a is of the kind Float64Array'],
    ['a Date that is none', { at: new Date(NaN) }, '/at is a Date that is none'],
    [
      'more levels than are kept',
      JSON.parse('['.repeat(501) + ']'.repeat(501)),
      'nested deeper than 500 levels',
    ],
  ])('refuses %s for good, and names the place', async (_, result, place) => {
    const error = await run(() => result).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining(place), retryable: false });
  });

  it.each<[what: string, result: unknown]>([
    ['the same object twice', { a: shared, b: [shared, { c: shared }] }],
    ['-0 and the smallest number', [-0, 5e-324]],
    [
      'an object of a class',
      new (class {
        readonly value = 1;
      })(),
    ],
    ['500 levels', JSON.parse('['.repeat(500) + ']'.repeat(500))],
  ])('keeps %s', async (_, result) => {
    expect(JSON.stringify(await executorOf(() => result).execute({}, new WatchedContext()))).toBe(
      JSON.stringify(result),
    );
  });

  it('refuses a result over the limit', async () => {
    expect(await run(() => 'x'.repeat(998))).toHaveLength(998);
    await expect(run(() => 'x'.repeat(999))).rejects.toThrow('The result is longer than 1000 bytes of JSON.');
  });

  it('aborts the signal of the function and rejects with the reason', async () => {
    const context = new WatchedContext();
    const running = run(obedient, context);
    context.abort(new Error('The time of 5 seconds is over.'));
    await expect(running).rejects.toThrow('The time of 5 seconds is over.');
  });

  it('rejects with the reason although the function came to a result', async () => {
    const context = new WatchedContext();
    const running = run(() => {
      context.abort(new Error('cancelled'));
      return 1;
    }, context);
    await expect(running).rejects.toThrow('cancelled');
  });

  it('leaves a function that ignores its signal after the grace', async () => {
    const context = new WatchedContext();
    const running = run(stubborn, context);
    context.abort('cancelled');
    await expect(running).rejects.toEqual(new Error('cancelled'));
  });

  it('does not call the function when the signal has aborted before', async () => {
    const context = new WatchedContext();
    context.abort();
    const called: unknown[] = [];
    await expect(run((request) => called.push(request), context)).rejects.toThrow(
      'This operation was aborted',
    );
    expect(called).toEqual([]);
  });

  it('ends what runs when it is closed, and refuses what comes later', async () => {
    const executor = executorOf(obedient);
    const running = executor.execute({}, new WatchedContext());
    const refused = expect(running).rejects.toThrow('The executor is closed.');
    await executor.close();
    await refused;
    await expect(executor.execute({}, new WatchedContext())).rejects.toThrow('The executor is closed.');
    await executor.close();
  });
});
