import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  applyRelease,
  cancel,
  enqueue,
  fetchDelayMs,
  newDelivery,
  applyFetchResult,
  resolveDeliveryState,
} from '../src/domain/delivery.ts';
import type { AgencyUpdate } from '../src/domain/agency-update.ts';
import type { Delivery, FetchResult, Outbound, CommandResult } from '../src/domain/delivery.ts';
import { MAX_REFUSED, receiveReply, reportAnswerDateChange, reportRefusal } from '../src/domain/reply.ts';
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
const request = (number: number): FetchResult => ({
  kind: 'request',
  type: number === 1 ? 'submitted' : 'documentsSupplied',
  data: { submission: number },
  coming: 0,
  isReleased: true,
});
const result = {
  resultKind: 'paper',
  resultNumber: '',
  verificationCode: '',
  validUntil: '',
  resultDocuments: [],
  verificationUrl: '',
};
const reason = { ro: 'Motiv.', ru: '', en: '' };
/** An agency update of each type. */
const updates: { [T in AgencyUpdate['type']]: AgencyUpdate & { type: T } } = {
  DeliveryAcknowledged: { type: 'DeliveryAcknowledged' },
  DeliveryProgressed: { type: 'DeliveryProgressed', note: 'La arhivă.', expectedDecisionDate: '' },
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
  DeliveryPassedOn: { type: 'DeliveryPassedOn', competentAgency: 'cnas', reason },
  DeliveryMessageReceived: { type: 'DeliveryMessageReceived', text: 'Este destulă.', language: 'ro', answers: 1 },
};
const reply = (id: string, type: AgencyUpdate['type'], more: Partial<Reply> = {}): Reply => ({
  id,
  update: updates[type],
  time: T0,
  digest: `${type} of ${id}`,
  changes: [],
  training: false,
  position: { id, topic: 'agency.asp.replies', partition: 0, offset: 1 },
  ...more,
});
const NOT_JSON: ReplyRefusal = { cause: 'NOT_JSON', fields: [], violations: [] };
const ABOUT = { application: APPLICATION, agency: 'asp', centre: 'centres/CU-001', training: false };
const opened = () => newDelivery(ABOUT, T0);
const sentOut = () => applyFetchResult(enqueue(opened(), pending(1), T0), 1, request(1), T0).delivery;
const withdrawal = { kind: 'withdrawn', time: at(5), eventId: 'withdrawal' } as const;
const types = (outbound: Outbound[]) => outbound.map(({ type }) => type);

