// When a failed attempt may be tried again: later each time, never twice the same, and within bounds.
import { readSettings } from '../../src/config.js';
import { systemRuntime, type Runtime } from '../../src/runtime/runtime.js';
import { modelDays } from '../../src/simulation/work/model-days.js';
import { LeaseTerms } from '../../src/work/lease-terms.js';
import { retryTimes, type Retries } from '../../src/work/retries.js';
import type { FailureCause } from '../../src/work/work-kind.js';

const now = Date.parse('2025-01-20T14:30:00.000Z');

const runtimeWith = (chance: number): Runtime => ({
  nowMs: () => now,
  random: () => chance,
  uuid: () => systemRuntime.uuid(),
  after: (ms, call) => systemRuntime.after(ms, call),
  nextTurn: () => systemRuntime.nextTurn(),
});

const retries = { attemptsMax: 5, baseDelayMs: 1_000 };

/** The delays of the second, third, … attempt in milliseconds. */
const delays = (chance: number, others: Partial<Retries> = {}): number[] =>
  retryTimes({ ...retries, ...others }, runtimeWith(chance)).map((time) => Date.parse(time) - now);

const almostOne = 1 - Number.EPSILON;

it('doubles the delay each time, and spreads it over its upper half', () => {
  expect(delays(0)).toEqual([500, 1_000, 2_000, 4_000]);
  expect(delays(0.5)).toEqual([750, 1_500, 3_000, 6_000]);
  expect(delays(almostOne)).toEqual([1_000, 2_000, 4_000, 8_000]);
});

it('names one time less than there are attempts', () => {
  expect(delays(0, { attemptsMax: 1 })).toEqual([]);
  expect(delays(0, { attemptsMax: 2 })).toEqual([500]);
});

it('waits an hour at most, however many attempts there are', () => {
  const hour = 60 * 60 * 1000;
  const times = delays(almostOne, { attemptsMax: 100 });
  expect(Math.max(...times)).toBe(hour);
  expect(times.at(-1)).toBe(hour);
});

it('waits for nothing when the first delay is 0', () => {
  expect(delays(almostOne, { baseDelayMs: 0 })).toEqual([0, 0, 0, 0]);
});

it('lets what died with its service start again at once', () => {
  const settings = readSettings({ RETRY_BASE_DELAY_MS: '1000', MAX_ATTEMPTS: '5' });
  const failure = { error: 'x', retryable: true };
  const times = (cause: FailureCause) =>
    retryTimes(modelDays(settings).retriesOf({ ...failure, cause }), runtimeWith(0));
  expect(times('restart')).toEqual(new Array<string>(4).fill('2025-01-20T14:30:00.000Z'));
  expect(times('lease_expired')[0]).toBe('2025-01-20T14:30:00.500Z');
});

it('writes times as RFC 3339 in UTC with milliseconds', () => {
  const terms = new LeaseTerms(runtimeWith(0.5), 60_000);
  expect(terms.now()).toBe('2025-01-20T14:30:00.000Z');
  expect(terms.end()).toBe('2025-01-20T14:31:00.000Z');
  expect(retryTimes(retries, runtimeWith(0.5))[0]).toBe('2025-01-20T14:30:00.750Z');
});
