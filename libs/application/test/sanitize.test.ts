import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sanitizeDocumentNumber, sanitizeCode, sanitizeText } from '../src/index.ts';

describe('sanitize', () => {
  test.each([
    ['Romanian', 'Prezentați procura (art. 15 alin. 2), nr. 12/2026, până la ora 17:00.'],
    ['Russian', 'Представьте доверенность: оригинал и копию, 2 шт.'],
    ['a phone number', 'Sunați la 022 123-456, tel:+37322000000.'],
    ['a date', 'Data:12.03.2026'],
    ['a file number', 'Dosarul ASP-2026-000123/4'],
    ['an amount', 'Taxa este 45.50 lei'],
  ])('keeps %s', (_name, text) => {
    expect(sanitizeText(text)).toBe(text);
  });

  test.each([
    ['blank lines', 'Veniți.\n\n\nPlata:\r\n2', 'Veniți. Plata: 2'],
    ['line separators', 'a\u2028b\u2029c\u0085d\u000be', 'a b c d e'],
    ['NUL, escape and bell', 'a\0b\x1b[31mc\x07', 'a b [31mc'],
    ['direction marks', 'a\u202eb\u2066c\u200fd\u061ce', 'a b c d e'],
    ['zero-width characters', 'p\u200ba\ufeffy', 'p a y'],
    ['invisible tags', 'ok\u{e0041}\u{e0042}', 'ok'],
    ['a link', 'Plătiți la https://fals.example/plata?x=1 azi', 'Plătiți la [link] azi'],
    ['a link in capitals', 'HTTPS://FALS.EXAMPLE', '[link]'],
    ['a link with a broken scheme', 'http:\\\\fals.example', '[link]'],
    ['a link with control characters', 'ht\u0000tps:\u200b//fals.example', 'ht tps: //fals. example'],
    ['www', 'www.fals.example', '[link]'],
    ['a host with a path', 'fals.example/plata', '[link]'],
    ['a host with a port', 'fals.example:8080', '[link]'],
    ['a host alone', 'fals.example', 'fals. example'],
    ['a host with other dots', 'fals。example/plata', '[link]'],
    ['an email address', 'scrieți la x@fals.example', 'scrieți la [link]'],
    ['other schemes', 'javascript:alert(1) mailto:x', '[link] [link]'],
    ['an IP address with a path', '10.0.0.1/x', '[link]'],
    ['an abbreviation', 'str.Alba', 'str. Alba'],
  ])('neutralises %s', (_name, text, sanitized) => {
    expect(sanitizeText(text)).toBe(sanitized);
  });

  test('truncates long text with an ellipsis, never inside a letter', () => {
    expect(sanitizeText('a'.repeat(3_000))).toBe(`${'a'.repeat(1_998)} …`);
    expect(sanitizeText('😀'.repeat(10), 5)).toBe('😀 …');
  });

  test('keeps the dots of a code and removes invisible characters', () => {
    expect(sanitizeCode(' AB.CD-12/3\u202e\n\nx ')).toBe('AB.CD-12/3 x');
  });

  test.each([
    ['ASP-R-00012345', 'ASP-R-00012345'],
    ['№ 12/3_4.5 Б', '№ 12/3_4.5 Б'],
    ['AB.CD-12', 'AB.CD-12'],
    ['https://evil.example/x', 'https //evil example/x'],
    ['R-1 <b>call</b> +373 (22)!', 'R-1 b call /b 373 22'],
    ['🙂 \u202e!', ''],
  ])('sanitizes the document number %s to %s', (text, sanitized) => {
    expect(sanitizeDocumentNumber(text)).toBe(sanitized);
    expect(sanitizeDocumentNumber(sanitized)).toBe(sanitized);
  });

  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('http', '://', 'www.', '.', '@', '/', '\n', '\u202e', '\u200b', 'a', ' ', ':', 'md', '[link]', '1'),
  );
  const texts = fc.array(hostile, { maxLength: 20 }).map((parts) => parts.join(''));

  test('returns one safe line for any text, and is idempotent', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 2, max: 300 }), (text, maxLength) => {
        const sanitized = sanitizeText(text, maxLength);
        expect(sanitized).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(sanitized).not.toMatch(/:\/\/|(?<![\p{L}\p{N}\p{M}_-])www\.|\S@\S|\p{L}\.\p{L}/iu);
        expect(sanitized).not.toMatch(/ {2}|^\s|\s$/u);
        expect(sanitized.length).toBeLessThanOrEqual(maxLength);
        expect(sanitizeText(sanitized, maxLength)).toBe(sanitized);
      }),
      { numRuns: 3_000 },
    );
  });

  const label = String.raw`[\p{L}\p{N}\p{M}_-]`;
  /** The same links, looked for at every position of a word, which takes quadratic time. */
  const linksAnywhere = new RegExp(
    [
      String.raw`\S*:\/\/\S*`,
      String.raw`\p{L}[\p{L}\p{N}+.-]*:[\/\\]\S*`,
      String.raw`(?:mailto|javascript|vbscript):\S+`,
      String.raw`(?<!${label})www\.\S*`,
      String.raw`\S+@\S+`,
      String.raw`${label}+(?:\.${label}+)+\.?(?:[\/?#\\]|:[0-9])\S*`,
      String.raw`(?<![0-9.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}[\/:]\S*`,
    ].join('|'),
    'giu',
  );
  function sanitizeSlowly(text: string): string {
    let sanitized = sanitizeCode(text, Infinity);
    for (let before = ''; before !== sanitized;) {
      before = sanitized;
      const withoutLinks = sanitized.replace(linksAnywhere, '[link]');
      sanitized = withoutLinks.replace(new RegExp(String.raw`(?<=${label})\.(?=\p{L})`, 'gu'), '. ');
      sanitized = sanitized.replace(/\s+/gu, ' ').trim();
    }
    return sanitized;
  }
  const linkParts = fc.oneof(
    fc.constantFrom('.', '.', '@', '/', ':', ':', '\\', '?', '#', '-', '+', '_', ' ', '1', '23', 'a', 'bc', 'ș', 'Ж'),
    fc.constantFrom(
      '://',
      'www.',
      'mailto:',
      'JavaScript:',
      '10.0.0.1',
      'a.md',
      '[link]',
      '\u0301',
      '\u017f',
      '😀',
      '𝒜',
    ),
  );

  test('finds the same links as rules that are tried at every position', () => {
    fc.assert(
      fc.property(fc.array(linkParts, { maxLength: 25 }), texts, (parts, text) => {
        for (const one of [parts.join(''), text]) expect(sanitizeText(one, 10_000)).toBe(sanitizeSlowly(one));
      }),
      { numRuns: 2_000 },
    );
  });

  test.each(['a', '1', 'a.', 'a..', '1.', '-', ':', '@', ' @', 'a:', '.', '/', 'www', 'a1', '😀', 'ș.b-', 'x.y z'])(
    'takes linear time for a text of %j only',
    (part) => {
      const text = part.repeat(100_000 / part.length);
      const before = process.cpuUsage();
      sanitizeText(text, text.length);
      // Rules that are tried at every position take 25 s for one word of this length.
      expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
    },
  );
});
