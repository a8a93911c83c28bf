// A value of a caller's own, kept for ever: it must read back as the very value that was sent.
import { z } from 'zod';

/** Deeper values exist to break whoever walks them. */
const levelsMax = 500;

/** Its own stack: the value may be deep. */
function isTooDeep(value: unknown): boolean {
  const waiting: { value: unknown; level: number }[] = [{ value, level: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, level } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (level === levelsMax) return true;
    for (const inner of Object.values(value))
      if (typeof inner === 'object') waiting.push({ value: inner, level: level + 1 });
  }
  return false;
}

/** That its numbers can be kept, the text has shown. */
export const jsonValue = z
  .unknown()
  .refine((value) => !isTooDeep(value), `must not be nested deeper than ${levelsMax} levels`);
