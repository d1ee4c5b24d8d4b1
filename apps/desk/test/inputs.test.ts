import { describe, expect, test } from '@jest/globals';
import { computeIdnpCheckDigit } from '@cups/application';
import fc from 'fast-check';
import { isPhoneNumber, normalizeEmail, normalizeIban, normalizePhone } from '../src/visit/inputs/contact.ts';
import { isWholeDate, parseDate } from '../src/visit/inputs/dates.ts';
import { FIELDS } from '../src/texts/visit-fields.ts';
import { cursorPosition, groupDigits, numberError, parseIdno, parseIdnp } from '../src/visit/inputs/idnp.ts';
import { hasCyrillic, normalizeName, isSameName } from '../src/visit/inputs/names.ts';
import { transliterateName } from '../src/visit/inputs/transliteration.ts';

test('a number of the other kind is told apart from a wrong one', () => {
  const idno = '1002600000009';
  expect([parseIdno(idno).state, parseIdnp(idno).state]).toEqual(['right', 'other']);
  expect(numberError(parseIdnp(idno))).toBe(FIELDS.idnpOfOrganisation);
  expect(numberError(parseIdno('2900000000012'), { isOrganisation: true })).toBe(FIELDS.idnoOfPerson);
  expect(numberError(parseIdnp('2900000000013'))).toBe(FIELDS.idnpWrong);
  expect([numberError(parseIdnp('2900000000012')), numberError(parseIdnp('29'))]).toEqual([undefined, undefined]);
});

describe('parseIdnp', () => {
  test.each([
    ['', '', 0, 'empty'],
    ['29', '29', 2, 'short'],
    ['29000000000', '2900 00000 00', 11, 'short'],
    ['2900000000012', '2900 00000 0012', 13, 'right'],
    ['2900 00000 0012', '2900 00000 0012', 13, 'right'],
    ['IDNP: 2900.000-0000 12', '2900 00000 0012', 13, 'right'],
    ['2900000000013', '2900 00000 0013', 13, 'wrong'],
    ['1900000000012', '1900 00000 0012', 13, 'wrong'],
    ['29000000000129', '2900 00000 0012', 13, 'right'],
  ])('%j is formatted as %j', (text, formatted, count, state) => {
    expect(parseIdnp(text)).toMatchObject({ formatted, count, state });
  });

  test('accepts only the right check digit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999 }), fc.integer({ min: 1, max: 9 }), (n, off) => {
        const first12 = `2900${String(n).padStart(8, '0')}`;
        const digit = computeIdnpCheckDigit(first12);
        expect(parseIdnp(`${first12}${digit}`).state).toBe('right');
        expect(parseIdnp(`${first12}${(digit + off) % 10}`).state).toBe('wrong');
      }),
    );
  });

  test('cursorPosition follows the typed digit', () => {
    for (let digits = 1; digits <= 13; digits++) {
      const shown = groupDigits('2900000000012'.slice(0, digits));
      expect(cursorPosition(digits)).toBe(shown.length);
    }
  });
});

describe('normalizeName', () => {
  test.each([
    ['ROTARU', 'Rotaru'],
    ['rotaru', 'Rotaru'],
    ['Rotaru', 'Rotaru'],
    ['ROTARU-MUNTEANU', 'Rotaru-Munteanu'],
    ['Rotaru - Munteanu', 'Rotaru-Munteanu'],
    ['rotaru–munteanu', 'Rotaru-Munteanu'],
    ['  ana   MARIA ', 'ana MARIA'],
    ['ANA MARIA', 'Ana Maria'],
    ['DE LA CRUZ', 'De la Cruz'],
    ['VAN DER BERG', 'Van der Berg'],
    ["D'ANGELO", "D'Angelo"],
    ['McDonald', 'McDonald'],
    ['Ştefan Ţurcan', 'Ștefan Țurcan'],
    ['ŞTEFAN', 'Ștefan'],
    ['ȚÎBÎRNĂ', 'Țîbîrnă'],
    ['A.', 'A.'],
    ['', ''],
  ])('normalizes %j to %j', (text, name) => expect(normalizeName(text)).toBe(name));

  test('is idempotent', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(normalizeName(normalizeName(text))).toBe(normalizeName(text))));
  });

  test('hasCyrillic detects look-alike letters, which stay unchanged', () => {
    expect(['Ротару', 'Аna', 'Rotaru\u0430'].every(hasCyrillic)).toBe(true);
    expect(['Rotaru', 'Țîbîrnă', 'Müller'].some(hasCyrillic)).toBe(false);
    expect(normalizeName('Аna')).toBe('Аna');
  });

  test.each([
    ['Ротару', 'Rotaru'],
    ['ЧЕБАН', 'CEBAN'],
    ['Чобану', 'Ciobanu'],
    ['Кирилл', 'Chirill'],
    ['Георгий', 'Gheorghii'],
    ['Гицу', 'Ghițu'],
    ['Рошка-Цуркан', 'Roșca-Țurcan'],
    ['Алексей', 'Alexei'],
    ['Наталья', 'Natalia'],
    ['Юрий', 'Iurii'],
    ['Щербаков', 'Șcerbacov'],
    ['Аna', 'Ana'],
    ['Țîbîrnă', 'Țîbîrnă'],
  ])('transliterateName proposes for %s the spelling %s', (name, latin) => {
    expect(transliterateName(name)).toBe(latin);
    expect(hasCyrillic(latin)).toBe(false);
  });

  test('isSameName ignores diacritics, case and hyphens', () => {
    expect(isSameName('ȚURCAN-Rotaru', 'Turcan Rotaru')).toBe(true);
    expect(isSameName('Turcan', 'Turcanu')).toBe(false);
  });
});

