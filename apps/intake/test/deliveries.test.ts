import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventCodec, fromTimestamp, toTimestamp } from '@cups/contracts/proto';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import type { State } from '@cups/contracts/gen/cups/intake/v1/State.ts';
import { toCivilDate } from '@cups/application';
import { openStore } from '@cups/store';
import { eventually, idnp, silentLog, readTopic } from '@cups/testing';
import { DAY, bridgeEvent, idOf, openWorld } from './world.ts';
import type { World } from './world.ts';

/** Events of cups.deliveries, their effect on the application, and the events of cups.applications. */

let world: World;
let port: number;
const at = (centre: string) => world.deskAt(port, centre);
const inState = (here: ReturnType<typeof at>, name: string, state: State, timeoutMs = 10_000) =>
  eventually(
    async () => {
      const app = await here.read(name);
      return app.state === state && app;
    },
    { timeoutMs },
  );

beforeAll(async () => {
  world = await openWorld();
  await world.createTopics();
  port = (await world.start()).grpcPort;
});
afterAll(() => world.close());

/** Counts Monday to Friday after one civil date and up to another. Holidays count, so it is at least the working days. */
function countWeekdays(from: string, to: string): number {
  const days = Math.round((Date.parse(to) - Date.parse(from)) / DAY);
  const weekdays = Array.from({ length: days }, (_, n) => new Date(Date.parse(from) + (n + 1) * DAY).getUTCDay());
  return weekdays.filter((day) => day !== 0 && day !== 6).length;
}

