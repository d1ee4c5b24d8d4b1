import { describe, expect, test } from '@jest/globals';
import { REPLY_TYPES, REQUEST_TYPES, subjectOf, toMessage } from '@cups/agency-contract';
import type { AgencyEvent, OutgoingMessage, RequestEvent } from '@cups/agency-contract';
import { Cases, newCounts } from '../src/cases.ts';
import { planReplies } from '../src/domain/plan.ts';
import type { Behaviour } from '../src/domain/behaviour.ts';
import { refusalOf, reminderOf, requestOf, until, withdrawalOf } from './requests.ts';

const first = 'applications/01KAVX3Z5T8W9Q2M4N6P7R8S01';
const second = 'applications/01KAVX3Z5T8W9Q2M4N6P7R8S02';

/** Creates cases with a broker that a test can disable; `behave` selects the behaviour by application. */
function setUp(behave: Record<string, Behaviour>, hourMs = 0) {
  const sent: OutgoingMessage[] = [];
  const broker = { up: true, failures: 0 };
  const counts = { asp: newCounts() };
  const cases = new Cases({
    agency: 'asp',
    counts: counts.asp,
    plan: (request) =>
      planReplies(request, 'asp', behave[request.data.application] ?? 'quick', { seed: '1', hourMs, answerDays: 14 }),
    send: async (replies) => {
      if (!broker.up) throw new Error('down');
      sent.push(...replies);
    },
    onProgress: () => undefined,
    onSendFailed: () => (broker.failures += 1),
    retryMs: 1,
  });
  const take = (offset: number, event: RequestEvent) =>
    cases.take(0, { offset: String(offset), ...toMessage(event as AgencyEvent) });
  const typesOf = (application: string) =>
    sent
      .filter(({ key }) => key === subjectOf(application, 'asp').split('/')[1])
      .map(({ headers }) => headers['ce_type']);
  return { cases, counts, sent, broker, take, typesOf };
}
const at = (offset: number) => [{ partition: 0, offset: String(offset) }];
const { acknowledged, decided, documentsRequested } = REPLY_TYPES;

describe('Cases', () => {
  test('closes a case when all its replies were sent, in order', async () => {
    const { cases, counts, take, typesOf } = setUp({});
    take(7, requestOf(first));
    await until(() => counts.asp.open === 0);
    expect(typesOf(first)).toEqual([acknowledged, decided]);
    expect(counts.asp).toEqual({
      received: 1,
      unreadable: 0,
      refused: 0,
      ended: 0,
      replies: 2,
      withheld: 0,
      open: 0,
    });
    expect(cases.committablePositions()).toEqual(at(8));
    await cases.stop();
  });
  test('ignores properties and types of a later contract', async () => {
    const { cases, counts, take, typesOf } = setUp({});
    const request = requestOf(first);
    const { headers, ...message } = toMessage(request as AgencyEvent);
    const unknown = { ...headers, ce_type: 'md.cups.application.reminded.v1' };
    cases.take(0, { offset: '0', ...message, headers: unknown });
    take(1, requestOf(first, 1, { centre: { ...request.data.centre, phone: '+37322000000' } as never }));
    await until(() => counts.asp.replies === 2);
    expect(typesOf(first)).toEqual([acknowledged, decided]);
    expect(cases.committablePositions()).toEqual(at(2));
    await cases.stop();
  });
  test('continues after refusals about a delivery or about none', async () => {
    const { cases, counts, take } = setUp({ [first]: 'slow' }, 1e6);
    take(0, requestOf(first));
    take(1, refusalOf(first));
    take(2, refusalOf());
    expect(counts.asp).toMatchObject({ received: 3, refused: 2, unreadable: 0, ended: 0, open: 1 });
    await cases.stop();
  });
  test('continues after a reminder, which ends nothing', async () => {
    const { cases, counts, take } = setUp({ [first]: 'slow' }, 1e6);
    take(0, requestOf(first));
    take(1, reminderOf(first));
    expect(counts.asp).toMatchObject({ received: 2, ended: 0, unreadable: 0, open: 1 });
    await cases.stop();
  });
  test('decides when the requested documents are supplied', async () => {
    const { cases, counts, take, typesOf } = setUp({ [first]: 'asks-for-documents' });
    take(0, requestOf(first));
    await until(() => counts.asp.replies === 2);
    take(1, requestOf(first, 2));
    await until(() => counts.asp.replies === 4);
    expect(typesOf(first)).toEqual([acknowledged, documentsRequested, acknowledged, decided]);
    await cases.stop();
  });
  test('stops a withdrawn case, whose request can then be committed', async () => {
    const { cases, counts, take, sent } = setUp({ [first]: 'slow' }, 1e6);
    take(0, requestOf(first));
    expect(cases.committablePositions()).toEqual([]);
    take(1, withdrawalOf(first));
    expect(counts.asp).toMatchObject({ open: 0, ended: 1, replies: 0 });
    expect(cases.committablePositions()).toEqual(at(2));
    await cases.stop();
    expect(sent).toEqual([]);
  });
  test('decides immediately on a withdrawal with behaviour decides-anyway', async () => {
    const { cases, counts, take, typesOf } = setUp({ [first]: 'decides-anyway' }, 20);
    take(0, requestOf(first));
    await until(() => counts.asp.replies === 1);
    expect(counts.asp.open).toBe(1);
    take(1, withdrawalOf(first));
    await until(() => counts.asp.open === 0);
    expect(typesOf(first)).toEqual([acknowledged, decided]);
    await cases.stop();
  });
  test('stops a case whose application expired', async () => {
    const { cases, counts, take } = setUp({ [first]: 'slow' }, 1e6);
    take(0, requestOf(first));
    take(1, {
      ...withdrawalOf(first),
      type: REQUEST_TYPES.expired,
      data: { application: first, expireTime: '2026-12-09T00:00:00Z' },
    });
    expect(counts.asp).toMatchObject({ open: 0, ended: 1 });
    await cases.stop();
  });
  test('counts a withdrawal without a case', async () => {
    const { cases, counts, take } = setUp({});
    take(0, withdrawalOf(first));
    expect(counts.asp).toMatchObject({ received: 1, ended: 1, unreadable: 0, replies: 0 });
    expect(cases.committablePositions()).toEqual(at(1));
    await cases.stop();
  });
  test('counts invalid requests without being blocked', async () => {
    const { cases, counts } = setUp({});
    cases.take(0, { offset: '0', key: null, value: Buffer.from([1, 2]) });
    const foreign = { ...requestOf(first), subject: subjectOf(first, 'mai') };
    cases.take(0, { offset: '1', ...toMessage(foreign) });
    const reply = {
      ...withdrawalOf(first),
      source: '/agencies/asp',
      type: REPLY_TYPES.acknowledged,
      data: { application: first, submission: 1, agencyReference: 'A' },
    } as AgencyEvent;
    cases.take(0, { offset: '2', ...toMessage(reply) });
    expect(counts.asp).toMatchObject({ received: 3, unreadable: 3, open: 0 });
    expect(cases.committablePositions()).toEqual(at(3));
    await cases.stop();
  });
});

