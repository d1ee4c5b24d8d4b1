import { describe, expect, test } from '@jest/globals';
import { recordDelivery, requestCodeMail } from '../src/domain/mandate-mail.ts';
import {
  confirmCode,
  end,
  expiryOf,
  issueCode,
  nextTimer,
  onTimer,
  recordPrinted,
  remainingScope,
  revoke,
  stateAt,
} from '../src/domain/mandate.ts';
import type { MandateFields, MandateScope } from '../src/domain/mandate.ts';

const GRANTED = new Date('2026-11-29T10:00:00Z');
const by = { actor: 'applicant', request: 'r', now: GRANTED };
const scopeOf = (publicServices: string[], themes: string[] = []): MandateScope => ({ publicServices, themes });

function mandateWith(fields: Partial<MandateFields> = {}): MandateFields {
  return {
    _id: '01K0000000000000000MANDATE',
    centre: 'centres/CU-001',
    training: false,
    ground: 'present-and-signing',
    scope: scopeOf(['criminal-record', 'passport'], ['property']),
    term: 'days-31',
    grantTime: GRANTED,
    expireTime: expiryOf(GRANTED, 'days-31'),
    grantedBy: 'operators/a',
    text: { version: '1', language: 'ro', sha256: '' },
    state: 'active',
    revocations: [],
    ...fields,
  };
}

describe('the term of a mandate', () => {
  test.each([
    // The day of the grant does not count; the last day ends at midnight in Chisinau.
    ['days-31', '2026-11-29T10:00:00Z', '2026-12-30T22:00:00.000Z'],
    // Granted after midnight in Chisinau, and ending in summer time.
    ['days-182', '2026-11-29T22:30:00Z', '2027-05-31T21:00:00.000Z'],
    ['days-365', '2027-03-01T10:00:00Z', '2028-02-29T22:00:00.000Z'],
    ['this-application', '2026-11-29T10:00:00Z', '2027-11-29T22:00:00.000Z'],
  ] as const)('%s from %s ends at %s', (term, granted, end) => {
    expect(expiryOf(new Date(granted), term).toISOString()).toBe(end);
  });

  test('reminds 14 days before the end, then expires', () => {
    const mandate = mandateWith();
    const reminder = nextTimer(mandate.expireTime, GRANTED);
    expect(reminder).toEqual({ kind: 'remind', due: new Date('2026-12-16T22:00:00Z') });
    const { mandate: reminded, eventKind } = onTimer(mandate, 'remind', reminder.due);
    expect(eventKind).toBeUndefined();
    expect(reminded).toMatchObject({ remindTime: reminder.due, timer: { kind: 'expire', due: mandate.expireTime } });
    const ended = onTimer(reminded, 'expire', mandate.expireTime);
    expect(ended).toMatchObject({ eventKind: 'expired', mandate: { state: 'expired', timer: null } });
  });

  test('does not expire early, and loses the timer of an ended mandate', () => {
    const mandate = mandateWith();
    expect(onTimer(mandate, 'expire', GRANTED)).toMatchObject({
      mandate: { state: 'active', timer: { kind: 'expire' } },
    });
    const revoked = mandateWith({ state: 'revoked' });
    expect(onTimer(revoked, 'expire', mandate.expireTime)).toEqual({ mandate: { ...revoked, timer: null } });
  });

  test('has ended at its time even if the timer is late', () => {
    const mandate = mandateWith();
    expect(stateAt(mandate, new Date(mandate.expireTime.getTime() - 1))).toBe('active');
    expect(stateAt(mandate, mandate.expireTime)).toBe('expired');
  });
});

