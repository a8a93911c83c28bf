// When what failed may be tried again.
import { timestamp, type Runtime } from '../runtime/runtime.js';

export interface Retries {
  attemptsMax: number;
  /** Before the second attempt, in milliseconds; 0 for no delay at all. */
  baseDelayMs: number;
}

const longestDelayMs = 60 * 60 * 1000;

/** A time further ahead than any delay was set with a clock that was ahead: it holds up nothing. */
export const isToCome = (notBefore: string, now: string): boolean =>
  notBefore > now && Date.parse(notBefore) - Date.parse(now) <= longestDelayMs;

/**
 * When the second, third, … attempt may start if this one fails now: the delay doubles each time (exponential backoff),
 * and each is somewhere in its upper half (jitter), so that what failed together does not come back together.
 */
export function retryTimes({ attemptsMax, baseDelayMs }: Retries, runtime: Runtime): string[] {
  const now = runtime.nowMs();
  return Array.from({ length: attemptsMax - 1 }, (_, used) => {
    const delayMs = Math.min(baseDelayMs * 2 ** used, longestDelayMs);
    return timestamp(now + Math.round(delayMs * (0.5 + runtime.random() / 2)));
  });
}
