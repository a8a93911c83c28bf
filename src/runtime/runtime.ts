// The one source of clock, chance, ids and timers. Everything else is handed a Runtime, so that a test (and one
// day a seeded simulation of the whole service) can drive time itself.
import { randomUUID } from 'node:crypto';

export type Cancel = () => void;

/** A class, so that it can be injected by its name; its members are properties, so that `{ ...runtime, nowMs }` is one too. */
export abstract class Runtime {
  /** Whole milliseconds since the epoch, UTC. It never goes back (monotonic), whatever is done to the system's clock. */
  abstract readonly nowMs: () => number;
  /** A version 4 UUID. */
  abstract readonly uuid: () => string;
  /** A number in [0, 1). */
  abstract readonly random: () => number;
  /** Calls once after `ms` milliseconds, unless cancelled. */
  abstract readonly after: (ms: number, call: () => void) => Cancel;
  /** Resolves on the next turn of the event loop: lets other work in between two long steps. */
  abstract readonly nextTurn: () => Promise<void>;
}

/** RFC 3339, UTC, milliseconds, `Z`: the only form in which Daybook writes a time. */
export const timestamp = (ms: number): string => new Date(ms).toISOString();

/** Seconds on a clock that never goes back. For measuring how long something took: nothing may be decided by it. */
export const stopwatch = (): number => performance.now() / 1_000;

/** Resolves after `ms` milliseconds, or when `until` aborts. */
export function pause(runtime: Runtime, ms: number, until?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      until?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = runtime.after(ms, done);
    until?.addEventListener('abort', done);
    if (until?.aborted === true) done();
  });
}

/**
 * A clock that goes on when the wall clock is set back, and follows it when that is ahead: set forward, or after the
 * machine has slept. See docs/decisions/0017-a-clock-that-never-goes-back.md.
 */
export function forwardClock(wallMs: () => number, steadyMs: () => number): () => number {
  let aheadMs = -Infinity;
  return () => {
    const steady = steadyMs();
    aheadMs = Math.max(aheadMs, wallMs() - steady);
    return Math.floor(steady + aheadMs);
  };
}

export const systemRuntime: Runtime = {
  nowMs: forwardClock(
    () => Date.now(),
    () => performance.now(),
  ),
  uuid: () => randomUUID(),
  random: () => Math.random(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => {
      clearTimeout(timer);
    };
  },
  nextTurn: () =>
    new Promise((resolve) => {
      setImmediate(resolve);
    }),
};
