import { expect, test } from '@jest/globals';
import { formatInstant } from '../src/print/format-instant.ts';

test('formatInstant includes the year, and the city for a mission', () => {
  expect(formatInstant('2026-11-26T13:20:00Z', 'Europe/Chisinau')).toBe('26.11.2026, 15:20');
  expect(formatInstant('2026-11-26T13:20:00Z', 'Europe/Rome')).toBe('26.11.2026, 14:20 (Roma)');
});
