import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  channelFor,
  composeNotice,
  heldUntil,
  later,
  MAX_A_DAY,
  nextDue,
  noticeFor,
  overtaken,
  sent,
  withNotice,
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
  documentWords: [],
  reasonWords: {},
  correctWords: {},
  revokeWords: {},
  resultNumber: '',
  verificationCode: '',
  validUntil: '',
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

describe('a notice says what is so when it is written', () => {
  const written = (kind: NoticeKind, more: Partial<Contact>, of: Partial<Notice> = {}) =>
    composeNotice(notice({ kind, ...of }), contact({ state: 'ready', ...more }), now, rules, claimedUntil);

  test.each<[NoticeKind, Contact['lastChange'], boolean]>([
    ['result-ready', undefined, true],
    ['result-ready', 'corrected', true],
    ['result-ready', 'revoked', false],
    ['result-corrected', 'corrected', true],
    ['result-corrected', 'revoked', false],
    ['result-revoked', 'revoked', true],
    ['result-revoked', 'corrected', false],
    ['application-submitted', 'revoked', true],
  ])('%s of a result that was last %s: %s', (kind, lastChange, isTold) => {
    const one = written(kind, lastChange ? { lastChange } : {});
    expect([one.state, one.failCause]).toEqual(isTold ? ['pending', undefined] : ['failed', 'overtaken']);
    expect(one.text === undefined).toBe(!isTold);
  });

  test('documents that were asked for again: the day belongs to the words', () => {
    const open = { state: 'documents-requested', answerBy: '2026-04-15', requestWords: { ro: 'Altceva.' } };
    const { text } = written('documents-requested', open, { answerBy: '2026-04-01' });
    expect(text).toContain('> Altceva.');
    expect(text).toContain('Ultima zi este 15.04.2026.');
    expect(text).not.toContain('01.04.2026');
  });
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
    expect(
      [0, 1, 2, 7, 19].map((attempts) => {
        const { due } = later(notice({ attempts }), 'smtp-away', now, 10_000, rules);
        return due!.getTime() - now.getTime();
      }),
    ).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]));
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

describe('what an agency can cause again and again', () => {
  const DAY = 86_400_000;
  const at = (ms: number) => new Date(now.getTime() + ms);

  test.each<NoticeKind>(['documents-requested', 'result-corrected', 'result-revoked'])(
    '200 of %s in a day: three are told, and one that waits for the next day is the newest',
    (kind) => {
      let notices: Notice[] = [];
      for (let n = 1; n <= 200; n += 1) {
        const time = at(n * 1_000);
        const due = heldUntil(notices, kind, time);
        const one = notice({ id: `a-${n}`, kind, createTime: time });
        notices = withNotice(notices, due ? { ...one, held: true, due } : sent(one, time));
      }
      expect(notices.map(({ id }) => id)).toEqual(['a-1', 'a-2', 'a-3', 'a-200']);
      expect(notices.at(-1)).toMatchObject({ state: 'compose', held: true, replaces: 196, due: at(1_000 + DAY) });
      expect(nextDue(notices)).toEqual(at(1_000 + DAY));
    },
  );

  test('a day later the held one is told, and a further one waits again', () => {
    const told = [1, 10, 20].map((n) => sent(notice({ id: `a-${n}`, kind: 'result-revoked' }), at(n)));
    const held = notice({ id: 'a-4', kind: 'result-revoked', held: true, due: at(1 + DAY) });
    const later = composeNotice(held, contact({ state: 'ready' }), at(DAY + 2), rules, claimedUntil);
    expect(later).toMatchObject({ state: 'pending', id: 'a-4' });
    expect(later.held).toBeUndefined();
    const all = [...told, sent(later, at(DAY + 2))];
    expect(heldUntil(all, 'result-revoked', at(DAY + 2))).toEqual(at(10 + DAY));
    expect(heldUntil(all, 'result-revoked', at(2 * DAY + 2))).toBeUndefined();
  });

  test('a decision, a withdrawal or another kind never waits', () => {
    const many = Array.from({ length: MAX_A_DAY + 5 }, (_, n) =>
      sent(notice({ id: `a-${n}`, kind: 'documents-requested' }), now),
    );
    for (const kind of ['result-ready', 'application-rejected', 'application-withdrawn', 'result-revoked'] as const)
      expect(heldUntil(many, kind, now)).toBeUndefined();
  });

  test('a thread keeps the newest hundred of a kind, and all of the others', () => {
    let notices = [sent(notice({ id: 'filed' }), now)];
    for (let n = 1; n <= 500; n += 1)
      notices = withNotice(notices, sent(notice({ id: `a-${n}`, kind: 'result-corrected' }), at(n)));
    expect([notices.length, notices[0]?.id, notices[1]?.id]).toEqual([101, 'filed', 'a-401']);
  });
});

describe('words of an agency in a letter', () => {
  const nasty = 'Achitați.\n\n\nPlata: https://fals.example/plata \u202eataluclac\0';
  const shown = '> Achitați. Plata: [link] ataluclac';
  const letter = (kind: NoticeKind, more: Partial<Contact>) =>
    composeNotice(notice({ kind }), contact({ state: 'ready', ...more }), now, rules, claimedUntil).text ?? '';

  test.each<[NoticeKind, Partial<Contact>]>([
    ['documents-requested', { requestWords: { ro: nasty } }],
    ['application-rejected', { reasonWords: { ro: nasty } }],
    ['result-ready', { reasonWords: { ro: nasty } }],
    ['result-corrected', { correctWords: { ro: nasty } }],
    ['result-revoked', { revokeWords: { ro: nasty } }],
  ])('of %s are one quoted line', (kind, more) => {
    const text = letter(kind, more);
    expect(text.split('\n').filter((line) => line.startsWith('>'))).toEqual([shown]);
    expect(text).not.toMatch(/fals|https?:|\u202e|\0/);
    // No paragraph of theirs stands beside ours.
    expect(text.split('\n\n').filter((part) => /Plata/.test(part))).toHaveLength(1);
  });

  test('about single documents follow in the same block', () => {
    const text = letter('documents-requested', {
      requestWords: { ro: 'Lipsesc:' },
      documentWords: ['În original', '', nasty],
    });
    expect(text).toContain(`> Lipsesc:\n> – În original\n> – ${shown.slice(2)}\n\n`);
  });

  test('a result is told with number, code and validity, as far as they are known', () => {
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

  test('whatever they are, they make no line of ours and no link', () => {
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
