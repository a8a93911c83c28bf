// Times in requests: RFC 3339 with any offset, taken in the form in which Daybook writes them, so that they compare.
import { z } from 'zod';
import { timestamp } from '../runtime/runtime.js';

const error = 'must be a time as in RFC 3339, like 2025-01-20T14:30:00Z';

export const time = z.iso
  .datetime({ offset: true, error })
  .transform((text) => timestamp(Date.parse(text)))
  // An offset can lead out of the years that RFC 3339 can write.
  .refine((text) => /^\d{4}-/.test(text), { error });
