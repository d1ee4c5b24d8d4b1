import { describe, expect, test } from '@jest/globals';
import { toCivilDate } from '@cups/application';
import fc from 'fast-check';
import {
  computeDue,
  endOfDay,
  computeRemainingTerm,
  UNKNOWN_WORKING_TIME,
  UnknownYearError,
} from '../src/domain/terms.ts';
import type { Holidays, Term, WorkingTime } from '../src/domain/terms.ts';

const HOLIDAYS: Holidays = new Map([
  [2025, new Set(['2025-12-25'])],
  [2026, new Set(['2026-01-01', '2026-01-07', '2026-01-08', '2026-04-13', '2026-04-20', '2026-05-01'])],
  [2027, new Set(['2027-01-01'])],
]);
const WORKING: WorkingTime = {
  timeZone: 'Europe/Chisinau',
  days: new Set([1, 2, 3, 4, 5]),
  opens: { hour: 8, minute: 0 },
  closes: { hour: 17, minute: 0 },
  holidays: HOLIDAYS,
};
const at = (text: string) => new Date(text);

describe('computeDue', () => {
  test.each<[string, string, Term, string]>([
    ['skips the day of filing', '2026-03-10T09:00:00Z', { amount: 1, unit: 'working-days' }, '2026-03-11'],
    ['skips a weekend', '2026-03-13T09:00:00Z', { amount: 1, unit: 'working-days' }, '2026-03-16'],
    ['counts two weeks of working days', '2026-03-10T09:00:00Z', { amount: 10, unit: 'working-days' }, '2026-03-24'],
    ['skips holidays over a new year', '2025-12-24T09:00:00Z', { amount: 5, unit: 'working-days' }, '2026-01-02'],
    ['skips Orthodox Easter Monday', '2026-04-10T09:00:00Z', { amount: 1, unit: 'working-days' }, '2026-04-14'],
    ['ends a zero term on the same day', '2026-03-10T09:00:00Z', { amount: 0, unit: 'working-days' }, '2026-03-10'],
    ['rolls a zero term from a Saturday', '2026-03-14T09:00:00Z', { amount: 0, unit: 'working-days' }, '2026-03-16'],
    [
      'counts calendar days over a weekend',
      '2026-03-10T09:00:00Z',
      { amount: 20, unit: 'calendar-days' },
      '2026-03-30',
    ],
    [
      'rolls a last calendar day off forward',
      '2026-03-10T09:00:00Z',
      { amount: 4, unit: 'calendar-days' },
      '2026-03-16',
    ],
    [
      'uses the date in Chisinau late in the evening',
      '2026-03-10T23:30:00Z',
      { amount: 1, unit: 'working-days' },
      '2026-03-12',
    ],
  ])('%s', (_name, from, term, due) => {
    expect(computeDue(at(from), term, WORKING)).toEqual({ dueDate: due });
  });

  test.each<[string, string, number, string]>([
    ['within a day', '2026-03-10T08:00:00Z', 1, '2026-03-10T09:00:00.000Z'],
    ['over the night', '2026-03-10T14:30:00Z', 1, '2026-03-11T06:30:00.000Z'],
    ['before opening', '2026-03-10T03:00:00Z', 1, '2026-03-10T07:00:00.000Z'],
    ['on a Saturday', '2026-03-14T09:00:00Z', 2, '2026-03-16T08:00:00.000Z'],
    ['over the change to summer time', '2026-03-27T14:00:00Z', 2, '2026-03-30T06:00:00.000Z'],
    ['exactly until closing', '2026-03-10T14:00:00Z', 1, '2026-03-10T15:00:00.000Z'],
  ])('counts hours in working time: %s', (_name, from, amount, due) => {
    expect(computeDue(at(from), { amount, unit: 'hours' }, WORKING).dueTime?.toISOString()).toBe(due);
  });

  // Open 18:00 to 22:30, Tuesday to Saturday, in another zone.
  const EVENINGS: WorkingTime = {
    timeZone: 'Europe/London',
    days: new Set([2, 3, 4, 5, 6]),
    opens: { hour: 18, minute: 0 },
    closes: { hour: 22, minute: 30 },
    holidays: HOLIDAYS,
  };

  test.each<[string, string, Term, { dueDate: string; dueTime?: Date }]>([
    ['skips a Monday', '2026-03-14T09:00:00Z', { amount: 1, unit: 'working-days' }, { dueDate: '2026-03-17' }],
    ['counts a Saturday', '2026-03-13T09:00:00Z', { amount: 1, unit: 'working-days' }, { dueDate: '2026-03-14' }],
    [
      'uses the date in its zone',
      '2026-03-10T23:30:00Z',
      { amount: 1, unit: 'working-days' },
      { dueDate: '2026-03-11' },
    ],
    [
      'continues hours on the next evening',
      '2026-03-10T22:00:00Z',
      { amount: 1, unit: 'hours' },
      { dueDate: '2026-03-11', dueTime: at('2026-03-11T18:30:00Z') },
    ],
    [
      'starts hours in the evening',
      '2026-03-10T08:00:00Z',
      { amount: 2, unit: 'hours' },
      { dueDate: '2026-03-10', dueTime: at('2026-03-10T20:00:00Z') },
    ],
  ])('follows the working time of the agency: %s', (_name, from, term, due) => {
    expect(computeDue(at(from), term, EVENINGS)).toEqual(due);
  });

  test('throws for an agency without a file', () => {
    for (const unit of ['hours', 'working-days', 'calendar-days'] as const) {
      expect(() => computeDue(at('2026-03-10T09:00:00Z'), { amount: 1, unit }, UNKNOWN_WORKING_TIME)).toThrow(
        UnknownYearError,
      );
    }
  });

  test('remembers the end of a term for one working time, one day and one term only', () => {
    const tenth = at('2026-03-10T09:00:00Z');
    const days = (amount: number, unit: Term['unit'] = 'working-days') => ({ amount, unit });
    const inChisinau = () => [
      computeDue(tenth, days(3), WORKING),
      computeDue(tenth, days(7), WORKING),
      computeDue(tenth, days(7, 'calendar-days'), WORKING),
      computeDue(at('2026-03-11T09:00:00Z'), days(3), WORKING),
    ];
    const ends = ['2026-03-13', '2026-03-19', '2026-03-17', '2026-03-16'].map((dueDate) => ({ dueDate }));
    expect([...inChisinau(), ...inChisinau()]).toEqual([...ends, ...ends]);
    expect(computeDue(tenth, days(3), { ...WORKING, holidays: new Map([[2026, new Set(['2026-03-11'])]]) })).toEqual({
      dueDate: '2026-03-16',
    });
  });

  test('throws for a year without a calendar', () => {
    expect(() => computeDue(at('2027-12-30T09:00:00Z'), { amount: 5, unit: 'working-days' }, WORKING)).toThrow(/2028/);
  });

  test('ends the last day to answer at midnight in Chisinau (endOfDay)', () => {
    expect(endOfDay('2026-03-10').toISOString()).toBe('2026-03-10T22:00:00.000Z');
    expect(toCivilDate(at('2026-03-10T22:00:00Z'))).toBe('2026-03-11');
  });
});