describe('revocation', () => {
  test('of a part keeps the rest', () => {
    const { mandate, eventKind } = revoke(mandateWith(), scopeOf(['passport']), by);
    expect(eventKind).toBe('revoked');
    expect(mandate.state).toBe('active');
    expect(remainingScope(mandate)).toEqual(scopeOf(['criminal-record'], ['property']));
    expect(mandate.revocations).toEqual([
      {
        scope: scopeOf(['passport']),
        time: GRANTED,
        actor: 'applicant',
        request: 'r',
        receipt: '000MANDATE-1',
        whole: false,
      },
    ]);
  });

  test('of everything ends it and its timer', () => {
    const { mandate } = revoke(mandateWith({ timer: { kind: 'expire', due: GRANTED } }), scopeOf([]), by);
    expect(mandate).toMatchObject({ state: 'revoked', timer: null, revocations: [{ whole: true }] });
    expect(mandate.revocations[0]!.scope).toEqual(scopeOf(['criminal-record', 'passport'], ['property']));
  });

  test('of the last part ends it', () => {
    const first = revoke(mandateWith({ scope: scopeOf(['passport'], ['property']) }), scopeOf(['passport']), by);
    const { mandate } = revoke(first.mandate, scopeOf([], ['property']), by);
    expect(mandate.state).toBe('revoked');
    expect(mandate.revocations.map(({ whole, receipt }) => [whole, receipt.slice(-2)])).toEqual([
      [false, '-1'],
      [true, '-2'],
    ]);
  });

  test('can name a service that a theme covers', () => {
    const themed = mandateWith({ scope: scopeOf([], ['property']) });
    const { mandate } = revoke(themed, scopeOf(['property-list']), by);
    expect(mandate.state).toBe('active');
    expect(() => revoke(mandate, scopeOf(['property-list']), by)).toThrow(
      expect.objectContaining({ reason: 'ACTION_NOT_ALLOWED' }),
    );
  });

  test.each([
    [
      'nothing that it covers',
      mandateWith({ scope: scopeOf(['passport']) }),
      scopeOf(['criminal-record'], ['property']),
    ],
    ['a revoked mandate', mandateWith({ state: 'revoked' }), scopeOf([])],
    ['a mandate whose term is over', mandateWith({ expireTime: GRANTED }), scopeOf([])],
  ])('of %s is not allowed', (_what, mandate, part) => {
    expect(() => revoke(mandate, part, by)).toThrow(expect.objectContaining({ reason: 'ACTION_NOT_ALLOWED' }));
  });
});

describe('the one-time code by email', () => {
  const mail = { id: 'one', hash: 'hash', mail: '{}', address: 'ana@example.org', sentBy: 'operators/a' };
  const after = (seconds: number) => new Date(GRANTED.getTime() + seconds * 1000);
  const request = (mandate: MandateFields, now: Date, personTimes: Date[] = []) =>
    requestCodeMail(mandate, mail, { personTimes, now }).mandate;

  test('keeps code and address until the report, and puts the timer of the mandate back', () => {
    const requested = request(mandateWith(), GRANTED);
    expect(requested).toMatchObject({
      supportingCode: { delivery: 'pending', mail: '{}' },
      timer: { kind: 'end-mail', due: after(600) },
      mailTimes: [GRANTED],
    });
    const { mandate } = recordDelivery(requested, 'one', 'sent');
    expect(mandate.supportingCode).toEqual(expect.not.objectContaining({ mail: '{}' }));
    expect(mandate).toMatchObject({ supportingCode: { delivery: 'sent' }, timer: { kind: 'remind' } });
    expect(recordDelivery(mandate, 'one', 'refused').mandate).toBe(mandate);
    expect(recordDelivery(requested, 'other', 'sent').mandate).toBe(requested);
  });

  test('ends at its timer, with the mandate, or at the reminder', () => {
    const requested = request(mandateWith(), GRANTED);
    const { mandate: late, eventKind } = onTimer(requested, 'end-mail', after(600));
    expect(eventKind).toBeUndefined();
    expect(late).toMatchObject({ supportingCode: { delivery: 'unavailable' }, timer: { kind: 'remind' } });
    expect(late.supportingCode).not.toHaveProperty('mail');
    const { mandate: revoked } = revoke(requested, scopeOf([]), by);
    expect(revoked).toMatchObject({ timer: null, supportingCode: { delivery: 'unavailable' } });
    const reminder = nextTimer(requested.expireTime, GRANTED).due;
    const last = request(mandateWith(), new Date(reminder.getTime() - 1000));
    expect(last.timer).toEqual({ kind: 'remind', due: reminder });
    const { mandate: reminded } = onTimer(last, 'remind', reminder);
    expect(reminded).toMatchObject({ remindTime: reminder, timer: { kind: 'end-mail' } });
    expect(onTimer(reminded, 'end-mail', reminded.timer!.due).mandate.timer).toMatchObject({ kind: 'expire' });
  });

  test.each<[string, MandateFields, Date, Date[], string]>([
    ['an ended mandate', mandateWith({ state: 'revoked' }), GRANTED, [], 'ACTION_NOT_ALLOWED'],
    ['a training', mandateWith({ training: true }), GRANTED, [], 'ACTION_NOT_ALLOWED'],
    ['a second one within a minute', mandateWith({ mailTimes: [GRANTED] }), after(59), [], 'RATE_LIMITED'],
    [
      'a sixth one within an hour',
      mandateWith(),
      after(3599),
      Array.from({ length: 5 }, () => GRANTED),
      'RATE_LIMITED',
    ],
  ])('is refused for %s', (_what, mandate, now, personTimes, reason) => {
    expect(() => request(mandate, now, personTimes)).toThrow(expect.objectContaining({ reason }));
  });

  test('is sent again after a minute, and to the person after an hour', () => {
    expect(request(mandateWith({ mailTimes: [GRANTED] }), after(60)).mailTimes).toEqual([GRANTED, after(60)]);
    const five = Array.from({ length: 5 }, () => GRANTED);
    expect(request(mandateWith({ mailTimes: five }), after(3600), five).mailTimes).toEqual([after(3600)]);
  });
});

