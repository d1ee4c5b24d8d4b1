import { describe, expect, test } from '@jest/globals';
import { composeNotice } from '../src/domain/compose-notice.ts';
import type { NoticeContext } from '../src/domain/compose-notice.ts';
import type { Notice, NoticeKind } from '../src/domain/notice.ts';
import { isSuperseded } from '../src/domain/superseded.ts';
import { before, noticeContext, notice, now, retryPolicy } from './fixtures.ts';

describe('isSuperseded', () => {
  test('drops a late notice that asks for a completed step', () => {
    expect(isSuperseded('documents-requested', 'in-progress', 3_600_001, retryPolicy)).toBe(true);
    expect(isSuperseded('result-ready', 'handed-over', 3_600_001, retryPolicy)).toBe(true);
    const late = composeNotice(
      notice({ kind: 'documents-requested', eventTime: before(7_200_000) }),
      noticeContext({ state: 'withdrawn' }),
      now,
      retryPolicy,
    );
    expect(late).toMatchObject({ state: 'failed', failCause: 'superseded' });
    expect(late).not.toHaveProperty('text');
  });
  test('drops a late notice about a term once the agency has decided', () => {
    expect(isSuperseded('term-passed', 'ready', 3_600_001, retryPolicy)).toBe(true);
    expect(isSuperseded('term-passed', 'in-progress', 3_600_001, retryPolicy)).toBe(false);
  });
  test('drops a late notice about another agency once it has decided', () => {
    expect(isSuperseded('application-passed-on', 'rejected', 3_600_001, retryPolicy)).toBe(true);
    expect(isSuperseded('application-passed-on', 'documents-requested', 3_600_001, retryPolicy)).toBe(false);
  });
  test('sends a late notice whose step is still open', () =>
    expect(isSuperseded('result-ready', 'ready', 3_600_001, retryPolicy)).toBe(false));
  test('sends a notice that is not late, whatever followed', () =>
    expect(isSuperseded('result-ready', 'handed-over', 3_600_000, retryPolicy)).toBe(false));
  test('sends a receipt, whatever followed', () =>
    expect(isSuperseded('application-submitted', 'closed', 86_400_000, retryPolicy)).toBe(false));
});

describe('a notice is true when it is composed', () => {
  const composed = (kind: NoticeKind, more: Partial<NoticeContext>, of: Partial<Notice> = {}) =>
    composeNotice(notice({ kind, ...of }), noticeContext({ state: 'ready', ...more }), now, retryPolicy);

  test.each<[NoticeKind, NoticeContext['lastChange'], boolean]>([
    ['result-ready', undefined, true],
    ['result-ready', 'corrected', true],
    ['result-ready', 'revoked', false],
    ['result-on-the-way', 'revoked', false],
    // It has arrived meanwhile.
    ['result-on-the-way', undefined, false],
    ['result-corrected', 'corrected', true],
    ['result-corrected', 'revoked', false],
    ['result-revoked', 'revoked', true],
    ['result-revoked', 'corrected', false],
    ['application-submitted', 'revoked', true],
  ])('the notice %s of a result with the last change %s is sent: %s', (kind, lastChange, isTold) => {
    const result = composed(kind, lastChange ? { lastChange } : {});
    expect([result.state, result.failCause]).toEqual(isTold ? ['pending', undefined] : ['failed', 'superseded']);
    expect(result.text === undefined).toBe(!isTold);
  });

  test('the day in a repeated document request is that of its text', () => {
    const open = { state: 'documents-requested', answerBy: '2026-04-15', requestText: { ro: 'Altceva.' } };
    const { text } = composed('documents-requested', open, { answerBy: '2026-04-01' });
    expect(text).toContain('> Altceva.');
    expect(text).toContain('Ultima zi este 15.04.2026.');
    expect(text).not.toContain('01.04.2026');
  });
});
