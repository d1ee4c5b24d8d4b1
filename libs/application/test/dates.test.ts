import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addCivilDays, formatCivilDate, toCivilDate, weekdayOf } from '../src/index.ts';

describe('dates', () => {
  test('formats a date as dd.MM.yyyy', () => expect(formatCivilDate('2026-03-09')).toBe('09.03.2026'));
  test.each(['', '2026-3-9', '<b>'])('formats %j as an empty text', (text) => expect(formatCivilDate(text)).toBe(''));

  test('returns the date in a zone, Chisinau by default', () => {
    const late = new Date('2026-12-04T22:30:00Z');
    expect(toCivilDate(late)).toBe('2026-12-05');
    expect(toCivilDate(late, 'America/New_York')).toBe('2026-12-04');
  });

  test('returns remembered dates as a new formatter does', () => {
    const zones = fc.constantFrom('Europe/Chisinau', 'Asia/Kathmandu', 'Australia/Eucla', 'America/St_Johns');
    const instants = fc.date({ min: new Date('1960-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(zones, instants, fc.integer({ min: 0, max: 900_000 }), (zone, instant, laterMs) => {
        const formatter = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
        for (const at of [instant, new Date(instant.getTime() + laterMs)])
          expect(toCivilDate(at, zone)).toBe(formatter.format(at));
      }),
      { numRuns: 50 },
    );
  });

  test('remembers at midnight the date of each side', () => {
    expect(toCivilDate(new Date('2026-03-10T21:59:59.999Z'))).toBe('2026-03-10');
    expect(toCivilDate(new Date('2026-03-10T22:00:00Z'))).toBe('2026-03-11');
  });

  test('rejects an invalid instant', () => expect(() => toCivilDate(new Date(NaN))).toThrow(RangeError));

  test.each([
    ['2026-12-31', 1, '2027-01-01'],
    ['2024-03-01', -1, '2024-02-29'],
    ['2026-03-29', 1, '2026-03-30'],
    ['2026-03-09', 0, '2026-03-09'],
  ])('counts from %s %i days to %s', (date, days, other) => expect(addCivilDays(date, days)).toBe(other));

  test('numbers the days of the week from Monday', () => {
    expect(['2026-03-09', '2026-03-14', '2026-03-15'].map(weekdayOf)).toEqual([1, 6, 7]);
  });
});
