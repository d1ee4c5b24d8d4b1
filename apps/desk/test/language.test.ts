import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  formatTime,
  formatDayAndTime,
  daysBetween,
  longDate,
  formatTimeWithZone,
  onDate,
  relativeDay,
  shortDate,
} from '../src/language/dates.ts';
import { parseMinorUnits, formatMoney } from '../src/language/money.ts';
import { plural } from '../src/language/plurals.ts';
import { feeText, termText } from '../src/language/terms.ts';
import { DAYS, WORKING_DAYS } from '../src/texts/counts.ts';

const LANGUAGES = ['ro', 'ru', 'en'] as const;
const NOW = '2026-11-26';
/** Shows no-break spaces as plain ones. */
const withPlainSpaces = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ');

describe('dates', () => {
  test.each([
    ['2026-12-04', 'ro', 'vineri, 4 decembrie'],
    ['2026-12-04', 'ru', 'пятница, 4 декабря'],
    ['2026-12-04', 'en', 'Friday, 4 December'],
    ['2027-01-03', 'ro', 'duminică, 3 ianuarie 2027'],
    ['2027-01-03', 'ru', 'воскресенье, 3 января 2027 г.'],
    ['2027-01-03', 'en', 'Sunday, 3 January 2027'],
    ['1961-05-04', 'ro', 'joi, 4 mai 1961'],
  ] as const)('%s in %s', (date, language, words) => {
    expect(longDate(date, language, NOW)).toBe(words);
  });

  test.each([
    ['2026-11-28', 'sâmbătă, 28 noiembrie', 'в субботу, 28 ноября', 'on Saturday, 28 November'],
    ['2026-12-01', 'marți, 1 decembrie', 'во вторник, 1 декабря', 'on Tuesday, 1 December'],
  ])('onDate of %s', (date, ...words) => {
    expect(LANGUAGES.map((language) => onDate(date, language, NOW))).toEqual(words);
  });

  test('shortDate formats a date in digits', () => {
    expect(shortDate('2026-12-04')).toBe('04.12.2026');
    expect(shortDate('soon')).toBe('');
  });

  test.each([
    ['2026-11-26', 'astăzi', 'сегодня', 'today'],
    ['2026-11-25', 'ieri', 'вчера', 'yesterday'],
    ['2026-11-27', 'mâine', 'завтра', 'tomorrow'],
    ['2026-11-28', undefined, undefined, undefined],
    ['2025-11-26', undefined, undefined, undefined],
  ])('relativeDay of %s', (date, ...words) => {
    expect(LANGUAGES.map((language) => relativeDay(date, language, NOW))).toEqual(words);
  });

  test('formats times in their zone, across summer time and midnight', () => {
    expect(formatTime('2026-11-26T08:42:10Z')).toBe('10:42');
    expect(formatTime('2026-07-01T08:42:10Z')).toBe('11:42');
    expect(formatTime('2026-11-25T22:05:00Z')).toBe('00:05');
    expect(formatDayAndTime('2026-11-24T13:20:00Z', 'Europe/Chisinau', NOW)).toBe('24.11, 15:20');
    expect(formatDayAndTime('2026-11-24T23:20:00Z', 'Europe/Chisinau', NOW)).toBe('25.11, 01:20');
    expect(formatDayAndTime('2025-11-24T13:20:00Z', 'Europe/Rome', NOW)).toBe('24.11.2025, 14:20');
  });

  test('formats both times for a mission, with the cities of the zones', () => {
    const instant = '2026-11-26T13:20:00Z';
    expect(formatTimeWithZone(instant, 'Europe/Chisinau', 'ro')).toBe('15:20');
    expect(formatTimeWithZone(instant, 'Europe/Rome', 'ro')).toBe('15:20 (Chișinău), 14:20 (Roma)');
    expect(formatTimeWithZone(instant, 'Europe/Rome', 'ru')).toBe('15:20 (Кишинёв), 14:20 (Рим)');
    expect(formatTimeWithZone(instant, 'America/Sao_Paulo', 'en')).toBe('15:20 (Chisinau), 10:20 (Sao Paulo)');
  });

  test('formats every date like the calendar', () => {
    const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(day, (date) => {
        const options = { timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const;
        const expected = new Intl.DateTimeFormat('en-GB', options).format(date).replace(/^(\w+),? /, '$1, ');
        expect(longDate(date.toISOString().slice(0, 10), 'en', '0001-01-01')).toBe(expected);
      }),
    );
  });

  test('daysBetween is symmetric', () => {
    const offset = fc.integer({ min: -40_000, max: 40_000 });
    fc.assert(
      fc.property(offset, (days) => {
        const other = new Date(Date.parse(NOW) + days * 86_400_000).toISOString().slice(0, 10);
        expect(daysBetween(NOW, other)).toBe(days);
        expect(daysBetween(other, NOW)).toBe(-days || 0);
      }),
    );
  });
});