describe('enqueue and applyFetchResult', () => {
  test('sends a submission that intake returns', () => {
    const { delivery, outbound } = applyFetchResult(enqueue(opened(), pending(1), T0), 1, request(1), T0);
    expect(outbound).toEqual([{ to: 'agency', type: 'submitted', data: { submission: 1 } }]);
    expect(delivery).toMatchObject({ state: 'queued', requested: 1, pending: [], timer: null });
  });

  test('retries from 0.5 s to 60 s while intake is unavailable', () => {
    let delivery = enqueue(opened(), pending(1), T0);
    const delays: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      delivery = applyFetchResult(delivery, 1, { kind: 'unavailable' }, T0).delivery;
      delays.push(delivery.timer!.due.getTime() - T0.getTime());
    }
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
    expect(fetchDelayMs(1_000)).toBe(60_000);
    expect(delivery.pending).toHaveLength(1);
  });

  test('sends pending submissions in order', () => {
    const queued = enqueue(enqueue(opened(), pending(1), T0), pending(2), T0);
    expect(applyFetchResult(queued, 2, request(2), T0)).toEqual({ delivery: queued, outbound: [] });
    const first = applyFetchResult(queued, 1, request(1), T0);
    expect(types([...first.outbound, ...applyFetchResult(first.delivery, 2, request(2), T0).outbound])).toEqual([
      'submitted',
      'documentsSupplied',
    ]);
  });

  test('cancels a delivery withdrawn before its first request', () => {
    const { delivery, outbound } = applyFetchResult(enqueue(opened(), pending(1), T0), 1, { kind: 'withdrawn' }, T0);
    expect(delivery).toMatchObject({ state: 'cancelled', cancelTime: T0, requested: 0, pending: [], timer: null });
    expect(types(outbound)).toEqual(['DeliveryCancelled']);
  });

  test('fails with the cause and informs intake', () => {
    const failure: FetchResult = { kind: 'failed', cause: 'CONTENT_INVALID', fields: ['answers'] };
    const { delivery, outbound } = applyFetchResult(enqueue(opened(), pending(1), T0), 1, failure, T0);
    expect(delivery).toMatchObject({ state: 'failed', failCause: 'CONTENT_INVALID', failFields: ['answers'] });
    expect(outbound).toMatchObject([{ to: 'intake', type: 'DeliveryFailed', cause: 'CONTENT_INVALID' }]);
  });

  test('defers a submission to an unknown agency, reports it once and resumes', () => {
    const unknown: FetchResult = { kind: 'deferred', cause: 'AGENCY_UNKNOWN' };
    const first = applyFetchResult(enqueue(opened(), pending(1), T0), 1, unknown, T0);
    expect(first.outbound).toMatchObject([{ type: 'DeliveryDeferred', cause: 'AGENCY_UNKNOWN' }]);
    const second = applyFetchResult(first.delivery, 1, unknown, at(500));
    expect(second.outbound).toEqual([]);
    expect(second.delivery).toMatchObject({ state: 'queued', deferCause: 'AGENCY_UNKNOWN', timer: { due: at(1_500) } });
    const { delivery, outbound } = applyFetchResult(second.delivery, 1, request(1), at(1_500));
    expect(types(outbound)).toEqual(['submitted']);
    expect(delivery).toMatchObject({ state: 'queued', requested: 1, pending: [], timer: null });
    expect(delivery.deferCause).toBeUndefined();
  });

  test('looks at coming copies more and more rarely, at the latest when the submission must be sent', () => {
    let delivery = enqueue(opened(), pending(1), T0);
    const looks: number[] = [];
    for (let at0 = 0; at0 < 900_000; at0 = looks.at(-1)!) {
      delivery = applyFetchResult(delivery, 1, { kind: 'waiting', until: at(900_000) }, at(at0)).delivery;
      looks.push(delivery.timer!.due.getTime() - T0.getTime());
    }
    expect(looks.slice(0, 5)).toEqual([2_000, 6_000, 14_000, 30_000, 62_000]);
    expect(looks.at(-1)).toBe(900_000);
    expect(delivery).toMatchObject({ copiesWaitTime: T0, pending: [{ submission: 1 }], requested: 0 });
    const sent = applyFetchResult(delivery, 1, request(1), at(900_000));
    expect(types(sent.outbound)).toEqual(['submitted']);
    expect(sent.delivery).toMatchObject({ pending: [], timer: null });
    expect(sent.delivery.copiesWaitTime).toBeUndefined();
  });

  test('remembers copies to release after a submission was sent without, until they are', () => {
    const unreleased = { ...request(1), coming: 1, isReleased: false } as FetchResult;
    const { delivery } = applyFetchResult(enqueue(opened(), pending(1), T0), 1, unreleased, T0);
    expect(delivery).toMatchObject({ unreleased: [{ submission: 1, attempts: 1 }], timer: { due: at(500) } });
    const failed = applyRelease(delivery, 1, false, at(500)).delivery;
    expect(failed).toMatchObject({ unreleased: [{ submission: 1, attempts: 2 }], timer: { due: at(1_500) } });
    expect(applyRelease(failed, 2, true, at(1_500)).delivery).toBe(failed);
    const released = applyRelease(failed, 1, true, at(1_500)).delivery;
    expect(released.timer).toBeNull();
    expect(released).not.toHaveProperty('unreleased');
    expect(cancel(delivery, withdrawal, T0).delivery).not.toHaveProperty('unreleased');
  });

  test('queues an acknowledged delivery again for a later submission', () => {
    const acknowledged = receiveReply(sentOut(), reply('a', 'DeliveryAcknowledged', { submission: 1 }), T0).delivery;
    const supplied = enqueue({ ...acknowledged, sent: true }, pending(2), T0);
    expect([
      resolveDeliveryState(acknowledged),
      resolveDeliveryState(supplied),
      resolveDeliveryState({ ...supplied, sent: true }),
    ]).toEqual(['acknowledged', 'queued', 'sent']);
  });
});

