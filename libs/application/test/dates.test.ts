import { describe, expect, test } from '@jest/globals';
import { toCivilDate, formatCivilDate } from '../src/index.ts';

describe('dates', () => {
  test('formats a date as dd.MM.yyyy', () => expect(formatCivilDate('2026-03-09')).toBe('09.03.2026'));
  test.each(['', '2026-3-9', '<b>'])('formats %j as an empty text', (text) => expect(formatCivilDate(text)).toBe(''));

  test('returns the date in a zone, Chisinau by default', () => {
    const late = new Date('2026-12-04T22:30:00Z');
    expect(toCivilDate(late)).toBe('2026-12-05');
    expect(toCivilDate(late, 'America/New_York')).toBe('2026-12-04');
  });
});
