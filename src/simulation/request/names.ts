// What a date and a model's name must look like, wherever one comes in.
import { z } from 'zod';
import { ownActor } from '../../event-store/event-store.js';

/** Text as UTF-8 can hold it: half of a surrogate pair would be read back as another character. */
export const text = (lengthMax: number) =>
  z
    .string()
    // Before anything walks it: it may be as long as a body.
    .max(lengthMax, { abort: true })
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');

/** A day of the calendar; `2025-1-6` and `2025-02-30` are none. */
export const isoDate = z.iso.date({ error: 'must be a calendar date in the form YYYY-MM-DD' });

const nameLengthMax = 200;

/** In Unicode code points, so that a character outside of the basic plane counts once. */
const isShort = (name: string): boolean =>
  name.length <= nameLengthMax ||
  (name.length <= 2 * nameLengthMax && Array.from(name).length <= nameLengthMax);

/** Anything that can be shown goes, slashes and spaces too. A job of before may have a model of any such name. */
export const storedModelName = z
  .string()
  .min(1, 'must have at least 1 character')
  .refine(isShort, { error: `must have at most ${nameLengthMax} characters`, abort: true })
  .refine((name) => !/\p{Cc}/u.test(name), 'must not contain control characters')
  .refine((name) => name.isWellFormed(), 'must be well-formed Unicode');

/** URL libraries take a dot or two, percent-encoded as well, for steps between folders: no client could reach the model. */
export const modelName = storedModelName.refine(
  (name) => name !== '.' && name !== '..',
  'must not be "." or "..", which no URL can name: any other text of 1 to 200 characters without control characters goes',
);

/** Who runs a model-day. */
export const workerName = text(200)
  .min(1)
  .refine((name) => !/\p{Cc}/u.test(name), 'must not contain control characters')
  .refine((name) => name !== ownActor, `"${ownActor}" is the worker inside the service`);