describe('cancel', () => {
  test('sends nothing to the agency before the first request', () => {
    const { delivery, outbound } = cancel(enqueue(opened(), pending(1), T0), withdrawal, T0);
    expect(types(outbound)).toEqual(['DeliveryCancelled']);
    expect(delivery).toMatchObject({ state: 'cancelled', pending: [], timer: null });
  });

  test('informs the agency, then intake, after the first request', () => {
    const { outbound } = cancel(sentOut(), withdrawal, T0);
    expect(outbound[0]).toEqual({
      to: 'agency',
      type: 'withdrawn',
      data: { application: APPLICATION, withdrawTime: at(5).toISOString() },
    });
    expect(types(outbound)).toEqual(['withdrawn', 'DeliveryCancelled']);
    const expiry = cancel(sentOut(), { ...withdrawal, kind: 'expired' }, T0).outbound[0];
    expect(expiry).toMatchObject({ type: 'expired', data: { expireTime: at(5).toISOString() } });
  });

  test('keeps a decision that crosses the withdrawal', () => {
    const answered = receiveReply(sentOut(), reply('d', 'DeliveryDecided'), T0).delivery;
    const { delivery, outbound } = cancel(answered, withdrawal, T0);
    expect(delivery.state).toBe('answered');
    expect(types(outbound)).toEqual(['withdrawn']);
  });
});

