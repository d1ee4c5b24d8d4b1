import { describe, expect, test } from '@jest/globals';
import {
  backoffMs,
  channelFor,
  composeNotice,
  later,
  nextDue,
  noticeFor,
  overtaken,
  sent,
} from '../src/domain/notices.ts';
import type { Contact, Happening, Notice, NoticeKind } from '../src/domain/notices.ts';

const now = new Date('2026-03-09T10:00:00Z');
const rules = { maxAgeMs: 7 * 86_400_000, overtakenAfterMs: 3_600_000 };
const happening = (type: string, more: Partial<Happening> = {}): Happening => ({
  type: `cups.intake.v1.${type}`,
  time: now,
  state: 'submitted',
  ...more,
});
const before = (ms: number) => new Date(now.getTime() - ms);

const notice = (more: Partial<Notice> = {}): Notice => ({
  id: '01J0000000000000000000000A-1',
  kind: 'application-submitted',
  state: 'compose',
  eventTime: now,
  createTime: now,
  attempts: 0,
  ...more,
});
const contact = (more: Partial<Contact> = {}): Contact => ({
  language: 'ro',
  email: 'ion@example.md',
  personName: 'Ion Popescu',
  serviceTitle: { ro: 'Extras de naștere', ru: 'Выписка', en: 'Birth extract' },
  centreName: 'Lozova',
  trackingNumber: 'ABCD-EFGH-JKMN-PX',
  dueDate: '2026-03-20',
  state: 'submitted',
  answerBy: '',
  requestWords: {},
  reasonWords: {},
  ...more,
});
const claimedUntil = new Date(now.getTime() + 120_000);

describe('who is told what', () => {
  const told: [string, Happening, NoticeKind | undefined][] = [
    ['filing', happening('ApplicationSubmitted'), 'application-submitted'],
    ['a request for documents', happening('DocumentsRequested'), 'documents-requested'],
    ['a result', happening('ApplicationDecided', { state: 'ready' }), 'result-ready'],
    ['a refusal', happening('ApplicationDecided', { state: 'rejected' }), 'application-rejected'],
    ['a withdrawal', happening('ApplicationWithdrawn', { fromState: 'submitted' }), 'application-withdrawn'],
    ['a discarded draft: nothing', happening('ApplicationWithdrawn', { fromState: 'draft' }), undefined],
    ['an expiry', happening('ApplicationExpired', { fromState: 'documents-requested' }), 'application-expired'],
    ['an expired draft: nothing', happening('ApplicationExpired', { fromState: 'draft' }), undefined],
    ['a corrected result', happening('ResultChanged', { revoked: false }), 'result-corrected'],
    ['a revoked result', happening('ResultChanged', { revoked: true }), 'result-revoked'],
    ['handing over: nothing', happening('ResultHandedOver'), undefined],
    ['supplied documents: nothing', happening('DocumentsSupplied'), undefined],
    ['work at the agency: nothing', happening('ApplicationInProgress'), undefined],
    ['closing: nothing', happening('ApplicationClosed'), undefined],
    ['a note to the desk: nothing', happening('DeskNoted'), undefined],
    ['an event of a later release: nothing', happening('SomethingNew'), undefined],
  ];
  test.each(told)('of %s', (_name, event, kind) => expect(noticeFor(event, now, rules)).toBe(kind));

  test('an event of seven days is told, an older one is not', () => {
    const at = (ms: number) => noticeFor(happening('ApplicationSubmitted', { time: before(ms) }), now, rules);
    expect(at(rules.maxAgeMs)).toBe('application-submitted');
    expect(at(rules.maxAgeMs + 1)).toBeUndefined();
  });
});

describe('a late notice', () => {
  test('that asks for a step which is done already is dropped', () => {
    expect(overtaken('documents-requested', 'in-progress', 3_600_001, rules)).toBe(true);
    expect(overtaken('result-ready', 'handed-over', 3_600_001, rules)).toBe(true);
    const late = composeNotice(
      notice({ kind: 'documents-requested', eventTime: before(7_200_000) }),
      contact({ state: 'withdrawn' }),
      now,
      rules,
      claimedUntil,
    );
    expect(late).toMatchObject({ state: 'failed', failCause: 'overtaken' });
    expect(late).not.toHaveProperty('text');
  });
  test('that still asks for its step is sent', () =>
    expect(overtaken('result-ready', 'ready', 3_600_001, rules)).toBe(false));
  test('that is fresh is sent whatever came after it', () =>
    expect(overtaken('result-ready', 'handed-over', 3_600_000, rules)).toBe(false));
  test('that is a receipt is sent whatever came after it', () =>
    expect(overtaken('application-submitted', 'closed', 86_400_000, rules)).toBe(false));
});

describe('the channel', () => {
  test('is e-mail for whoever has an address', () => expect(channelFor({ email: 'a@example.md' })).toBe('email'));
  test('is a slip for whoever has none', () => expect(channelFor({ email: '' })).toBe('slip'));
  test.each([
    'a@example.md, b@example.md',
    'a@example.md\r\nBcc: b@example.md',
    'Ion <a@example.md>',
    'nobody',
    '@',
    'a@b@c',
  ])('is a slip for what is not one address: %j', (email) => expect(channelFor({ email })).toBe('slip'));
});

describe('composing', () => {
  test('makes a claimed mail for an address', () => {
    const mail = composeNotice(notice(), contact(), now, rules, claimedUntil);
    expect(mail).toMatchObject({ state: 'pending', channel: 'email', to: 'ion@example.md', due: claimedUntil });
  });
  test('makes a slip that is ready at once, and keeps no address', () => {
    const slip = composeNotice(notice(), contact({ email: '' }), now, rules, claimedUntil);
    expect(slip).toMatchObject({ state: 'sent', channel: 'slip', sendTime: now });
    expect(slip.to).toBeUndefined();
    expect(slip.due).toBeUndefined();
  });
});

describe('a try that failed', () => {
  test('is repeated later and later, at most a minute apart', () =>
    expect([1, 2, 3, 8, 20].map((attempts) => backoffMs(attempts, 10_000))).toEqual([
      10_000, 20_000, 40_000, 60_000, 60_000,
    ]));
  test('is given up when the event is too old to be of use', () => {
    expect(later(notice(), 'smtp-away', now, 30_000, rules)).toMatchObject({ state: 'compose', attempts: 1 });
    const old = later(notice({ eventTime: before(rules.maxAgeMs + 1) }), 'smtp-away', now, 30_000, rules);
    expect(old).toMatchObject({ state: 'failed', failCause: 'smtp-away' });
  });
});

test('the thread wakes for its first open notice', () => {
  const at = (ms: number) => new Date(now.getTime() + ms);
  const open = [notice({ due: at(5) }), notice({ state: 'pending', due: at(3) }), sent(notice({ due: at(1) }), now)];
  expect(nextDue(open)).toEqual(at(3));
  expect(nextDue([sent(notice(), now)])).toBeUndefined();
});
