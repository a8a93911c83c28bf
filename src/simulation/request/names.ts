// What a date and a model's name must look like, wherever one comes in.
import { z } from 'zod';
import { ownActor } from '../../event-store/event-store.js';

/** Text as UTF-8 can hold it: half of a surrogate pair would be read back as another character. */
export const text = (lengthMax: number) =>
  z
    .string()
    .max(lengthMax)
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');

/** A day of the calendar; `2025-1-6` and `2025-02-30` are none. */
export const isoDate = z.iso.date({ error: 'must be a calendar date in the form YYYY-MM-DD' });

/** In Unicode code points, so that a character outside of the basic plane counts once. */
const lengthOf = (text: string): number => Array.from(text).length;

/** Anything that can be shown goes, slashes and spaces too. */
export const modelName = z
  .string()
  .min(1, 'must have at least 1 character')
  .refine((name) => lengthOf(name) <= 200, 'must have at most 200 characters')
  .refine((name) => !/\p{Cc}/u.test(name), 'must not contain control characters')
  .refine((name) => name.isWellFormed(), 'must be well-formed Unicode');

/** Who runs a model-day. */
export const workerName = text(200)
  .min(1)
  .refine((name) => !/\p{Cc}/u.test(name), 'must not contain control characters')
  .refine((name) => name !== ownActor, `"${ownActor}" is the worker inside the service`);
