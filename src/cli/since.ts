// A moment as people write it: a time as in RFC 3339, a date, or how long ago.
import { systemRuntime, timestamp } from '../runtime/runtime.js';
import { durationMs } from './duration.js';

const time = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

/** @throws Error that says which forms there are */
export function timeSince(text: string): string {
  const agoMs = durationMs(text);
  if (agoMs !== undefined) return timestamp(systemRuntime.nowMs() - agoMs);
  const moment = text.includes('T') ? text : `${text}T00:00:00Z`;
  const [, date = ''] = time.exec(moment) ?? [];
  const ms = isCalendarDate(date) ? Date.parse(moment) : NaN;
  if (Number.isNaN(ms))
    throw new Error(`"${text}" is no moment: write 2025-01-20T14:30:00Z, 2025-01-20, 30m, 12h, 7d or 2w`);
  return timestamp(ms);
}

/** `Date.parse` takes a 30 February for a day in March. */
const isCalendarDate = (date: string): boolean => {
  const ms = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(ms) && timestamp(ms).startsWith(date);
};
