// The one source of clock, chance, ids and timers. Everything else is handed a Runtime, so that a test (and one
// day a seeded simulation of the whole service) can drive time itself.
import { randomUUID } from 'node:crypto';

export type Cancel = () => void;

/** A class, so that it can be injected by its name; its members are properties, so that `{ ...runtime, nowMs }` is one too. */
export abstract class Runtime {
  /** Milliseconds since the epoch, UTC. */
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

export const systemRuntime: Runtime = {
  nowMs: () => Date.now(),
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