describe('Cases of a silent agency', () => {
  test('counts requests once without reading them, and commits them', async () => {
    const { cases, counts, sent } = setUp({});
    for (const offset of ['0', '1', '1']) cases.skip(0, { offset });
    expect(counts.asp).toMatchObject({ received: 2, unreadable: 0, open: 0 });
    expect([cases.committablePositions(), sent]).toEqual([at(2), []]);
    await cases.stop();
  });
});

describe('Cases after a crash or a duplicate', () => {
  test('commits nothing after the first open request', async () => {
    const { cases, counts, take } = setUp({ [first]: 'silent', [second]: 'slow' }, 1e6);
    take(0, requestOf(first));
    take(1, requestOf(second));
    take(2, withdrawalOf(first));
    expect(counts.asp.open).toBe(1);
    expect(cases.committablePositions()).toEqual(at(1));
    cases.markCommitted(at(1));
    expect(cases.committablePositions()).toEqual([]);
    await cases.stop();
  });
  test('sends the same messages again', async () => {
    const before = setUp({});
    before.take(0, requestOf(first));
    await until(() => before.counts.asp.open === 0);
    const after = setUp({});
    after.take(0, requestOf(first));
    await until(() => after.counts.asp.open === 0);
    expect(after.sent).toEqual(before.sent);
    await Promise.all([before.cases.stop(), after.cases.stop()]);
  });
  test('ignores a message read again after a rebalance', async () => {
    const { cases, counts, take } = setUp({ [first]: 'slow' }, 1e6);
    for (const offset of [0, 0]) take(offset, requestOf(first));
    expect(counts.asp).toMatchObject({ received: 1, open: 1 });
    await cases.stop();
  });
  test('opens one case for a request sent twice', async () => {
    const { cases, counts, take } = setUp({ [first]: 'slow' }, 1e6);
    take(0, requestOf(first));
    take(1, requestOf(first));
    expect(counts.asp).toMatchObject({ received: 2, open: 1 });
    await cases.stop();
  });
  test('keeps replies in order until the broker recovers', async () => {
    const { cases, counts, broker, take, typesOf } = setUp({});
    broker.up = false;
    take(0, requestOf(first));
    await until(() => broker.failures > 2);
    expect(counts.asp.replies).toBe(0);
    expect(cases.committablePositions()).toEqual([]);
    broker.up = true;
    await until(() => counts.asp.open === 0);
    expect(typesOf(first)).toEqual([acknowledged, decided]);
    await cases.stop();
  });
});
