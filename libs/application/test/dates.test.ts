import { describe, expect, test } from '@jest/globals';
import { civilDay, dateForPeople } from '../src/index.ts';

describe('dates for people', () => {
  test('Dates for people are dd.MM.yyyy', () => expect(dateForPeople('2026-03-09')).toBe('09.03.2026'));
  test.each(['', '2026-3-9', '<b>'])('What is no date is nothing: %j', (text) => expect(dateForPeople(text)).toBe(''));

  test('The day of an instant is that of the zone, Chisinau when none is named', () => {
    const late = new Date('2026-12-04T22:30:00Z');
    expect(civilDay(late)).toBe('2026-12-05');
    expect(civilDay(late, 'America/New_York')).toBe('2026-12-04');
  });
});
