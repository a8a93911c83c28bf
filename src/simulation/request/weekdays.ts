// The days that a range of dates stands for: every Monday to Friday between its ends, both included.

const dayMs = 24 * 60 * 60 * 1000;
const isWeekday = (dayIndex: number): boolean => {
  // Day 0 of the epoch was a Thursday.
  const dayOfWeek = (((dayIndex + 4) % 7) + 7) % 7;
  return dayOfWeek !== 0 && dayOfWeek !== 6;
};

const dayIndexOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / dayMs;

/** How many there are, without making them: a range may span thousands of years. */
export function countWeekdays(start: string, end: string): number {
  const first = dayIndexOf(start);
  const days = dayIndexOf(end) - first + 1;
  if (days <= 0) return 0;
  const weeks = Math.floor(days / 7);
  let count = weeks * 5;
  for (let day = first + weeks * 7; day < first + days; day += 1) if (isWeekday(day)) count += 1;
  return count;
}

/** `YYYY-MM-DD`, ascending. */
export function weekdaysBetween(start: string, end: string): string[] {
  const dates: string[] = [];
  for (let day = dayIndexOf(start); day <= dayIndexOf(end); day += 1) {
    if (isWeekday(day)) dates.push(new Date(day * dayMs).toISOString().slice(0, 10));
  }
  return dates;
}