describe('receiveReply', () => {
  test('passes a reply on once', () => {
    const first = receiveReply(sentOut(), reply('a', 'DeliveryProgressed'), T0);
    expect(first.outbound).toEqual([
      { to: 'intake', ...updates.DeliveryProgressed, messageId: 'a', occurTime: T0, changes: [], seenSubmission: 1 },
    ]);
    const again = receiveReply(first.delivery, reply('a', 'DeliveryProgressed'), T0);
    expect(again.outbound).toEqual([]);
    expect(again.delivery).toBe(first.delivery);
  });

  test('accepts a late acknowledgement without undoing the decision', () => {
    const decided = receiveReply(sentOut(), reply('d', 'DeliveryDecided'), at(1)).delivery;
    const late = receiveReply(decided, reply('a', 'DeliveryAcknowledged', { submission: 1 }), at(2));
    expect(types(late.outbound)).toEqual(['DeliveryAcknowledged']);
    expect(late.delivery).toMatchObject({ state: 'answered', answerTime: at(1), acknowledgeTime: at(2) });
  });

  test('passes on a second decision and one after a withdrawal, without effect', () => {
    const decided = receiveReply(sentOut(), reply('d1', 'DeliveryDecided'), at(1)).delivery;
    const twice = receiveReply(decided, reply('d2', 'DeliveryDecided'), at(2));
    expect(types(twice.outbound)).toEqual(['DeliveryDecided', 'replyRefused']);
    expect(twice.delivery).toMatchObject({ state: 'answered', answerTime: at(1) });
    const after = receiveReply(cancel(sentOut(), withdrawal, T0).delivery, reply('d', 'DeliveryDecided'), at(2));
    expect(types(after.outbound)).toEqual(['DeliveryDecided', 'replyRefused']);
    expect(after.delivery.state).toBe('cancelled');
  });

  test('does not acknowledge a newer submission', () => {
    const supplied = enqueue(sentOut(), pending(2), T0);
    const old = receiveReply(supplied, reply('a', 'DeliveryAcknowledged', { submission: 1 }), T0).delivery;
    expect(old.state).toBe('queued');
    const both = applyFetchResult(old, 2, request(2), T0).delivery;
    expect(receiveReply(both, reply('b', 'DeliveryAcknowledged', { submission: 2 }), T0).delivery.state).toBe(
      'acknowledged',
    );
  });

  test('refuses a reply before the first request, and reports it to the agency only', () => {
    const waiting = enqueue(opened(), pending(1), T0);
    const { delivery, outbound, refusal } = receiveReply(waiting, reply('d', 'DeliveryDecided'), T0);
    expect(refusal).toMatchObject({ cause: 'NOTHING_SENT', fields: ['ce_subject'] });
    expect(outbound).toMatchObject([{ to: 'agency', type: 'replyRefused', issue: { cause: 'NOTHING_SENT' } }]);
    expect(delivery).toEqual({ ...waiting, reportedIssues: ['NOTHING_SENT d'] });
  });

  const decisionOf = (id: string, decision: string, decideTime = T0) =>
    reply(id, 'DeliveryDecided', { decision, digest: id, update: { ...updates.DeliveryDecided, decideTime } });
  const causesOf = (outbound: Outbound[]) =>
    outbound.flatMap((message) => (message.type === 'replyRefused' ? [message.issue.cause] : []));

  test('reports a different second decision or a late document request to the agency', () => {
    const { delivery } = receiveReply(sentOut(), decisionOf('d', 'yes'), T0);
    const other = receiveReply(delivery, decisionOf('e', 'no'), T0);
    expect(types(other.outbound)).toEqual(['DeliveryDecided', 'replyRefused']);
    expect(other).toMatchObject({ issue: { cause: 'ALREADY_DECIDED' } });
    expect(other.refusal).toBeUndefined();
    // Later decisions are compared with the first one.
    expect(types(receiveReply(other.delivery, decisionOf('f', 'yes'), T0).outbound)).toEqual(['DeliveryDecided']);
    // Repeated after a crash, it is not reported again but returns the same issue.
    expect(receiveReply(other.delivery, decisionOf('e', 'no'), T0)).toMatchObject({
      outbound: [],
      issue: { cause: 'ALREADY_DECIDED' },
    });
    expect(causesOf(receiveReply(delivery, reply('g', 'DeliveryDocumentsRequested'), T0).outbound)).toEqual([
      'ALREADY_DECIDED',
    ]);
    expect(causesOf(receiveReply(delivery, reply('h', 'DeliveryResultRevoked'), T0).outbound)).toEqual([]);
    expect(causesOf(receiveReply(sentOut(), reply('h', 'DeliveryResultRevoked'), T0).outbound)).toEqual([
      'NOT_DECIDED',
    ]);
  });

  test('passes on replies after the end, and reports them to the agency', () => {
    const { delivery } = cancel(sentOut(), withdrawal, at(5));
    for (const type of Object.keys(updates) as AgencyUpdate['type'][]) {
      const { outbound, issue } = receiveReply(delivery, reply('late', type), at(6));
      expect(types(outbound)).toEqual([type, 'replyRefused']);
      expect(issue?.cause).toBe('APPLICATION_ENDED');
    }
  });

  test.each([
    ['1900', new Date('1900-01-01T00:00:00Z'), ['DECIDE_TIME_REPLACED']],
    ['2099', new Date('2099-01-01T00:00:00Z'), ['DECIDE_TIME_REPLACED']],
    ['the day before the submission', at(-86_400_000), []],
    ['an hour later', at(3_600_000), []],
    ['tomorrow', at(86_400_000), ['DECIDE_TIME_REPLACED']],
  ])('accepts a decision dated %s, and reports changes to desk and agency', (_, decideTime, changes) => {
    const { outbound, issue } = receiveReply(sentOut(), decisionOf('d', 'yes', decideTime), T0);
    expect(outbound[0]).toMatchObject({ changes, decideTime: changes.length > 0 ? T0 : decideTime });
    expect(issue).toEqual(changes.length > 0 ? { cause: 'DECIDE_TIME_REPLACED', violations: [], changes } : undefined);
    expect(causesOf(outbound)).toEqual(changes);
  });

  describe('with the day of the expected decision', () => {
    const expecting = (day: string, more: Partial<Reply> = {}) =>
      reply(`p ${day}`, 'DeliveryProgressed', {
        update: { ...updates.DeliveryProgressed, expectedDecisionDate: day },
        ...more,
      });

    test.each([
      ['2026-03-01', 'minimum'],
      ['2026-03-02', undefined],
      ['2027-03-03', undefined],
      ['2027-03-04', 'maximum'],
    ])('accepts %s in a message of 2 March 2026 unless it violates %s', (day, rule) => {
      const { delivery, outbound, refusal } = receiveReply(sentOut(), expecting(day), T0);
      expect(refusal?.violations).toEqual(rule && [{ field: 'expectedDecisionDate', rule }]);
      expect(delivery.expectedDecisionDate).toBe(rule ? undefined : day);
      expect(types(outbound)).toEqual(rule ? ['DeliveryMessageRefused', 'replyRefused'] : ['DeliveryProgressed']);
      expect(delivery.messages).toHaveLength(rule ? 0 : 1);
    });

    test('counts from the day in Chisinau, and from now if the send time is implausible', () => {
      // 23:30 UTC is the next day in Chisinau.
      const late = new Date('2026-03-02T23:30:00Z');
      expect(receiveReply(sentOut(), expecting('2026-03-02', { time: late }), late).refusal).toBeDefined();
      expect(receiveReply(sentOut(), expecting('2026-03-03', { time: late }), late).refusal).toBeUndefined();
      const future = new Date('2099-01-01T00:00:00Z');
      expect(receiveReply(sentOut(), expecting('2099-02-01', { time: future }), T0).refusal).toBeDefined();
    });

    test('keeps the newest day until the decision or the end', () => {
      const named = receiveReply(sentOut(), expecting('2026-04-01'), T0).delivery;
      const unchanged = receiveReply(named, reply('b', 'DeliveryProgressed'), T0).delivery;
      expect(unchanged.expectedDecisionDate).toBe('2026-04-01');
      const later = receiveReply(unchanged, expecting('2026-05-01'), T0).delivery;
      expect(later.expectedDecisionDate).toBe('2026-05-01');
      const ended = [
        receiveReply(later, reply('d', 'DeliveryDecided'), T0).delivery,
        receiveReply(later, reply('o', 'DeliveryPassedOn'), T0).delivery,
        cancel(later, withdrawal, at(5)).delivery,
      ];
      for (const delivery of ended) {
        expect(delivery).not.toHaveProperty('expectedDecisionDate');
        const after = receiveReply(delivery, expecting('2026-06-01'), at(6)).delivery;
        expect(after).not.toHaveProperty('expectedDecisionDate');
      }
    });
  });

  test('replaces a send time in 1900 or 2099 by now', () => {
    for (const year of ['1900', '2099']) {
      const time = new Date(`${year}-01-01T00:00:00Z`);
      const { outbound } = receiveReply(sentOut(), reply('p', 'DeliveryProgressed', { time }), at(7));
      expect(outbound[0]).toMatchObject({ occurTime: at(7), changes: ['CE_TIME_REPLACED'] });
      expect(causesOf(outbound)).toEqual(['CE_TIME_REPLACED']);
    }
  });

  test('accepts a clock 59 minutes ahead but not 61, and a decision relative to its send time', () => {
    const after = (minutes: number) => at(minutes * 60_000);
    const sentAhead = (minutes: number) => reply('p', 'DeliveryProgressed', { time: after(minutes) });
    expect(causesOf(receiveReply(sentOut(), sentAhead(59), T0).outbound)).toEqual([]);
    expect(causesOf(receiveReply(sentOut(), sentAhead(61), T0).outbound)).toEqual(['CE_TIME_REPLACED']);
    const update = { ...updates.DeliveryDecided, decideTime: after(90) };
    expect(
      causesOf(receiveReply(sentOut(), reply('d', 'DeliveryDecided', { update, time: after(40) }), T0).outbound),
    ).toEqual([]);
    expect(causesOf(receiveReply(sentOut(), reply('d', 'DeliveryDecided', { update }), T0).outbound)).toEqual([
      'DECIDE_TIME_REPLACED',
    ]);
  });

  test('reports a moved answer date to the agency once', () => {
    const delivery = ['a', 'b'].reduce(
      (delivery, id) => receiveReply(delivery, reply(id, 'DeliveryDocumentsRequested'), T0).delivery,
      sentOut(),
    );
    const later = { request: 'a', answerBy: '2026-03-09', requestedAnswerBy: '2026-03-03' };
    const result = reportAnswerDateChange(delivery, later, at(9));
    expect(result.outbound).toMatchObject([
      {
        to: 'agency',
        type: 'replyRefused',
        about: { id: 'a' },
        issue: { cause: 'ANSWER_BY_LENGTHENED', changes: ['ANSWER_BY_LENGTHENED'] },
      },
    ]);
    expect(reportAnswerDateChange(result.delivery, later, at(10)).outbound).toEqual([]);
    const earlier = { request: 'b', answerBy: '2027-03-02', requestedAnswerBy: '9999-12-31' };
    expect(causesOf(reportAnswerDateChange(result.delivery, earlier, at(11)).outbound)).toEqual(['ANSWER_BY_CUT']);
    expect(reportAnswerDateChange(delivery, { ...later, request: 'unknown' }, at(9)).outbound).toEqual([]);
  });

  test('refuses an acknowledgement of an unknown submission, and reports it to the desk once', () => {
    const before = sentOut();
    const unknownSubmission = reply('a', 'DeliveryAcknowledged', { submission: 999, agencyReference: 'X' });
    const { delivery, outbound, refusal } = receiveReply(before, unknownSubmission, T0);
    expect(refusal).toMatchObject({ cause: 'UNKNOWN_SUBMISSION', fields: ['submission'] });
    expect(outbound).toMatchObject([
      { type: 'DeliveryMessageRefused', cause: 'UNKNOWN_SUBMISSION', fields: ['submission'], messageId: 'a' },
      { type: 'replyRefused', about: { id: 'a' } },
    ]);
    expect(delivery).toMatchObject({ state: 'queued', messages: [] });
    expect(delivery.acknowledgeTime ?? delivery.agencyReference).toBeUndefined();
    expect(receiveReply(delivery, unknownSubmission, T0)).toMatchObject({ outbound: [], refusal });
  });

  test.each([
    ['the one that the reply names', 'queued', 2, 2],
    ['an earlier one that it names, whatever was acknowledged', 'acknowledged', 1, 1],
    ['the newest one if it names none and acknowledged that', 'acknowledged', undefined, 3],
    ['the first if it names none', 'queued', undefined, 1],
  ] as const)('passes on which submission the agency has seen: %s', (_what, state, submission, seen) => {
    const before = { ...sentOut(), state, submission: 3, requested: 3 };
    const decision = (delivery: typeof before) =>
      receiveReply(delivery, reply('d', 'DeliveryDecided', submission ? { submission } : {}), T0).outbound;
    expect(decision(before)).toMatchObject([{ to: 'intake', seenSubmission: seen }]);
    // An agency to which the application was passed on numbers its submissions from 1.
    const more = { firstSubmission: 4, submission: 6, requested: 6 };
    expect(decision({ ...before, ...more })).toMatchObject([{ seenSubmission: seen + 3 }]);
  });

  test('refuses a decision on an unknown submission', () => {
    const { refusal } = receiveReply(sentOut(), reply('d', 'DeliveryDecided', { submission: 2 }), T0);
    expect(refusal).toMatchObject({ cause: 'UNKNOWN_SUBMISSION', fields: ['submission'] });
  });

  test('refuses different content under a known ID, and ignores the same content', () => {
    const first = receiveReply(sentOut(), reply('d', 'DeliveryDecided', { digest: 'one' }), T0).delivery;
    expect(receiveReply(first, reply('d', 'DeliveryDecided', { digest: 'one' }), T0)).toEqual({
      delivery: first,
      outbound: [],
    });
    const other = receiveReply(first, reply('d', 'DeliveryDecided', { digest: 'two' }), T0);
    expect(other.refusal).toMatchObject({ cause: 'ID_REUSED', fields: ['ce_id'] });
    expect(types(other.outbound)).toEqual(['DeliveryMessageRefused', 'replyRefused']);
    // Recorded by a release without digests: it cannot be distinguished, and was passed on once.
    const { digests: _none, ...old } = first;
    expect(receiveReply(old, reply('d', 'DeliveryDecided', { digest: 'two' }), T0).outbound).toEqual([]);
  });

  test.each([
    ['a reply on the agency topic about a training', true, false],
    ['a reply on the training topic about a real delivery', false, true],
  ])('refuses %s without reporting it', (_what, training, viaTraining) => {
    const queued = enqueue(newDelivery({ ...ABOUT, training }, T0), pending(1), T0);
    const { delivery } = applyFetchResult(queued, 1, request(1), T0);
    const message = reply('d', 'DeliveryDecided', { training: viaTraining });
    const refusal = { cause: 'TRAINING_MISMATCH', fields: ['ce_subject'] };
    expect(receiveReply(delivery, message, T0)).toMatchObject({ delivery, outbound: [], refusal });
    expect(reportRefusal(delivery, message, NOT_JSON, T0)).toEqual({ delivery, outbound: [] });
  });

  test('reports each refused reply once, up to a limit that the last report mentions', () => {
    let delivery = sentOut();
    const result: { desk: string[]; agency: string[] } = { desk: [], agency: [] };
    for (let n = 0; n < 3_000; n += 1) {
      const position = { topic: 'agency.asp.replies', partition: 0, offset: n };
      // Every second one has no ID.
      const message = { id: n % 2 ? `m${n}` : '', time: T0, training: false, position };
      for (const _twice of [1, 2]) {
        const step = reportRefusal(delivery, message, NOT_JSON, T0);
        delivery = step.delivery;
        for (const message of step.outbound) {
          if (message.type === 'DeliveryMessageRefused') result.desk.push(message.cause);
          if (message.type === 'replyRefused') result.agency.push(message.issue.cause);
        }
      }
    }
    expect(result.desk).toEqual([...Array<string>(MAX_REFUSED - 1).fill('NOT_JSON'), 'TOO_MANY_REFUSED']);
    expect(result.agency).toEqual([...Array<string>(MAX_REFUSED).fill('NOT_JSON'), 'TOO_MANY_REFUSED']);
    expect(JSON.stringify(delivery).length).toBeLessThan(2_000);
  });

  test('keeps between 100 and 200 message IDs', () => {
    let delivery = sentOut();
    for (let n = 0; n < 1_000; n += 1) {
      delivery = receiveReply(delivery, reply(`m${n}`, 'DeliveryProgressed'), T0).delivery;
      expect(delivery.messages.length).toBeLessThanOrEqual(200);
    }
    for (let n = 900; n < 1_000; n += 1) expect(delivery.messages).toContain(`m${n}`);
  });
});

