import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  isValidIdnp,
  computeIdnpCheckDigit,
  isCivilDate,
  isTrackingNumber,
  generateTrackingNumber,
  normalizeTrackingNumber,
} from '../src/index.ts';

const digits = (length: number) => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length });

describe('IDNP', () => {
  test.each([
    ['2900000000018', false],
    ['2900000000012', true],
    ['1900000000015', false],
    ['290000000001', false],
    ['29000000000120', false],
    ['２900000000012', false],
    [' 2900000000012', false],
    ['', false],
  ])('%s → %s', (idnp, valid) => {
    expect(isValidIdnp(idnp)).toBe(valid);
  });

  test('has the check digit 3 for the published test number 1008600038413', () => {
    expect(computeIdnpCheckDigit('100860003841')).toBe(3);
  });

  test('has exactly one valid check digit', () => {
    fc.assert(
      fc.property(fc.constantFrom('0', '2'), digits(11), (first, rest) => {
        const head = first + rest.join('');
        const valid = Array.from({ length: 10 }, (_, last) => isValidIdnp(`${head}${last}`)).filter(Boolean);
        expect(valid).toHaveLength(1);
        expect(isValidIdnp(`${head}${computeIdnpCheckDigit(head)}`)).toBe(true);
      }),
    );
  });

  test('detects any single wrong digit', () => {
    fc.assert(
      fc.property(digits(11), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 9 }), (rest, place, add) => {
        const head = `2${rest.join('')}`;
        const all = [...`${head}${computeIdnpCheckDigit(head)}`];
        all[place] = String((Number(all[place]) + add) % 10);
        expect(isValidIdnp(all.join(''))).toBe(false);
      }),
    );
  });

  test('throws for other than 12 digits', () => {
    expect(() => computeIdnpCheckDigit('29000000000')).toThrow(RangeError);
  });
});

describe('tracking number', () => {
  const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const numbers = fc
    .uint8Array({ minLength: 13, maxLength: 13 })
    .map((bytes) => generateTrackingNumber((length) => bytes.subarray(0, length)));

  test('is generated in the form XXXX-XXXX-XXXX-XC and valid', () => {
    fc.assert(
      fc.property(numbers, (number) => {
        expect(number).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{2}$/);
        expect(isTrackingNumber(number)).toBe(true);
        expect(normalizeTrackingNumber(number)).toBe(number);
      }),
    );
  });

  test('uses every symbol at every random position', () => {
    const seen = Array.from({ length: 13 }, () => new Set<string>());
    for (let i = 0; i < 600; i++) {
      const plain = generateTrackingNumber(randomBytes).replaceAll('-', '');
      seen.forEach((set, place) => set.add(plain.charAt(place)));
    }
    for (const set of seen) expect(set.size).toBe(32);
  });

  test('detects any single wrong symbol', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 13 }), fc.integer({ min: 1, max: 31 }), (number, place, add) => {
        const all = [...number.replaceAll('-', '')];
        all[place] = symbols.charAt((symbols.indexOf(all[place] as string) + add) % 32);
        expect(isTrackingNumber(all.join(''))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test('detects any swap of two symbols', () => {
    const place = fc.integer({ min: 0, max: 13 });
    fc.assert(
      fc.property(numbers, place, place, (number, one, other) => {
        const all = [...number.replaceAll('-', '')];
        fc.pre(all[one] !== all[other]);
        [all[one], all[other]] = [all[other] as string, all[one] as string];
        expect(isTrackingNumber(all.join(''))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  test('rejects a wrong number of symbols', () => {
    const number = generateTrackingNumber(randomBytes);
    for (const text of [number.slice(1), `${number}0`, '', '-', 'U'.repeat(14), '0'.repeat(100_000)]) {
      expect(isTrackingNumber(text)).toBe(false);
    }
  });

  test('tolerates case, spaces, dashes, O for 0, and I and L for 1', () => {
    const number = generateTrackingNumber(() => Uint8Array.from([0, 1, 0, 1, 1, 0, 31, 30, 29, 10, 11, 12, 13]));
    expect(number).toMatch(/^0101-10ZY-XABC-D/);
    const typed = number.replace('0101-10', ' oIoL–lO ').replaceAll('-', ' ').toLowerCase();
    expect(normalizeTrackingNumber(typed)).toBe(number);
  });
});

describe('civil date', () => {
  test('exists in the calendar', () => {
    expect(['2024-02-29', '1999-12-31'].every(isCivilDate)).toBe(true);
    expect(
      ['2025-02-29', '2024-13-01', '2024-00-10', '2024-4-01', '24-04-01', '2024-04-31', ''].some(isCivilDate),
    ).toBe(false);
  });

  test.each([
    ['2024-02-29', true],
    ['2023-02-29', false],
    ['2000-02-29', true],
    ['1900-02-29', false],
    ['2100-02-29', false],
    ['0000-02-29', true],
    ['2024-02-30', false],
    ['2024-12-32', false],
    ['2024-01-00', false],
    ['10000-01-01', false],
    ['-0001-01-01', false],
    ['2024-01-01T00:00:00Z', false],
    ['2024-01-01\n', false],
    ['２024-01-01', false],
  ])('%j: %s', (text, isValid) => expect(isCivilDate(text)).toBe(isValid));

  test('accepts exactly the dates of years with four digits', () => {
    const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
    const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    const part = (min: number, max: number) => fc.integer({ min, max });
    fc.assert(
      fc.property(part(0, 9999), part(0, 14), part(0, 33), (year, month, day) => {
        const length = month === 2 && isLeap(year) ? 29 : (lengths[month - 1] ?? 0);
        const text = [String(year).padStart(4, '0'), ...[month, day].map((n) => String(n).padStart(2, '0'))].join('-');
        expect([text, isCivilDate(text)]).toEqual([text, day >= 1 && day <= length]);
      }),
      { numRuns: 2_000 },
    );
  });
});