describe('computeRemainingTerm', () => {
  test('leaves one hour of an expired term, even in a year without a calendar', () => {
    const due = { dueDate: '2027-12-30', dueTime: at('2027-12-30T10:00:00Z') };
    expect(computeRemainingTerm(at('2028-01-05T10:00:00Z'), due, 'hours', WORKING)).toEqual({
      unit: 'hours',
      amount: 1,
    });
  });

  test('keeps the due date when documents are supplied immediately', () => {
    const arbitrary = fc.record({
      start: fc.integer({ min: 0, max: 250 }),
      amount: fc.integer({ min: 1, max: 40 }),
      waited: fc.integer({ min: 0, max: 39 }),
    });
    fc.assert(
      fc.property(arbitrary, ({ start, amount, waited }) => {
        const filed = new Date(Date.UTC(2026, 0, 1 + start, 9));
        const due = computeDue(filed, { amount, unit: 'working-days' }, WORKING);
        const stop = new Date(filed.getTime() + waited * 86_400_000);
        const left = computeRemainingTerm(stop, due, 'working-days', WORKING);
        const again = computeDue(stop, left, WORKING);
        // Never earlier than before, and equal while the term runs.
        expect(again.dueDate >= due.dueDate).toBe(true);
        if (toCivilDate(stop) < due.dueDate) expect(again.dueDate).toBe(due.dueDate);
      }),
    );
  });

  test('adds the waiting days to the due date', () => {
    const due = computeDue(at('2026-03-10T09:00:00Z'), { amount: 10, unit: 'working-days' }, WORKING);
    const left = computeRemainingTerm(at('2026-03-12T09:00:00Z'), due, 'working-days', WORKING);
    expect(left).toEqual({ amount: 8, unit: 'working-days' });
    expect(computeDue(at('2026-03-19T09:00:00Z'), left, WORKING)).toEqual({ dueDate: '2026-03-31' });
  });

  test('counts remaining hours in working time', () => {
    const due = computeDue(at('2026-03-10T14:00:00Z'), { amount: 4, unit: 'hours' }, WORKING);
    expect(computeRemainingTerm(at('2026-03-10T15:00:00Z'), due, 'hours', WORKING)).toEqual({
      amount: 3,
      unit: 'hours',
    });
  });
});