describe('money', () => {
  test.each([
    ['70', 7_000],
    ['70,5', 7_050],
    ['1 250.00', 125_000],
    ['0,01', 1],
    ['0', undefined],
    ['70,555', undefined],
    ['-5', undefined],
    ['70 lei', undefined],
    ['', undefined],
  ])('parses the amount %j', (text, minor) => {
    expect(parseMinorUnits(text)).toBe(minor);
  });

  test.each([
    [7000, 'MDL', '70,00 MDL'],
    [5, 'USD', '0,05 USD'],
    [0, 'MDL', '0,00 MDL'],
    [125_050, 'MDL', '1 250,50 MDL'],
    [123_456_789_00, 'EUR', '123 456 789,00 EUR'],
  ])('formats %d minor units of %s', (amountMinor, currency, words) => {
    expect(withPlainSpaces(formatMoney({ amountMinor, currency }))).toBe(words);
  });

  test('keeps every unit, without breaking spaces', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (amountMinor) => {
        const words = formatMoney({ amountMinor, currency: 'MDL' });
        expect(Number(words.replace(/\D/g, ''))).toBe(amountMinor);
        expect(words).not.toContain(' ');
        expect(
          words
            .split('\u202f')
            .slice(1)
            .every((group) => /^\d{3}(,|$)/.test(group)),
        ).toBe(true);
      }),
    );
  });
});

describe('plural', () => {
  test.each([
    [0, '0 zile', '0 дней', '0 days'],
    [1, '1 zi', '1 день', '1 day'],
    [2, '2 zile', '2 дня', '2 days'],
    [5, '5 zile', '5 дней', '5 days'],
    [11, '11 zile', '11 дней', '11 days'],
    [19, '19 zile', '19 дней', '19 days'],
    [20, '20 de zile', '20 дней', '20 days'],
    [21, '21 de zile', '21 день', '21 days'],
    [22, '22 de zile', '22 дня', '22 days'],
    [100, '100 de zile', '100 дней', '100 days'],
    [101, '101 zile', '101 день', '101 days'],
    [112, '112 zile', '112 дней', '112 days'],
    [120, '120 de zile', '120 дней', '120 days'],
  ])('inflects by %d', (n, ...words) => {
    expect(LANGUAGES.map((language) => withPlainSpaces(plural(n, language, DAYS)))).toEqual(words);
  });

  test('chooses the form of Unicode for every number', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.constantFrom(...LANGUAGES), (n, language) => {
        const form = new Intl.PluralRules(language).select(n);
        const { one, few } = WORKING_DAYS[language];
        const rest = { ro: `de ${few}`, ru: WORKING_DAYS.ru.many, en: few }[language];
        const expected = form === 'one' ? one : form === 'few' ? few : rest;
        expect(withPlainSpaces(plural(n, language, WORKING_DAYS))).toBe(`${n} ${expected}`);
      }),
    );
  });
});

describe('termText and feeText', () => {
  test.each([
    [{ amount: 30, unit: 'working-days', from: 'submission' }, 'în 30 de zile lucrătoare de la depunere'],
    [{ amount: 3, unit: 'calendar-days', from: 'payment' }, 'în 3 zile calendaristice de la plată'],
    [{ amount: 1, unit: 'hours', from: 'submission' }, 'în 1 oră de la depunere'],
    [{ amount: 0, unit: 'hours', from: 'submission' }, 'pe loc'],
    [undefined, 'termenul îl spune instituția'],
  ] as const)('formats the term %j', (term, words) => {
    expect(withPlainSpaces(termText(term ? { term } : {}).ro ?? '')).toBe(words);
  });

  test.each([
    [{ fee: { amountMinor: 7000, currency: 'MDL' }, plusStateFee: false }, '70,00 MDL'],
    [{ fee: { amountMinor: 5000, currency: 'MDL' }, plusStateFee: true }, '50,00 MDL și taxa de stat'],
    [{ fee: { amountMinor: 0, currency: 'MDL' }, plusStateFee: false }, 'gratuit'],
    [{ plusStateFee: false }, 'tariful îl spune instituția'],
    [{ plusStateFee: false, feeNote: { ro: 'tariful îl spune consulatul' } }, 'tariful îl spune consulatul'],
  ])('formats the fee %j', (option, words) => {
    expect(withPlainSpaces(feeText(option).ro ?? '')).toBe(words);
  });

  test('inflects Russian nouns by number', () => {
    expect(withPlainSpaces(termText({ term: { amount: 22, unit: 'working-days', from: 'submission' } }).ru ?? '')).toBe(
      '22 рабочих дня со дня подачи',
    );
  });
});
