// The weekdays of a range of dates.
import fc from 'fast-check';
import { countWeekdays, weekdaysBetween } from '../../../src/simulation/request/weekdays.js';

const iso = (date: Date): string => date.toISOString().slice(0, 10);

/** The calendar's own answer, day by day. */
function calendarWeekdays(start: string, end: string): string[] {
  const dates: string[] = [];
  for (const day = new Date(start); iso(day) <= end; day.setUTCDate(day.getUTCDate() + 1)) {
    if (day.getUTCDay() % 6 !== 0) dates.push(iso(day));
  }
  return dates;
}

describe('the weekdays between two dates', () => {
  it('are Monday to Friday, both ends included', () => {
    expect(weekdaysBetween('2025-01-03', '2025-01-07')).toEqual(['2025-01-03', '2025-01-06', '2025-01-07']);
    expect(weekdaysBetween('2025-01-06', '2025-01-06')).toEqual(['2025-01-06']);
  });

  it('are none on a weekend, and none when the end comes first', () => {
    expect(weekdaysBetween('2025-01-04', '2025-01-05')).toEqual([]);
    expect(countWeekdays('2025-01-04', '2025-01-05')).toBe(0);
    expect(weekdaysBetween('2025-01-07', '2025-01-06')).toEqual([]);
    expect(countWeekdays('2025-01-07', '2025-01-06')).toBe(0);
    expect(countWeekdays('2025-02-07', '2025-01-06')).toBe(0);
  });

  it('know the 29th of February, where there is one', () => {
    expect(weekdaysBetween('2024-02-28', '2024-03-01')).toEqual(['2024-02-28', '2024-02-29', '2024-03-01']);
    expect(weekdaysBetween('2023-02-28', '2023-03-01')).toEqual(['2023-02-28', '2023-03-01']);
  });

  it('reach back behind 1970', () => {
    expect(weekdaysBetween('1969-12-26', '1970-01-02')).toEqual([
      ...['1969-12-26', '1969-12-29', '1969-12-30', '1969-12-31'],
      ...['1970-01-01', '1970-01-02'],
    ]);
  });

  it('are counted without being made, over all years that a date can name', () => {
    // 400 years are 146,097 days, which are exactly 20,871 weeks.
    expect(countWeekdays('2000-01-01', '2399-12-31')).toBe(20_871 * 5);
    expect(countWeekdays('0000-01-01', '9999-12-31')).toBe(25 * 20_871 * 5);
  });

  it('are those of the calendar, in any range', () => {
    const days = { min: Date.UTC(1900, 0, 1) / 86_400_000, max: Date.UTC(2100, 0, 1) / 86_400_000 };
    fc.assert(
      fc.property(fc.integer(days), fc.integer({ min: -3, max: 40 }), (first, length) => {
        const start = iso(new Date(first * 86_400_000));
        const end = iso(new Date((first + length) * 86_400_000));
        const expected = calendarWeekdays(start, end);
        expect(weekdaysBetween(start, end)).toEqual(expected);
        expect(countWeekdays(start, end)).toBe(expected.length);
      }),
    );
  });
});