/** An action of the property test. */
type TestAction =
  | { act: 'supply' }
  | { act: 'fetch'; to: 'request' | 'unavailable' | 'deferred' | 'failed' | 'withdrawn' }
  | { act: 'end'; kind: 'withdrawn' | 'expired' }
  | { act: 'publish' }
  | { act: 'reply'; id: number; type: AgencyUpdate['type'] };

const actionArbitrary: fc.Arbitrary<TestAction> = fc.oneof(
  fc.constant({ act: 'supply' } as const),
  fc.record({
    act: fc.constant('fetch' as const),
    to: fc.constantFrom('request', 'request', 'unavailable', 'deferred', 'failed', 'withdrawn'),
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
      'DeliveryMessageReceived',
    ),
  }),
) as fc.Arbitrary<TestAction>;

function applyAction(delivery: Delivery, action: TestAction, now: Date): CommandResult {
  switch (action.act) {
    case 'supply':
      return { delivery: enqueue(delivery, pending(delivery.submission + 1), now), outbound: [] };
    case 'fetch': {
      const number = delivery.pending[0]?.submission ?? 0;
      const fetched: FetchResult =
        action.to === 'request'
          ? request(number)
          : action.to === 'failed'
            ? { kind: 'failed', cause: 'CONTENT_INVALID', fields: [] }
            : action.to === 'deferred'
              ? { kind: 'deferred', cause: 'AGENCY_UNKNOWN' }
              : { kind: action.to };
      return applyFetchResult(delivery, number, fetched, now);
    }
    case 'end':
      return cancel(delivery, { kind: action.kind, time: now, eventId: 'end' }, now);
    case 'publish':
      return { delivery: delivery.requested > 0 ? { ...delivery, sent: true } : delivery, outbound: [] };
    case 'reply':
      return receiveReply(delivery, reply(`m${action.id}`, action.type, { submission: 1 }), now);
  }
}

