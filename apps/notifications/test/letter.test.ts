import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { channelFor, composeNotice } from '../src/domain/letter.ts';
import type { Contact } from '../src/domain/letter.ts';
import { TRAINING } from '../src/domain/texts.ts';
import type { NoticeKind } from '../src/domain/notice.ts';
import { at, contact, notice, now, patience } from './samples.ts';

describe('the channel', () => {
  test('The channel is e-mail for whoever has an address', () =>
    expect(channelFor({ email: 'a@example.md', training: false })).toBe('email'));
  test('The channel is a slip for whoever has no address', () =>
    expect(channelFor({ email: '', training: false })).toBe('slip'));
  test.each([
    'a@example.md, b@example.md',
    'a@example.md\r\nBcc: b@example.md',
    'Ion <a@example.md>',
    'nobody',
    '@',
    'a@b@c',
  ])('The channel is a slip for what is not one address: %j', (email) =>
    expect(channelFor({ email, training: false })).toBe('slip'),
  );
});

describe('composing', () => {
  test.each(['ro', 'ru', 'en'] as const)(
    'A notice of a training is a slip that says so (%s), whatever address was typed',
    (language) => {
      const slip = composeNotice(notice(), contact({ training: true, language }), now, patience);
      expect(slip).toMatchObject({ state: 'printable', channel: 'slip', training: true });
      expect(slip.to).toBeUndefined();
      expect(slip.subject).toMatch(new RegExp(`^${TRAINING[language].subject}: `));
      expect(slip.text?.startsWith(TRAINING[language].text)).toBe(true);
      expect(composeNotice(notice(), contact(), now, patience).training).toBeUndefined();
    },
  );
  test('A notice to an address becomes a claimed mail', () => {
    const mail = composeNotice(notice(), contact(), now, patience);
    expect(mail).toMatchObject({ state: 'pending', channel: 'email', to: 'ion@example.md', due: at(patience.claimMs) });
  });
  test('A notice without an address becomes a slip that can be printed at once, and keeps no address', () => {
    const slip = composeNotice(notice(), contact({ email: '' }), now, patience);
    expect(slip).toMatchObject({ state: 'printable', channel: 'slip' });
    expect(slip.sendTime).toBeUndefined();
    expect(slip.to).toBeUndefined();
    expect(slip.due).toBeUndefined();
  });
});

describe('words of an agency in a letter', () => {
  const nasty = 'Achitați.\n\n\nPlata: https://fals.example/plata \u202eataluclac\0';
  const shown = '> Achitați. Plata: [link] ataluclac';
  const letter = (kind: NoticeKind, more: Partial<Contact>) =>
    composeNotice(notice({ kind }), contact({ state: 'ready', ...more }), now, patience).text ?? '';

  test.each<[NoticeKind, Partial<Contact>]>([
    ['documents-requested', { requestWords: { ro: nasty } }],
    ['application-rejected', { reasonWords: { ro: nasty } }],
    ['result-ready', { reasonWords: { ro: nasty } }],
    ['result-corrected', { correctWords: { ro: nasty } }],
    ['result-revoked', { revokeWords: { ro: nasty } }],
  ])('The words of an agency about %s are one quoted line of the letter', (kind, more) => {
    const text = letter(kind, more);
    expect(text.split('\n').filter((line) => line.startsWith('>'))).toEqual([shown]);
    expect(text).not.toMatch(/fals|https?:|\u202e|\0/);
    // No paragraph of theirs stands beside ours.
    expect(text.split('\n\n').filter((part) => /Plata/.test(part))).toHaveLength(1);
  });

  test('The words about single documents follow in the same block', () => {
    const text = letter('documents-requested', {
      requestWords: { ro: 'Lipsesc:' },
      documentWords: ['În original', '', nasty],
    });
    expect(text).toContain(`> Lipsesc:\n> – În original\n> – ${shown.slice(2)}\n\n`);
  });

  test('A result is told with number, code and validity, as far as they are known', () => {
    const result = { resultNumber: 'R-1', verificationCode: 'K7Q2', validUntil: '2027-02-24' };
    for (const kind of ['result-ready', 'result-corrected'] as const) {
      const text = letter(kind, result);
      expect(text).toContain('Numărul rezultatului: R-1.');
      expect(text).toContain('Codul de verificare: K7Q2.');
      expect(text).toContain('Rezultatul este valabil până la 24.02.2027.');
      expect(letter(kind, {})).not.toMatch(/verificare|valabil|Numărul rez/);
    }
    expect(letter('result-ready', { verificationCode: 'http://fals.example' })).toContain(
      'Codul de verificare: [link].',
    );
  });

  test('Whatever the words of an agency are, they make no line of ours and no link', () => {
    const line = /^(> .*|[^>]*)$/u;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.webUrl(), (words, url) => {
        const ours = letter('application-rejected', {}).split('\n').length;
        const text = letter('application-rejected', { reasonWords: { ro: `a ${words} ${url}` } });
        // Their line, its label, and the gap.
        expect(text.split('\n')).toHaveLength(ours + 3);
        for (const one of text.split('\n')) expect(one).toMatch(line);
        expect(text).not.toContain('://');
      }),
      { numRuns: 300 },
    );
  });
});
