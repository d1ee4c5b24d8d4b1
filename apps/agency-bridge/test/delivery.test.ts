import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cancel, enqueue, fetchAgainMs, newDelivery, settle, stateOf } from '../src/domain/delivery.ts';
import type { AgencyWord, Delivery, Fetched, Said, Step } from '../src/domain/delivery.ts';
import { MAX_REFUSED, receive, tellDateMoved, tellRefusal } from '../src/domain/reply.ts';
import type { Reply, ReplyRefusal } from '../src/domain/reply.ts';

const APPLICATION = 'applications/01JD0000000000000000000001';
const T0 = new Date('2026-03-02T08:00:00Z');
const at = (ms: number) => new Date(T0.getTime() + ms);

const pending = (submission: number) => ({
  submission,
  eventId: `event-${submission}`,
  correlationId: 'r',
  attempts: 0,
});
const request = (number: number): Fetched => ({
  kind: 'request',
  type: number === 1 ? 'submitted' : 'documentsSupplied',
  data: { submission: number },
});
const result = { resultKind: 'paper', resultNumber: '', verificationCode: '', validUntil: '' };
const reason = { ro: 'Motiv.', ru: '', en: '' };
/** What an agency may say, by its type. */
const words: { [T in AgencyWord['type']]: AgencyWord & { type: T } } = {
  DeliveryAcknowledged: { type: 'DeliveryAcknowledged' },
  DeliveryProgressed: { type: 'DeliveryProgressed', note: 'La arhivă.' },
  DeliveryDocumentsRequested: {
    type: 'DeliveryDocumentsRequested',
    evidenceKinds: ['birth-certificate'],
    documents: [{ kind: 'birth-certificate' }],
    message: null,
    answerBy: '2026-04-01',
  },
  DeliveryDecided: { type: 'DeliveryDecided', approved: true, reason: null, decideTime: T0, appeal: null, ...result },
  DeliveryResultCorrected: { type: 'DeliveryResultCorrected', reason, ...result },
  DeliveryResultRevoked: { type: 'DeliveryResultRevoked', reason },
};
const reply = (id: string, type: AgencyWord['type'], more: Partial<Reply> = {}): Reply => ({
  id,
  word: words[type],
  time: T0,
  digest: `${type} of ${id}`,
  changes: [],
  training: false,
  place: { id, topic: 'agency.asp.replies', partition: 0, offset: 1 },
  ...more,
});
const NOT_JSON: ReplyRefusal = { cause: 'NOT_JSON', fields: [], violations: [] };
const ABOUT = { application: APPLICATION, agency: 'asp', centre: 'centres/CU-001', training: false };
const opened = () => newDelivery(ABOUT, T0);
const sentOut = () => settle(enqueue(opened(), pending(1), T0), 1, request(1), T0).delivery;
const withdrawal = { kind: 'withdrawn', time: at(5), eventId: 'withdrawal' } as const;
const types = (says: Said[]) => says.map(({ type }) => type);

