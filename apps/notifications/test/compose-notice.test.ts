import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { resolveChannel, composeNotice } from '../src/domain/compose-notice.ts';
import type { NoticeContext } from '../src/domain/compose-notice.ts';
import { TRAINING_LABELS } from '../src/domain/templates.ts';
import type { NoticeKind } from '../src/domain/notice.ts';
import { at, noticeContext, notice, now, retryPolicy } from './fixtures.ts';

describe('resolveChannel', () => {
  test('returns email for an applicant with an address', () =>
    expect(resolveChannel({ email: 'a@example.md', training: false })).toBe('email'));
  test('returns slip for an applicant without an address', () =>
    expect(resolveChannel({ email: '', training: false })).toBe('slip'));
  test.each([
    'a@example.md, b@example.md',
    'a@example.md\r\nBcc: b@example.md',
    'Ion <a@example.md>',
    'nobody',
    '@',
    'a@b@c',
  ])('returns slip for an invalid address: %j', (email) =>
    expect(resolveChannel({ email, training: false })).toBe('slip'),
  );
});

describe('composeNotice', () => {
  test.each(['ro', 'ru', 'en'] as const)(
    'creates a labelled slip for a training (%s), whatever address was entered',
    (language) => {
      const slip = composeNotice(notice(), noticeContext({ training: true, language }), now, retryPolicy);
      expect(slip).toMatchObject({ state: 'printable', channel: 'slip', training: true });
      expect(slip.emailAddress).toBeUndefined();
      expect(slip.subject).toMatch(new RegExp(`^${TRAINING_LABELS[language].subject}: `));
      expect(slip.text?.startsWith(TRAINING_LABELS[language].text)).toBe(true);
      expect(composeNotice(notice(), noticeContext(), now, retryPolicy).training).toBeUndefined();
    },
  );
  test('creates a claimed email for an applicant with an address', () => {
    const mail = composeNotice(notice(), noticeContext(), now, retryPolicy);
    expect(mail).toMatchObject({
      state: 'pending',
      channel: 'email',
      emailAddress: 'ion@example.md',
      due: at(retryPolicy.claimMs),
    });
  });
  test.each(['ro', 'ru', 'en'] as const)(
    'names the day of the expected decision until it has passed (%s)',
    (language) => {
      const textFor = (expectedDecisionDate: string) => {
        const context = noticeContext({ language, dueDate: '2026-03-06', expectedDecisionDate });
        return composeNotice(notice({ kind: 'term-passed' }), context, now, retryPolicy).text!;
      };
      const without = textFor('');
      expect(without).toContain('06.03.2026');
      expect(without).not.toMatch(/\{|undefined/);
      expect(textFor('2026-04-10')).toContain('10.04.2026');
      // The notice is composed on 9 March 2026.
      expect(textFor('2026-03-09')).toContain('09.03.2026');
      expect(textFor('2026-03-08')).toBe(without);
      const sentence = {
        ro: 'termenul legal nu se schimbă',
        ru: 'законный срок не меняется',
        en: 'does not change the legal term',
      };
      expect(textFor('2026-04-10')).toContain(sentence[language]);
      expect(without).not.toContain(sentence[language]);
    },
  );
  test('creates a printable slip without an address', () => {
    const slip = composeNotice(notice(), noticeContext({ email: '' }), now, retryPolicy);
    expect(slip).toMatchObject({ state: 'printable', channel: 'slip' });
    expect(slip.sendTime).toBeUndefined();
    expect(slip.emailAddress).toBeUndefined();
    expect(slip.due).toBeUndefined();
  });
});

describe('texts of an agency in a notice', () => {
  const hostileText = 'Achitați.\n\n\nPlata: https://fals.example/plata \u202eataluclac\0';
  const shown = '> Achitați. Plata: [link] ataluclac';
  const letter = (kind: NoticeKind, more: Partial<NoticeContext>) =>
    composeNotice(notice({ kind }), noticeContext({ state: 'ready', ...more }), now, retryPolicy).text ?? '';

  test.each<[NoticeKind, Partial<NoticeContext>]>([
    ['documents-requested', { requestText: { ro: hostileText } }],
    ['application-rejected', { reasonText: { ro: hostileText } }],
    ['result-ready', { reasonText: { ro: hostileText } }],
    ['result-corrected', { correctionText: { ro: hostileText } }],
    ['result-revoked', { revocationText: { ro: hostileText } }],
  ])('the text of an agency about %s is one quoted line', (kind, more) => {
    const text = letter(kind, more);
    expect(text.split('\n').filter((line) => line.startsWith('>'))).toEqual([shown]);
    expect(text).not.toMatch(/fals|https?:|\u202e|\0/);
    // The agency's text forms no paragraph of its own.
    expect(text.split('\n\n').filter((part) => /Plata/.test(part))).toHaveLength(1);
  });

  test('texts about single documents follow in the same block', () => {
    const text = letter('documents-requested', {
      requestText: { ro: 'Lipsesc:' },
      documentTexts: ['În original', '', hostileText],
    });
    expect(text).toContain(`> Lipsesc:\n> – În original\n> – ${shown.slice(2)}\n\n`);
  });

  test('a result shows its number, code and validity as far as they are known', () => {
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

  test('a text of an agency forms neither an unquoted line nor a link', () => {
    const line = /^(> .*|[^>]*)$/u;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.webUrl(), (words, url) => {
        const ours = letter('application-rejected', {}).split('\n').length;
        const text = letter('application-rejected', { reasonText: { ro: `a ${words} ${url}` } });
        // The quoted line, its label and the gap.
        expect(text.split('\n')).toHaveLength(ours + 3);
        for (const textLine of text.split('\n')) expect(textLine).toMatch(line);
        expect(text).not.toContain('://');
      }),
      { numRuns: 300 },
    );
  });
});
