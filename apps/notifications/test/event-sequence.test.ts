import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, produceRaw } from '@cups/testing';
import { ulid } from 'ulid';
import { noticeContextResponse, intakeEvent, shareNotifications } from './harness.ts';

let harness: Awaited<ReturnType<typeof shareNotifications>>;
beforeAll(async () => void (harness = await shareNotifications()));
afterAll(() => harness.stop());

const ready = { ref: { state: 'STATE_READY' } } as const;

test('each change that concerns the applicant creates one notice, in order', async () => {
  const id = harness.application(
    noticeContextResponse('ana@example.md', { language: 'en', state: 'STATE_DOCUMENTS_REQUESTED' }),
  );
  await harness.publish(
    intakeEvent(id, 1, 'ApplicationSubmitted'),
    intakeEvent(id, 2, 'ApplicationInProgress'),
    intakeEvent(id, 3, 'DocumentsRequested', { answerBy: '2026-12-05' }),
    intakeEvent(id, 4, 'DocumentsSupplied'),
    intakeEvent(id, 5, 'ApplicationDecided', ready),
    intakeEvent(id, 6, 'ResultHandedOver'),
    intakeEvent(id, 7, 'ApplicationClosed'),
    intakeEvent(id, 8, 'ResultChanged', { revoked: true }),
  );
  const thread = await harness.thread(
    id,
    ({ lastSeqs, notices }) => lastSeqs?.['applications'] === 8 && notices.every(({ state }) => state === 'sent'),
  );
  expect(thread.notices.map(({ kind }) => kind)).toEqual([
    'application-submitted',
    'documents-requested',
    'result-ready',
    'result-revoked',
  ]);
  expect(harness.readMail(`${id}-3`).text).toContain('05.12.2026');
  const { notices } = await harness.deskClient().listNotices({ application: `applications/${id}` });
  expect(notices.map(({ name }) => name)).toEqual([1, 3, 5, 8].map((seq) => `notices/${id}-${seq}`));
  expect(notices[2]).toMatchObject({
    kind: 'result-ready',
    channel: 'CHANNEL_EMAIL',
    state: 'NOTICE_STATE_SENT',
    language: 'en',
    subject: 'The result of your application is ready',
    failCause: '',
  });
  expect(notices[2]?.sendTime).not.toBeNull();
});

test('a repeated event changes nothing', async () => {
  const id = harness.application(noticeContextResponse('', {}));
  const [first, second] = [intakeEvent(id, 1, 'ApplicationSubmitted'), intakeEvent(id, 2, 'ApplicationDecided', ready)];
  await harness.publish(first, first, second, first, second, second);
  const last = intakeEvent(id, 3, 'ResultHandedOver');
  await harness.publish(last);
  const thread = await harness.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 3);
  expect(thread.notices.map(({ kind }) => kind)).toEqual(['application-submitted', 'result-ready']);
  expect(thread.revision).toBe(3);
});

test('a decision repeated under another sequence number creates no second notice', async () => {
  const id = harness.application(noticeContextResponse(''));
  const decided = (sequence: number, causationId: string) =>
    Object.assign(intakeEvent(id, sequence, 'ApplicationDecided', ready), { causationId });
  const [cause, other] = [ulid(), ulid()];
  await harness.publish(
    intakeEvent(id, 1, 'ApplicationSubmitted'),
    decided(2, cause),
    intakeEvent(id, 3, 'ResultHandedOver'),
  );
  await harness.publish(decided(4, cause), decided(5, other), decided(6, 'timer:x'), decided(7, 'timer:x'));
  const thread = await harness.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 7);
  expect(thread.notices.map((notice) => notice.id)).toEqual([1, 2, 5, 6, 7].map((sequence) => `${id}-${sequence}`));
});

test('events after a gap wait, without blocking other applications', async () => {
  const [id, other] = [harness.application(noticeContextResponse('')), harness.application(noticeContextResponse(''))];
  await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'), intakeEvent(id, 3, 'ApplicationDecided', ready));
  await harness.publish(intakeEvent(other, 1, 'ApplicationSubmitted'));
  await harness.thread(other);
  expect((await harness.thread(id)).lastSeqs).toEqual({ applications: 1 });
  await harness.publish(intakeEvent(id, 2, 'DocumentsRequested', { answerBy: '2026-12-05' }));
  const thread = await harness.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 3);
  expect(thread.notices.map(({ kind }) => kind)).toEqual([
    'application-submitted',
    'documents-requested',
    'result-ready',
  ]);
});

test('an event of no application is stored as refused, without its content', async () => {
  const id = ulid();
  const about = intakeEvent(id, 1, 'ApplicationSubmitted');
  const collection = harness.store.collection<{ _id: string; cause: string; count: number }>('refusals');
  const causes = { cause: { $ne: 'SEQUENCE_GAP' } };
  const counted = async () => (await collection.find(causes).toArray()).reduce((sum, { count }) => sum + count, 0);
  const before = await counted();
  await harness.publish(
    { ...about, subject: `applications/${ulid()}` },
    { ...about, sequence: null },
    { ...about, subject: 'centres/CU-001' },
    { ...about, data: Buffer.from([0xff, 0xff, 0xff]) },
  );
  await produceRaw({ brokers: harness.config.kafkaBrokers, prefix: harness.config.prefix }, 'cups.applications', [
    { key: id, value: 'canary-garbage' },
  ]);
  await eventually(async () => (await counted()) === before + 5);
  expect(JSON.stringify(await collection.find().toArray())).not.toContain('canary');
  expect(await harness.threads.get(id, { scope: 'service' })).toBeUndefined();
});

describe('a forged event with the next sequence number', () => {
  const withdrawn = (id: string, more: object = {}) =>
    intakeEvent(id, 2, 'ApplicationWithdrawn', { fromState: 'STATE_SUBMITTED' }, more);
  const forged: [string, (id: string) => ReturnType<typeof intakeEvent>][] = [
    ['of another source', (id) => withdrawn(id, { source: '/cups/agency-bridge' })],
    ['of a type of another service', (id) => withdrawn(id, { type: 'cups.agencybridge.v1.DeliveryCancelled' })],
    ['under the key of another application', (id) => withdrawn(id, { key: ulid() })],
    [
      'in the name of another centre',
      (id) =>
        intakeEvent(id, 2, 'ApplicationWithdrawn', { ref: { centre: 'centres/CU-099' }, fromState: 'STATE_SUBMITTED' }),
    ],
  ];
  test.each(forged)('is refused without hiding the real one: %s', async (_what, forge) => {
    const id = harness.application(noticeContextResponse(''));
    const collection = harness.store.collection<{ _id: string; count: number }>('refusals');
    const counted = async () => (await collection.find().toArray()).reduce((sum, { count }) => sum + count, 0);
    await harness.publish(intakeEvent(id, 1, 'ApplicationSubmitted'));
    await harness.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 1);
    const before = await counted();
    await harness.publish(forge(id));
    await eventually(async () => (await counted()) === before + 1);
    await harness.publish(intakeEvent(id, 2, 'ApplicationDecided', ready));
    const thread = await harness.thread(id, ({ lastSeqs }) => lastSeqs?.['applications'] === 2);
    expect(thread.notices.map(({ kind }) => kind)).toEqual(['application-submitted', 'result-ready']);
  });
});
