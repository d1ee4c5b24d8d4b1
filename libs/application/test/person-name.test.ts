import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isEmailAddress, isPersonName } from '../src/index.ts';

describe('isPersonName', () => {
  test.each([
    'Ana',
    'Țurcanu-Șchiopu',
    'D’Angelo',
    "O'Neil",
    'De la Cruz',
    'Константин',
    'Ємець',
    'مرحبا',
    'محمد',
    '李',
    'Nguyễn',
    'Ș'.normalize('NFD'),
    'Ion ',
    '',
  ])('accepts %j', (name) => expect(isPersonName(name)).toBe(true));

  test.each<[string, string]>([
    ['an emoji', '🙂'],
    ['an emoji beside letters', '🙂 مرحبا'],
    ['a tag', '<B>X</B>'],
    ['a digit', 'Ana 2'],
    ['a control character', 'Ana\u0000'],
    ['a line break', 'Ana\nMaria'],
    ['a tab', 'Ana\tMaria'],
    ['a bidirectional override', 'Ana\u202Eairam'],
    ['a bidirectional isolate', 'Ana\u2066'],
    ['a zero-width space', 'An\u200Ba'],
    ['a zero-width joiner', 'An\u200Da'],
    ['a byte order mark', '\uFEFFAna'],
    ['an invisible letter', 'Ana\u3164'],
    ['an invisible mark', 'An\u034Fa'],
    ['a variation selector', 'A\uFE0Fna'],
    ['too many marks', `A${'\u0301'.repeat(5)}`],
    ['punctuation alone', '-'],
    ['a comma', 'Ana, Maria'],
    ['a spreadsheet formula', '=1+1'],
    ['a lone surrogate', 'Ana\uD800'],
    ['three separators in a row', 'Ana   Maria'],
  ])('rejects %s', (_, name) => expect(isPersonName(name)).toBe(false));

  test('accepts only letters, marks and separators', () => {
    const anything = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(anything, (text) => {
        if (isPersonName(text)) expect(text).toMatch(/^[\p{L}\p{M} '’‘\u2010\u2011-]+$/u);
      }),
      { numRuns: 2000 },
    );
  });

  test('runs in linear time', () => {
    const before = process.cpuUsage();
    expect(isPersonName(`${'a-'.repeat(50_000)}!`)).toBe(false);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
  });
});

describe('isEmailAddress', () => {
  test.each([
    'ion.exemplu@posta.example',
    'a@b.md',
    "o'neil+cups@sub.posta.example",
    'A_B-c@xn--d1acufc.xn--p1ai',
    `${'a'.repeat(64)}@posta.example`,
  ])('accepts %j', (address) => expect(isEmailAddress(address)).toBe(true));

  test.each<[string, string]>([
    ['an empty text', ''],
    ['a NUL', 'aa\u0000b@posta.example'],
    ['two addresses with a comma', 'a,b@posta.example'],
    ['a comment', 'a(b)@posta.example'],
    ['a display name', 'Ana <a@posta.example>'],
    ['a quoted local part', '"a b"@posta.example'],
    ['a semicolon', 'a;b@posta.example'],
    ['a header', 'a@b.example\r\nBcc: c@d.example'],
    ['a route', '@a.example:b@c.example'],
    ['two at signs', 'a@b@c.example'],
    ['an empty host', 'a@'],
    ['a host without a dot', 'a@localhost'],
    ['an address literal', 'a@[127.0.0.1]'],
    ['an IP address as host', 'a@127.0.0.1'],
    ['a dot before the at sign', 'a.@posta.example'],
    ['two dots', 'a..b@posta.example'],
    ['a host that starts with a hyphen', 'a@-posta.example'],
    ['a letter outside ASCII', 'ană@posta.example'],
    ['a zero-width space', 'a\u200B@posta.example'],
    ['a local part of 65 characters', `${'a'.repeat(65)}@posta.example`],
    ['a local part of 65 characters with a dot', `${'a'.repeat(60)}.${'a'.repeat(4)}@posta.example`],
    ['more than 254 characters', `a@${'b'.repeat(60)}.${'b.'.repeat(100)}example`],
  ])('rejects %s', (_, address) => expect(isEmailAddress(address)).toBe(false));
});
