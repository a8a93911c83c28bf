// A report of progress comes from somebody else's program, so it is looked at before it is passed on.
import { z } from 'zod';
import type { Progress } from './executor.js';

const progress = z.object({ percent: z.number().min(0).max(100), message: z.string().exactOptional() });

/** The progress that `value` reports; undefined when it is malformed, for a bad report must not fail good work. */
export const parseProgress = (value: unknown): Progress | undefined => progress.safeParse(value).data;