describe('a submission', () => {
  test('A submission that intake gives at once is sent to the agency', () => {
    const { delivery, says } = settle(enqueue(opened(), pending(1), T0), 1, request(1), T0);
    expect(says).toEqual([{ to: 'agency', type: 'submitted', data: { submission: 1 } }]);
    expect(delivery).toMatchObject({ state: 'queued', requested: 1, pending: [], timer: null });
  });

  test('A submission waits while intake is away, with a timer that backs off from half a second to a minute', () => {
    let delivery = enqueue(opened(), pending(1), T0);
    const delays: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      delivery = settle(delivery, 1, { kind: 'away' }, T0).delivery;
      delays.push(delivery.timer!.due.getTime() - T0.getTime());
    }
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(fetchAgainMs(1_000)).toBe(60_000);
    expect(delivery.pending).toHaveLength(1);
  });

  test('A submission that waits keeps its place before the next one', () => {
    const two = enqueue(enqueue(opened(), pending(1), T0), pending(2), T0);
    expect(settle(two, 2, request(2), T0)).toEqual({ delivery: two, says: [] });
    const one = settle(two, 1, request(1), T0);
    expect(types([...one.says, ...settle(one.delivery, 2, request(2), T0).says])).toEqual([
      'submitted',
      'documentsSupplied',
    ]);
  });

  test('A submission that was withdrawn before anything went out is not sent, and the delivery is cancelled', () => {
    const { delivery, says } = settle(enqueue(opened(), pending(1), T0), 1, { kind: 'withdrawn' }, T0);
    expect(delivery).toMatchObject({ state: 'cancelled', cancelTime: T0, requested: 0, pending: [], timer: null });
    expect(types(says)).toEqual(['DeliveryCancelled']);
  });

  test('A submission that can not be sent fails with its cause, and intake is told', () => {
    const failure: Fetched = { kind: 'failed', cause: 'CONTENT_INVALID', fields: ['answers'] };
    const { delivery, says } = settle(enqueue(opened(), pending(1), T0), 1, failure, T0);
    expect(delivery).toMatchObject({ state: 'failed', failCause: 'CONTENT_INVALID', failFields: ['answers'] });
    expect(says).toMatchObject([{ to: 'intake', type: 'DeliveryFailed', cause: 'CONTENT_INVALID' }]);
  });

  test('A submission to an agency without a file waits, says so once, and goes out as if it had never waited', () => {
    const unknown: Fetched = { kind: 'waits', cause: 'AGENCY_UNKNOWN' };
    const first = settle(enqueue(opened(), pending(1), T0), 1, unknown, T0);
    expect(first.says).toMatchObject([{ type: 'DeliveryWaits', cause: 'AGENCY_UNKNOWN' }]);
    const second = settle(first.delivery, 1, unknown, at(500));
    expect(second.says).toEqual([]);
    expect(second.delivery).toMatchObject({ state: 'queued', waitCause: 'AGENCY_UNKNOWN', timer: { due: at(1_500) } });
    const { delivery, says } = settle(second.delivery, 1, request(1), at(1_500));
    expect(types(says)).toEqual(['submitted']);
    expect(delivery).toMatchObject({ state: 'queued', requested: 1, pending: [], timer: null });
    expect(delivery.waitCause).toBeUndefined();
  });

  test('A later submission puts an acknowledged delivery back into the queue until it is sent', () => {
    const acknowledged = receive(sentOut(), reply('a', 'DeliveryAcknowledged', { submission: 1 }), T0).delivery;
    const supplied = enqueue({ ...acknowledged, sent: true }, pending(2), T0);
    expect([stateOf(acknowledged), stateOf(supplied), stateOf({ ...supplied, sent: true })]).toEqual([
      'acknowledged',
      'queued',
      'sent',
    ]);
  });
});

describe('a withdrawal or an expiry', () => {
  test('A withdrawal before anything went out cancels without a word to the agency', () => {
    const { delivery, says } = cancel(enqueue(opened(), pending(1), T0), withdrawal, T0);
    expect(types(says)).toEqual(['DeliveryCancelled']);
    expect(delivery).toMatchObject({ state: 'cancelled', pending: [], timer: null });
  });

  test('A withdrawal or an expiry after the request went out is told to the agency, and then to intake', () => {
    const { says } = cancel(sentOut(), withdrawal, T0);
    expect(says[0]).toEqual({
      to: 'agency',
      type: 'withdrawn',
      data: { application: APPLICATION, withdrawTime: at(5).toISOString() },
    });
    expect(types(says)).toEqual(['withdrawn', 'DeliveryCancelled']);
    const expiry = cancel(sentOut(), { ...withdrawal, kind: 'expired' }, T0).says[0];
    expect(expiry).toMatchObject({ type: 'expired', data: { expireTime: at(5).toISOString() } });
  });

  test('A withdrawal that crosses a decision leaves the delivery answered, and the agency is told', () => {
    const answered = receive(sentOut(), reply('d', 'DeliveryDecided'), T0).delivery;
    const { delivery, says } = cancel(answered, withdrawal, T0);
    expect(delivery.state).toBe('answered');
    expect(types(says)).toEqual(['withdrawn']);
  });
});

