// A moment as people write it: a time as in RFC 3339, a date, or how long ago, like 30m, 12h or 7d.
import { z } from 'zod';
import { systemRuntime, timestamp } from '../runtime/runtime.js';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

const time = z.iso.datetime({ offset: true });

/** @throws Error that says which forms there are */
export function timeSince(text: string): string {
  const ago = /^(\d{1,6})([smhd])$/.exec(text);
  if (ago !== null)
    return timestamp(systemRuntime.nowMs() - Number(ago[1]) * (unitMs[ago[2] as string] as number));
  const moment = time.safeParse(text.includes('T') ? text : `${text}T00:00:00Z`);
  if (!moment.success)
    throw new Error(`"${text}" is no moment: write 2025-01-20T14:30:00Z, 2025-01-20, 30m, 12h or 7d`);
  return timestamp(Date.parse(moment.data));
}
