// Times in requests: RFC 3339 with any offset, taken in the form in which Daybook writes them, so that they compare.
import { z } from 'zod';
import { timestamp } from '../runtime/runtime.js';

export const time = z.iso
  .datetime({ offset: true, error: 'must be a time as in RFC 3339, like 2025-01-20T14:30:00Z' })
  .transform((text) => timestamp(Date.parse(text)));