describe('a reply', () => {
  test('A reply is passed on once, however often it comes', () => {
    const first = receive(sentOut(), reply('a', 'DeliveryProgressed'), T0);
    expect(first.says).toEqual([
      { to: 'intake', ...words.DeliveryProgressed, messageId: 'a', occurTime: T0, changes: [] },
    ]);
    const again = receive(first.delivery, reply('a', 'DeliveryProgressed'), T0);
    expect(again.says).toEqual([]);
    expect(again.delivery).toBe(first.delivery);
  });

  test('A reply before the acknowledgement is passed on, and the late acknowledgement does not take an answer back', () => {
    const decided = receive(sentOut(), reply('d', 'DeliveryDecided'), at(1)).delivery;
    const late = receive(decided, reply('a', 'DeliveryAcknowledged', { submission: 1 }), at(2));
    expect(types(late.says)).toEqual(['DeliveryAcknowledged']);
    expect(late.delivery).toMatchObject({ state: 'answered', answerTime: at(1), acknowledgeTime: at(2) });
  });

  test('A second decision, and one after a withdrawal, are passed on without moving the delivery', () => {
    const decided = receive(sentOut(), reply('d1', 'DeliveryDecided'), at(1)).delivery;
    const twice = receive(decided, reply('d2', 'DeliveryDecided'), at(2));
    expect(types(twice.says)).toEqual(['DeliveryDecided', 'replyRefused']);
    expect(twice.delivery).toMatchObject({ state: 'answered', answerTime: at(1) });
    const after = receive(cancel(sentOut(), withdrawal, T0).delivery, reply('d', 'DeliveryDecided'), at(2));
    expect(types(after.says)).toEqual(['DeliveryDecided', 'replyRefused']);
    expect(after.delivery.state).toBe('cancelled');
  });

  test('An acknowledgement of an older submission does not acknowledge the newer one', () => {
    const supplied = enqueue(sentOut(), pending(2), T0);
    const old = receive(supplied, reply('a', 'DeliveryAcknowledged', { submission: 1 }), T0).delivery;
    expect(old.state).toBe('queued');
    const both = settle(old, 2, request(2), T0).delivery;
    expect(receive(both, reply('b', 'DeliveryAcknowledged', { submission: 2 }), T0).delivery.state).toBe(
      'acknowledged',
    );
  });

  test('A reply before anything was sent moves nothing and is refused, and no desk is told but the agency', () => {
    const waiting = enqueue(opened(), pending(1), T0);
    const { delivery, says, refusal } = receive(waiting, reply('d', 'DeliveryDecided'), T0);
    expect(refusal).toMatchObject({ cause: 'NOTHING_SENT', fields: ['ce_subject'] });
    expect(says).toMatchObject([{ to: 'agency', type: 'replyRefused', notTaken: { cause: 'NOTHING_SENT' } }]);
    expect(delivery).toEqual({ ...waiting, refused: ['NOTHING_SENT d'] });
  });

  const decisionOf = (id: string, decision: string, decideTime = T0) =>
    reply(id, 'DeliveryDecided', { decision, digest: id, word: { ...words.DeliveryDecided, decideTime } });
  const causesOf = (says: Said[]) =>
    says.flatMap((said) => (said.type === 'replyRefused' ? [said.notTaken.cause] : []));

  test('Of a second decision that differs, or a request for documents then, the agency is told, and not of one that says the same', () => {
    const { delivery } = receive(sentOut(), decisionOf('d', 'yes'), T0);
    const other = receive(delivery, decisionOf('e', 'no'), T0);
    expect(types(other.says)).toEqual(['DeliveryDecided', 'replyRefused']);
    expect(other).toMatchObject({ notTaken: { cause: 'ALREADY_DECIDED' } });
    expect(other.refusal).toBeUndefined();
    // The first decision stays the one by which others are judged.
    expect(types(receive(other.delivery, decisionOf('f', 'yes'), T0).says)).toEqual(['DeliveryDecided']);
    // After a crash it comes again: it is told no more, and still known as what it was.
    expect(receive(other.delivery, decisionOf('e', 'no'), T0)).toMatchObject({
      says: [],
      notTaken: { cause: 'ALREADY_DECIDED' },
    });
    expect(causesOf(receive(delivery, reply('g', 'DeliveryDocumentsRequested'), T0).says)).toEqual(['ALREADY_DECIDED']);
    expect(causesOf(receive(delivery, reply('h', 'DeliveryResultRevoked'), T0).says)).toEqual([]);
    expect(causesOf(receive(sentOut(), reply('h', 'DeliveryResultRevoked'), T0).says)).toEqual(['NOT_DECIDED']);
  });

  test('What comes after the end is passed on to the desk, and the agency is told', () => {
    const { delivery } = cancel(sentOut(), withdrawal, at(5));
    for (const type of Object.keys(words) as AgencyWord['type'][]) {
      const { says, notTaken } = receive(delivery, reply('late', type), at(6));
      expect(types(says)).toEqual([type, 'replyRefused']);
      expect(notTaken?.cause).toBe('APPLICATION_ENDED');
    }
  });

  test.each([
    ['1900', new Date('1900-01-01T00:00:00Z'), ['DECIDE_TIME_REPLACED']],
    ['2099', new Date('2099-01-01T00:00:00Z'), ['DECIDE_TIME_REPLACED']],
    ['the day before the submission', at(-86_400_000), []],
    ['an hour later', at(3_600_000), []],
    ['tomorrow', at(86_400_000), ['DECIDE_TIME_REPLACED']],
  ])('A decision of %s is taken, and what was changed is told to the desk and the agency', (_, decideTime, changes) => {
    const { says, notTaken } = receive(sentOut(), decisionOf('d', 'yes', decideTime), T0);
    expect(says[0]).toMatchObject({ changes, decideTime: changes.length > 0 ? T0 : decideTime });
    expect(notTaken).toEqual(
      changes.length > 0 ? { cause: 'DECIDE_TIME_REPLACED', violations: [], changes } : undefined,
    );
    expect(causesOf(says)).toEqual(changes);
  });

  test('A message sent in 1900 or 2099 is taken as of now', () => {
    for (const year of ['1900', '2099']) {
      const time = new Date(`${year}-01-01T00:00:00Z`);
      const { says } = receive(sentOut(), reply('p', 'DeliveryProgressed', { time }), at(7));
      expect(says[0]).toMatchObject({ occurTime: at(7), changes: ['CE_TIME_REPLACED'] });
      expect(causesOf(says)).toEqual(['CE_TIME_REPLACED']);
    }
  });

  test('A clock that is 59 minutes ahead is taken, one that is 61 minutes ahead is not; a decision is held against its own time', () => {
    const after = (minutes: number) => at(minutes * 60_000);
    const sentAhead = (minutes: number) => reply('p', 'DeliveryProgressed', { time: after(minutes) });
    expect(causesOf(receive(sentOut(), sentAhead(59), T0).says)).toEqual([]);
    expect(causesOf(receive(sentOut(), sentAhead(61), T0).says)).toEqual(['CE_TIME_REPLACED']);
    const word = { ...words.DeliveryDecided, decideTime: after(90) };
    expect(causesOf(receive(sentOut(), reply('d', 'DeliveryDecided', { word, time: after(40) }), T0).says)).toEqual([]);
    expect(causesOf(receive(sentOut(), reply('d', 'DeliveryDecided', { word }), T0).says)).toEqual([
      'DECIDE_TIME_REPLACED',
    ]);
  });

  test('A last day for documents that intake moved is told to the agency once, about the message that named it', () => {
    const asked = ['a', 'b'].reduce(
      (delivery, id) => receive(delivery, reply(id, 'DeliveryDocumentsRequested'), T0).delivery,
      sentOut(),
    );
    const later = { request: 'a', answerBy: '2026-03-09', askedAnswerBy: '2026-03-03' };
    const told = tellDateMoved(asked, later, at(9));
    expect(told.says).toMatchObject([
      {
        to: 'agency',
        type: 'replyRefused',
        about: { id: 'a' },
        notTaken: { cause: 'ANSWER_BY_LENGTHENED', changes: ['ANSWER_BY_LENGTHENED'] },
      },
    ]);
    expect(tellDateMoved(told.delivery, later, at(10)).says).toEqual([]);
    const earlier = { request: 'b', answerBy: '2027-03-02', askedAnswerBy: '9999-12-31' };
    expect(causesOf(tellDateMoved(told.delivery, earlier, at(11)).says)).toEqual(['ANSWER_BY_CUT']);
    expect(tellDateMoved(asked, { ...later, request: 'unknown' }, at(9)).says).toEqual([]);
  });

  test('An acknowledgement of a submission that was never sent is refused, and the desk is told once', () => {
    const before = sentOut();
    const wrong = reply('a', 'DeliveryAcknowledged', { submission: 999, agencyReference: 'X' });
    const { delivery, says, refusal } = receive(before, wrong, T0);
    expect(refusal).toMatchObject({ cause: 'UNKNOWN_SUBMISSION', fields: ['submission'] });
    expect(says).toMatchObject([
      { type: 'DeliveryMessageRefused', cause: 'UNKNOWN_SUBMISSION', fields: ['submission'], messageId: 'a' },
      { type: 'replyRefused', about: { id: 'a' } },
    ]);
    expect(delivery).toMatchObject({ state: 'queued', messages: [] });
    expect(delivery.acknowledgeTime ?? delivery.agencyReference).toBeUndefined();
    expect(receive(delivery, wrong, T0)).toMatchObject({ says: [], refusal });
  });

  test('A reply with other content under a known id is refused; the same content again is a repeat', () => {
    const first = receive(sentOut(), reply('d', 'DeliveryDecided', { digest: 'one' }), T0).delivery;
    expect(receive(first, reply('d', 'DeliveryDecided', { digest: 'one' }), T0)).toEqual({ delivery: first, says: [] });
    const other = receive(first, reply('d', 'DeliveryDecided', { digest: 'two' }), T0);
    expect(other.refusal).toMatchObject({ cause: 'ID_REUSED', fields: ['ce_id'] });
    expect(types(other.says)).toEqual(['DeliveryMessageRefused', 'replyRefused']);
    // Recorded by a release that kept no digests: it cannot be told apart, and was passed on once.
    const { digests: _none, ...old } = first;
    expect(receive(old, reply('d', 'DeliveryDecided', { digest: 'two' }), T0).says).toEqual([]);
  });

  test.each([
    ['a reply over an agency’s own topic about a delivery of a training', true, false],
    ['a reply over the topic of trainings about a real delivery', false, true],
  ])('Of %s nothing is taken, and nobody is told', (_what, training, over) => {
    const begun = enqueue(newDelivery({ ...ABOUT, training }, T0), pending(1), T0);
    const { delivery } = settle(begun, 1, request(1), T0);
    const said = reply('d', 'DeliveryDecided', { training: over });
    const refusal = { cause: 'TRAINING_MISMATCH', fields: ['ce_subject'] };
    expect(receive(delivery, said, T0)).toMatchObject({ delivery, says: [], refusal });
    expect(tellRefusal(delivery, said, NOT_JSON, T0)).toEqual({ delivery, says: [] });
  });

  test('Each refused reply is told once to desk and agency, and of thousands the last that is told says so', () => {
    let delivery = sentOut();
    const told: { desk: string[]; agency: string[] } = { desk: [], agency: [] };
    for (let n = 0; n < 3_000; n += 1) {
      const place = { topic: 'agency.asp.replies', partition: 0, offset: n };
      // Every second one has no id by which it could be known.
      const message = { id: n % 2 ? `m${n}` : '', time: T0, training: false, place };
      for (const _twice of [1, 2]) {
        const step = tellRefusal(delivery, message, NOT_JSON, T0);
        delivery = step.delivery;
        for (const said of step.says) {
          if (said.type === 'DeliveryMessageRefused') told.desk.push(said.cause);
          if (said.type === 'replyRefused') told.agency.push(said.notTaken.cause);
        }
      }
    }
    expect(told.desk).toEqual([...Array<string>(MAX_REFUSED - 1).fill('NOT_JSON'), 'TOO_MANY_REFUSED']);
    expect(told.agency).toEqual([...Array<string>(MAX_REFUSED).fill('NOT_JSON'), 'TOO_MANY_REFUSED']);
    expect(JSON.stringify(delivery).length).toBeLessThan(2_000);
  });

  test('Of the ids of replies at least the newest hundred are kept, and no more than two hundred', () => {
    let delivery = sentOut();
    for (let n = 0; n < 1_000; n += 1) {
      delivery = receive(delivery, reply(`m${n}`, 'DeliveryProgressed'), T0).delivery;
      expect(delivery.messages.length).toBeLessThanOrEqual(200);
    }
    for (let n = 900; n < 1_000; n += 1) expect(delivery.messages).toContain(`m${n}`);
  });
});

