// A number in a query or a header: digits and nothing else, where JavaScript would also read 0x2, 1e1 or nothing at all.
import { z } from 'zod';

const digits = /^\d{1,16}$/;

/** From `min` to `max`, both included. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.preprocess(
    (given) => (typeof given === 'string' && digits.test(given) ? Number(given) : given),
    z.int({ error, abort: true }).min(min, { error }).max(max, { error }),
  );
}
