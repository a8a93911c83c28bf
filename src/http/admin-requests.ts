// What admins ask for, checked at the door.
import { z } from 'zod';

/** All projections unless one is named. */
export const rebuildRequest = z.strictObject({ projection: z.string().min(1).max(100).optional() });