/** One thing that may happen, in any order and any number of times. */
type Act =
  | { act: 'supply' }
  | { act: 'fetch'; to: 'request' | 'away' | 'waits' | 'failed' | 'withdrawn' }
  | { act: 'end'; kind: 'withdrawn' | 'expired' }
  | { act: 'publish' }
  | { act: 'reply'; id: number; type: AgencyWord['type'] };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.constant({ act: 'supply' } as const),
  fc.record({
    act: fc.constant('fetch' as const),
    to: fc.constantFrom('request', 'request', 'away', 'waits', 'failed', 'withdrawn'),
  }),
  fc.record({ act: fc.constant('end' as const), kind: fc.constantFrom('withdrawn', 'expired') }),
  fc.constant({ act: 'publish' } as const),
  fc.record({
    act: fc.constant('reply' as const),
    id: fc.integer({ min: 0, max: 12 }),
    type: fc.constantFrom(
      'DeliveryAcknowledged',
      'DeliveryProgressed',
      'DeliveryDocumentsRequested',
      'DeliveryDecided',
      'DeliveryResultCorrected',
      'DeliveryResultRevoked',
    ),
  }),
) as fc.Arbitrary<Act>;

function play(delivery: Delivery, done: Act, now: Date): Step {
  switch (done.act) {
    case 'supply':
      return { delivery: enqueue(delivery, pending(delivery.submission + 1), now), says: [] };
    case 'fetch': {
      const number = delivery.pending[0]?.submission ?? 0;
      const fetched: Fetched =
        done.to === 'request'
          ? request(number)
          : done.to === 'failed'
            ? { kind: 'failed', cause: 'CONTENT_INVALID', fields: [] }
            : done.to === 'waits'
              ? { kind: 'waits', cause: 'AGENCY_UNKNOWN' }
              : { kind: done.to };
      return settle(delivery, number, fetched, now);
    }
    case 'end':
      return cancel(delivery, { kind: done.kind, time: now, eventId: 'end' }, now);
    case 'publish':
      return { delivery: delivery.requested > 0 ? { ...delivery, sent: true } : delivery, says: [] };
    case 'reply':
      return receive(delivery, reply(`m${done.id}`, done.type, { submission: 1 }), now);
  }
}

