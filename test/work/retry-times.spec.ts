// When a failed attempt may be tried again: later each time, never twice the same, and within bounds.
import { systemRuntime, type Runtime } from '../../src/runtime/runtime.js';
import { JobPolicy } from '../../src/simulation/commands/job-policy.js';

const now = Date.parse('2025-01-20T14:30:00.000Z');

const runtimeWith = (chance: number): Runtime => ({
  nowMs: () => now,
  random: () => chance,
  uuid: () => systemRuntime.uuid(),
  after: (ms, call) => systemRuntime.after(ms, call),
  nextTurn: () => systemRuntime.nextTurn(),
});

const limits = {
  activeJobsMax: 1,
  modelDaysMax: 10,
  attemptsMax: 5,
  retryBaseDelayMs: 1_000,
  leaseMs: 60_000,
};

/** The delays of the second, third, … attempt in milliseconds. */
const delays = (chance: number, others: Partial<typeof limits> = {}): number[] =>
  new JobPolicy(runtimeWith(chance), { ...limits, ...others })
    .retryTimes()
    .map((time) => Date.parse(time) - now);

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
  expect(delays(almostOne, { retryBaseDelayMs: 0 })).toEqual([0, 0, 0, 0]);
});

it('lets what died with its service start again at once', () => {
  const policy = new JobPolicy(runtimeWith(0.5), limits);
  expect(policy.immediateRetryTimes()).toEqual(new Array<string>(4).fill('2025-01-20T14:30:00.000Z'));
});

it('writes times as RFC 3339 in UTC with milliseconds', () => {
  const policy = new JobPolicy(runtimeWith(0.5), limits);
  expect(policy.now()).toBe('2025-01-20T14:30:00.000Z');
  expect(policy.leaseEnd()).toBe('2025-01-20T14:31:00.000Z');
  expect(policy.retryTimes()[0]).toBe('2025-01-20T14:30:00.750Z');
});