describe('parseDate', () => {
  const TODAY = '2026-11-26';
  test.each([
    ['04051961', '1961-05-04'],
    ['040561', '1961-05-04'],
    ['4.5.61', '1961-05-04'],
    ['4/5/1961', '1961-05-04'],
    ['4-5-61', '1961-05-04'],
    ['4 5 1961', '1961-05-04'],
    ['4,5,61', '1961-05-04'],
    ['04. 05. 1961', '1961-05-04'],
    [' 04.05.1961 г.', '1961-05-04'],
    ['1961-05-04', '1961-05-04'],
    ['29.2.2024', '2024-02-29'],
    ['26.11.26', '2026-11-26'],
    ['27.11.26', '1926-11-27'],
    ['1.1.00', '2000-01-01'],
    ['1.1.27', '1927-01-01'],
  ])('parses %j as %s', (text, date) => expect(parseDate(text, TODAY)).toBe(date));

  test.each([
    ['31.2.1961', true],
    ['29.2.2023', true],
    ['5.13.1961', true],
    ['00.05.1961', true],
    ['1961-13-01', true],
    ['19610504', true],
    ['4.5', false],
    ['4.5.6', false],
    ['4.5.196', false],
    ['0405', false],
    ['mai', false],
    ['', false],
  ])('rejects %j; isWholeDate returns %s', (text, whole) => {
    expect(parseDate(text, TODAY)).toBeUndefined();
    expect(isWholeDate(text)).toBe(whole);
  });

  test('resolves two-digit years up to the latest date', () => {
    expect(parseDate('1.3.31', '2036-11-26')).toBe('2031-03-01');
    expect(parseDate('1.3.85', '2036-11-26')).toBe('1985-03-01');
  });

  test('parses every date in every format', () => {
    const day = fc.date({ min: new Date('1927-01-01'), max: new Date(TODAY), noInvalidDate: true });
    fc.assert(
      fc.property(day, (date) => {
        const civil = date.toISOString().slice(0, 10);
        const [year = '', month, dayOfMonth] = civil.split('-');
        for (const sign of ['.', '/', '-', ' ', '']) {
          expect(parseDate([dayOfMonth, month, year].join(sign), TODAY)).toBe(civil);
          expect(parseDate([dayOfMonth, month, year.slice(2)].join(sign), TODAY)).toBe(civil);
        }
      }),
    );
  });
});

describe('contact normalizers', () => {
  test.each([
    ['069 012 345', '+37369012345'],
    ['069012345', '+37369012345'],
    ['(069) 01-23-45', '+37369012345'],
    ['022.12.34.56', '+37322123456'],
    ['+373 69 012 345', '+373 69 012 345'],
    ['0039 06 1234567', '+39 06 1234567'],
    ['+39 06 1234567', '+39 06 1234567'],
    ['12345', '12345'],
  ])('normalize %j to %j', (text, phone) => {
    expect(normalizePhone(text)).toBe(phone);
    expect(isPhoneNumber(phone)).toBe(true);
  });

  test.each(['', '1234', 'abc', '+373 69 012 345 678 901 234 5', '69012345 dimineața'])(
    'reject the phone number %j',
    (text) => expect(isPhoneNumber(normalizePhone(text))).toBe(false),
  );

  test('trim spaces and punctuation of an email address', () => {
    expect(normalizeEmail(' ion.exemplu @mail.example. ')).toBe('ion.exemplu@mail.example');
  });

  test('remove spaces of an IBAN, in capitals', () => {
    expect(normalizeIban('md24 ag00 0225 1000 1310 4168')).toBe('MD24AG000225100013104168');
  });
});