describe('cups.deliveries', () => {
  test('publishes each step of the lifecycle once, in order, without personal data', async () => {
    const topic = await readTopic(world.place, 'cups.applications');
    const here = at('CU-013');
    const { name } = await here.file(40);
    await world.publish(bridgeEvent(name, 'DeliveryAcknowledged', 1));
    await inState(here, name, 'STATE_IN_PROGRESS');
    const request = { evidenceKinds: ['birth-certificate'], answerBy: '2027-01-15' };
    await world.publish(bridgeEvent(name, 'DeliveryDocumentsRequested', 2, request));
    expect((await inState(here, name, 'STATE_DOCUMENTS_REQUESTED')).documentRequest).toMatchObject(request);
    const evidence = [{ kind: 'birth-certificate', originalSeen: true }];
    await here.supplyDocuments({ requestId: randomUUID(), name, evidence });
    await world.publish(
      bridgeEvent(name, 'DeliveryDecided', 3, { approved: true, resultKind: 'paper', resultNumber: 'R-1' }),
    );
    await inState(here, name, 'STATE_READY');
    const handOver = { collectedBy: 'applicant', idDocumentKind: 'identity-document' };
    await here.handOverResult({ requestId: randomUUID(), name, handOver });
    const closed = await here.confirmOutcome({ requestId: randomUUID(), name, outcome: { needMet: true } });
    expect(closed.application!.state).toBe('STATE_CLOSED');

    const events = await topic.until((all) => all.filter(({ subject }) => subject === name).length >= 7);
    await topic.stop();
    const ownEvents = events.filter(({ subject }) => subject === name);
    expect(ownEvents.map(({ type }) => type.split('.').at(-1))).toEqual([
      'ApplicationSubmitted',
      'ApplicationInProgress',
      'DocumentsRequested',
      'DocumentsSupplied',
      'ApplicationDecided',
      'ResultHandedOver',
      'ApplicationClosed',
    ]);
    expect(ownEvents.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    const supplied = eventCodec<IntakeEvents>('cups.intake.v1').decode(ownEvents[3]!);
    expect(supplied).toMatchObject({ data: { submission: `${name}/submissions/2` } });
    for (const { data } of ownEvents) expect(data.toString('latin1')).not.toContain(idnp(40));
  });

  test('ignores duplicates, waits for gaps, and alerts on a decision after withdrawal', async () => {
    const here = at('CU-014');
    const { name } = await here.file(41);
    const second = bridgeEvent(name, 'DeliveryProgressed', 2);
    const first = bridgeEvent(name, 'DeliveryAcknowledged', 1);
    await world.publish(second, first, first, second);
    await eventually(async () => (await here.history(name)).length === 3);
    await here.withdrawApplication({ requestId: randomUUID(), name });
    await world.publish(
      bridgeEvent(name, 'DeliveryDecided', 3, { approved: true }),
      bridgeEvent(name, 'DeliveryDecided', 4, { approved: false }),
    );
    const app = await eventually(async () => {
      const now = await here.read(name);
      return now.deskAlerts[0]?.count === 2 && now;
    });
    expect(app.state).toBe('STATE_WITHDRAWN');
    expect(app.deskAlerts).toMatchObject([{ kind: 'decision-after-end', count: 2 }]);
    expect((await here.history(name)).map(({ kind }) => kind)).toEqual([
      'submit',
      'acknowledged',
      'progressed',
      'withdraw',
      'approved',
      'rejected',
    ]);
  });

  test('stores the day of the expected decision until the decision, for the desk, the person and notices', async () => {
    const here = at('CU-014');
    const { name, trackingNumber, dueDate } = await here.file(43);
    const notifications = world.clientAt(port, 'notifications');
    const gateway = world.clientAt(port, 'gateway');
    const seen = async () => [
      (await here.read(name)).expectedDecisionDate,
      (await gateway.trackApplication({ trackingNumber })).expectedDecisionDate,
      (await notifications.getNoticeContext({ name })).expectedDecisionDate,
    ];
    expect(await seen()).toEqual(['', '', '']);
    const day = '2027-01-15';
    await world.publish(
      bridgeEvent(name, 'DeliveryAcknowledged', 1),
      bridgeEvent(name, 'DeliveryProgressed', 2, { expectedDecisionDate: day }),
      bridgeEvent(name, 'DeliveryProgressed', 3, { note: 'La arhivă.' }),
    );
    const app = await eventually(async () => {
      const now = await here.read(name);
      return now.progress !== null && now;
    });
    expect(await seen()).toEqual([day, day, day]);
    expect(app.dueDate).toBe(dueDate);
    expect((await here.history(name)).slice(-2)).toMatchObject([
      { kind: 'progressed', expectedDecisionDate: day },
      { kind: 'progressed', expectedDecisionDate: '', agencyText: { ro: 'La arhivă.' } },
    ]);
    await world.publish(bridgeEvent(name, 'DeliveryDecided', 4, { approved: true }));
    await inState(here, name, 'STATE_READY');
    expect(await seen()).toEqual(['', '', '']);
  });

  test('extends a past answer date to five working days, then expires the application', async () => {
    const topic = await readTopic(world.place, 'cups.applications');
    const here = at('CU-015');
    const { name } = await here.file(42);
    const request = { evidenceKinds: ['x-y'], answerBy: '2020-01-01' };
    await world.publish(bridgeEvent(name, 'DeliveryDocumentsRequested', 1, request));
    const requested = await inState(here, name, 'STATE_DOCUMENTS_REQUESTED');
    const { answerBy, requestedAnswerBy } = requested.documentRequest!;
    expect(requestedAnswerBy).toBe('2020-01-01');
    expect(countWeekdays(toCivilDate(new Date()), answerBy)).toBeGreaterThanOrEqual(5);
    expect(requested.deskAlerts).toMatchObject([
      { kind: 'agency-message-changed', cause: 'ANSWER_BY_LENGTHENED', count: 1 },
    ]);
    // The event contains both dates.
    const isRequest = ({ subject, type }: { subject: string; type: string }) =>
      subject === name && type === 'cups.intake.v1.DocumentsRequested';
    const requestEvent = (await topic.until((all) => all.some(isRequest))).find(isRequest)!;
    await topic.stop();
    const { id, ...days } = requested.documentRequest!;
    const expected = { request: id, answerBy: days.answerBy, requestedAnswerBy: '2020-01-01' };
    expect(eventCodec<IntakeEvents>('cups.intake.v1').decode(requestEvent)!.data).toMatchObject(expected);
    // The application is unchanged after several timer polls.
    const other = await here.file(43);
    await world.publish(bridgeEvent(other.name, 'DeliveryAcknowledged', 1));
    await inState(here, other.name, 'STATE_IN_PROGRESS');
    expect((await here.read(name)).state).toBe('STATE_DOCUMENTS_REQUESTED');
    world.clock.now = new Date(Date.parse(answerBy) + 5 * DAY);
    try {
      // On a slow store, timers are polled less often, but at least every 72 s.
      await inState(here, name, 'STATE_EXPIRED', 80_000);
    } finally {
      world.clock.now = undefined;
    }
  }, 120_000);

  test('returns results, reasons, progress, refusals and changes of agency messages', async () => {
    const here = at('CU-016');
    const { name } = await here.file(44);
    const result = { resultKind: 'paper', resultNumber: 'R-1', verificationCode: 'K7Q2', validUntil: '2099-01-01' };
    const decideTime = toTimestamp(new Date('2099-01-01'));
    await world.publish(
      bridgeEvent(name, 'DeliveryProgressed', 1, { note: 'La arhivă.\n\nhttps://fals.example' }),
      bridgeEvent(name, 'DeliveryMessageRefused', 2, { cause: 'CONTENT_INVALID', fields: ['urgency'] }),
      bridgeEvent(name, 'DeliveryDecided', 3, { approved: true, ...result, decideTime }),
      bridgeEvent(name, 'DeliveryResultCorrected', 4, {
        ...result,
        resultNumber: 'R-2 <https://fals.example>',
        reason: { ro: 'Greșeală.' },
      }),
      bridgeEvent(name, 'DeliveryResultRevoked', 5, { reason: { ro: 'Anulat.' } }),
    );
    const actions = await eventually(async () => {
      const found = await here.history(name);
      return found.length === 6 && found;
    });
    const app = await here.read(name);
    expect(app).toMatchObject({
      state: 'STATE_READY',
      progress: { note: 'La arhivă. [link]' },
      omittedMessages: 0,
      decision: {
        resultNumber: 'R-2 https //fals example',
        verificationCode: 'K7Q2',
        validUntil: '2099-01-01',
        correctReason: { ro: 'Greșeală.' },
        revokeReason: { ro: 'Anulat.' },
      },
    });
    expect(fromTimestamp(app.decision!.decideTime)!.getTime()).toBeLessThan(Date.now() + 60_000);
    expect(app.deskAlerts.map(({ kind, cause }) => [kind, cause])).toEqual([
      ['message-refused', 'CONTENT_INVALID'],
      ['agency-message-changed', 'DECIDE_TIME_REPLACED'],
      ['result-corrected', ''],
      ['result-revoked', ''],
    ]);
    expect(actions.slice(1)).toMatchObject([
      { kind: 'progressed', agencyText: { ro: 'La arhivă. [link]' } },
      { kind: 'message-refused', code: 'CONTENT_INVALID', fields: ['urgency'] },
      {
        kind: 'approved',
        changes: ['DECIDE_TIME_REPLACED'],
        result: { kind: 'paper', number: 'R-1', verificationCode: 'K7Q2', validUntil: '2099-01-01' },
      },
      { kind: 'result-corrected', agencyText: { ro: 'Greșeală.' }, result: { number: 'R-2 https //fals example' } },
      { kind: 'result-revoked', agencyText: { ro: 'Anulat.' } },
    ]);
  });

  test('archives the older ones of 250 progress notes, and the application stays small', async () => {
    const here = at('CU-017');
    const { name } = await here.file(45);
    const notes = Array.from({ length: 250 }, (_, n) =>
      bridgeEvent(name, 'DeliveryProgressed', n + 2, { note: `${n + 1} x ${'cuvinte '.repeat(235)}` }),
    );
    await world.publish(bridgeEvent(name, 'DeliveryAcknowledged', 1), ...notes);
    const app = await eventually(
      async () => {
        const now = await here.read(name);
        return now.progress?.note.startsWith('250 x') && now;
      },
      { timeoutMs: 30_000 },
    );
    expect(app.omittedMessages).toBe(0);
    const { olderActions } = await here.getApplicationDetails({ name });
    expect(olderActions).toBeGreaterThanOrEqual(100);
    const { mongoUri: uri, prefix } = world.place;
    const store = openStore({ uri, database: `${prefix}cups-intake`, log: silentLog });
    await eventually(() => store.ready());
    const stored = await store.collection<{ _id: string }>('applications').findOne({ _id: idOf(name) });
    // Sealed values are bytes, of which JSON would make numbers.
    const json = JSON.stringify(stored, (_name, value: { type?: string; data?: number[] } | null) =>
      value?.type === 'Buffer' ? Buffer.from(value.data!).toString('base64') : value,
    );
    expect(json.length).toBeLessThan(700_000);
    await store.close();
  }, 60_000);
});