describe('cancel after a decision', () => {
  test('drops a submission deferred for an unknown agency', () => {
    const answered = receiveReply(sentOut(), reply('d', 'DeliveryDecided'), T0).delivery;
    const waiting = applyFetchResult(
      enqueue(answered, pending(2), T0),
      2,
      { kind: 'deferred', cause: 'AGENCY_UNKNOWN' },
      T0,
    ).delivery;
    expect(waiting.deferCause).toBe('AGENCY_UNKNOWN');
    const { delivery } = cancel(waiting, { kind: 'withdrawn', time: T0, eventId: 'w' }, T0);
    expect(delivery).toMatchObject({ state: 'answered', pending: [], timer: null });
    expect(delivery.deferCause).toBeUndefined();
  });
});

describe('all functions, in any order', () => {
  test('never repeat or reorder requests, lose or duplicate replies, or undo an end', () => {
    fc.assert(
      fc.property(fc.array(actionArbitrary, { maxLength: 60 }), (acts) => {
        let delivery = enqueue(opened(), pending(1), T0);
        const submissions: number[] = [];
        const ends: string[] = [];
        const replies = new Set<string>();
        const result = new Map<string, number>();
        acts.forEach((action, index) => {
          const before = delivery;
          if (action.act === 'reply' && before.requested > 0) replies.add(`m${action.id}`);
          const step = applyAction(before, action, at(index));
          delivery = step.delivery;
          for (const message of step.outbound) {
            if (message.to === 'intake') {
              if (message.type !== 'DeliveryMessageRefused' && message.messageId.startsWith('m'))
                result.set(message.messageId, (result.get(message.messageId) ?? 0) + 1);
            } else if (message.type === 'withdrawn' || message.type === 'expired') {
              expect(before.requested).toBeGreaterThan(0);
              ends.push(message.type);
            } else if (message.type !== 'replyRefused') {
              submissions.push((message.data as { submission: number }).submission);
            }
          }
          if (before.state === 'cancelled') expect(delivery.state).toBe('cancelled');
          if (before.state === 'answered') expect(delivery.state).toBe('answered');
          expect(delivery.timer?.kind === 'fetch').toBe(delivery.pending.length > 0);
          if (delivery.state === 'cancelled') expect(delivery.pending).toEqual([]);
          if (delivery.deferCause) expect(delivery.pending.length).toBeGreaterThan(0);
          expect(delivery.requested).toBe(submissions.at(-1) ?? 0);
        });
        expect(submissions).toEqual([...new Set(submissions)].sort((a, b) => a - b));
        expect([...result.keys()].sort()).toEqual([...replies].sort());
        expect([...result.values()].every((times) => times === 1)).toBe(true);
        if (delivery.state === 'cancelled') expect(ends.length).toBe(delivery.requested > 0 ? 1 : 0);
      }),
      { numRuns: 2_000 },
    );
  });
});