test('the end before the term keeps an earlier end', () => {
  const { mandate, eventKind } = end(mandateWith(), GRANTED);
  expect([mandate.state, mandate.expireTime, mandate.timer, eventKind]).toEqual(['expired', GRANTED, null, 'expired']);
  const late = mandateWith({ expireTime: new Date(0) });
  expect(end(late, GRANTED).mandate.expireTime).toEqual(new Date(0));
  const revoked = mandateWith({ state: 'revoked' });
  expect(end(revoked, GRANTED)).toEqual({ mandate: revoked });
});

describe('the one-time code', () => {
  const operator = 'operators/a';
  const issued = issueCode(mandateWith(), { hash: 'hash', operator, now: GRANTED }).mandate;
  const minutes = (count: number) => new Date(GRANTED.getTime() + count * 60_000);
  const confirm = (hashes: string[], now: Date) => ({ hashes, operator: 'operators/b', now });

  test('is confirmed within ten minutes, once', () => {
    const { mandate } = confirmCode(issued, confirm(['old', 'hash'], minutes(9)));
    expect(mandate.supportingCode).toMatchObject({ confirmTime: minutes(9), wrongTries: 0 });
    expect(confirmCode(mandate, confirm(['hash'], minutes(9))).mandate).toBe(mandate);
    expect(() => confirmCode(mandate, confirm(['other'], minutes(9)))).toThrow();
    expect(() => confirmCode(issued, confirm(['hash'], minutes(10)))).toThrow();
  });

  test('allows five wrong tries', () => {
    let mandate = issued;
    for (let i = 0; i < 5; i += 1) mandate = confirmCode(mandate, confirm(['wrong'], minutes(1))).mandate;
    expect(mandate.supportingCode?.wrongTries).toBe(5);
    expect(() => confirmCode(mandate, confirm(['hash'], minutes(1)))).toThrow(
      expect.objectContaining({ reason: 'ACTION_NOT_ALLOWED' }),
    );
  });

  test.each<['print' | 'email']>([['print'], ['email']])('confirmed by %s is never replaced by a print', (channel) => {
    const code = { ...issued.supportingCode!, channel, confirmTime: GRANTED };
    expect(() => issueCode(mandateWith({ supportingCode: code }), { hash: 'new', operator, now: GRANTED })).toThrow(
      expect.objectContaining({ reason: 'ACTION_NOT_ALLOWED' }),
    );
  });

  test('names who issued and who confirmed it, also to the journal', () => {
    const step = confirmCode(issued, confirm(['hash'], minutes(1)));
    expect(step.mandate.supportingCode).toMatchObject({ sentBy: operator, confirmedBy: 'operators/b' });
    expect(step.codeAct).toEqual({ kind: 'code-confirmed', operator: 'operators/b' });
    expect(confirmCode(issued, confirm(['wrong'], minutes(1))).codeAct).toBeUndefined();
  });

  test('is not issued for an ended mandate', () => {
    expect(() => issueCode(mandateWith({ state: 'revoked' }), { hash: 'hash', operator, now: GRANTED })).toThrow();
  });
});

test('records the first printing only', () => {
  const { mandate } = recordPrinted(mandateWith(), GRANTED);
  expect(recordPrinted(mandate, new Date()).mandate.printTime).toEqual(GRANTED);
});