describe('a withdrawal after a decision', () => {
  test('A withdrawal after a decision ends what still waits for an agency without a file', () => {
    const answered = receive(sentOut(), reply('d', 'DeliveryDecided'), T0).delivery;
    const waiting = settle(
      enqueue(answered, pending(2), T0),
      2,
      { kind: 'waits', cause: 'AGENCY_UNKNOWN' },
      T0,
    ).delivery;
    expect(waiting.waitCause).toBe('AGENCY_UNKNOWN');
    const { delivery } = cancel(waiting, { kind: 'withdrawn', time: T0, eventId: 'w' }, T0);
    expect(delivery).toMatchObject({ state: 'answered', pending: [], timer: null });
    expect(delivery.waitCause).toBeUndefined();
  });
});

describe('whatever happens, in whatever order', () => {
  test('Whatever happens in whatever order, nothing is asked twice or out of order, no reply is lost or doubled, and an end stays an end', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        let delivery = enqueue(opened(), pending(1), T0);
        const asked: number[] = [];
        const ends: string[] = [];
        const replies = new Set<string>();
        const told = new Map<string, number>();
        acts.forEach((done, index) => {
          const before = delivery;
          if (done.act === 'reply' && before.requested > 0) replies.add(`m${done.id}`);
          const step = play(before, done, at(index));
          delivery = step.delivery;
          for (const said of step.says) {
            if (said.to === 'intake') {
              if (said.type !== 'DeliveryMessageRefused' && said.messageId.startsWith('m'))
                told.set(said.messageId, (told.get(said.messageId) ?? 0) + 1);
            } else if (said.type === 'withdrawn' || said.type === 'expired') {
              expect(before.requested).toBeGreaterThan(0);
              ends.push(said.type);
            } else if (said.type !== 'replyRefused') {
              asked.push((said.data as { submission: number }).submission);
            }
          }
          if (before.state === 'cancelled') expect(delivery.state).toBe('cancelled');
          if (before.state === 'answered') expect(delivery.state).toBe('answered');
          expect(delivery.timer?.kind === 'fetch').toBe(delivery.pending.length > 0);
          if (delivery.state === 'cancelled') expect(delivery.pending).toEqual([]);
          if (delivery.waitCause) expect(delivery.pending.length).toBeGreaterThan(0);
          expect(delivery.requested).toBe(asked.at(-1) ?? 0);
        });
        expect(asked).toEqual([...new Set(asked)].sort((a, b) => a - b));
        expect([...told.keys()].sort()).toEqual([...replies].sort());
        expect([...told.values()].every((times) => times === 1)).toBe(true);
        if (delivery.state === 'cancelled') expect(ends.length).toBe(delivery.requested > 0 ? 1 : 0);
      }),
      { numRuns: 2_000 },
    );
  });
});
