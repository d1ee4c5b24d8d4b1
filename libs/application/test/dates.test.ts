import { describe, expect, test } from '@jest/globals';
import { toCivilDate, formatCivilDate } from '../src/index.ts';

describe('dates for people', () => {
  test('Dates for people are dd.MM.yyyy', () => expect(formatCivilDate('2026-03-09')).toBe('09.03.2026'));
  test.each(['', '2026-3-9', '<b>'])('What is no date is nothing: %j', (text) =>
    expect(formatCivilDate(text)).toBe(''),
  );

  test('The day of an instant is that of the zone, Chisinau when none is named', () => {
    const late = new Date('2026-12-04T22:30:00Z');
    expect(toCivilDate(late)).toBe('2026-12-05');
    expect(toCivilDate(late, 'America/New_York')).toBe('2026-12-04');
  });
});
