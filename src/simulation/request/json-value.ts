// A value of a caller's own, kept for ever: it must read back as the very value that was sent.
import { z } from 'zod';

/** Deeper values exist to break whoever walks them. */
const levelsMax = 500;

/** What JSON text can carry and the log cannot, or undefined when all is well. Its own stack: the value may be deep. */
function unkeepable(value: unknown): string | undefined {
  const waiting: { value: unknown; level: number }[] = [{ value, level: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, level } = next;
    if (typeof value === 'number' && !Number.isFinite(value)) return 'has a number too large to be kept';
    if (typeof value !== 'object' || value === null) continue;
    if (level === levelsMax) return `must not be nested deeper than ${levelsMax} levels`;
    for (const inner of Object.values(value)) waiting.push({ value: inner, level: level + 1 });
  }
  return undefined;
}

export const jsonValue = z.unknown().superRefine((value, context) => {
  const message = unkeepable(value);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});
