import type { ReceivedEvent } from '@cups/contracts';
import type { HandlerResult } from '@cups/events';
import { toTimestamp } from '@cups/contracts/proto';
import { clientFor, eventually } from '@cups/testing';
import type { OperationsServiceDefinition } from '@cups/contracts/gen/cups/operations/v1/OperationsService.ts';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { acknowledged, decided, startBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { newApplication, replyOf, submissionOf } from './world.ts';

/** Tests the operations RPCs, and the activity shown to an agency clerk. */

let bridge: Bridge;
const throwing = new Set<string>();
const handler = (real: (event: ReceivedEvent) => Promise<HandlerResult>) => (event: ReceivedEvent) =>
  throwing.has(event.id) ? Promise.reject(new TypeError('a fault of the bridge')) : real(event);
const reasons = { actor: 'ana', reason: 'reported by phone' };

beforeAll(async () => {
  bridge = await startBridge({
    handler,
    retryPolicy: { maxAttempts: 1, handlerTimeoutMs: 10_000, releasePollIntervalMs: 100 },
  });
});
afterAll(() => bridge.stop());

const operator = () => bridge.world.operator(bridge.service);
const idsOf = (delivery: string) =>
  bridge.requestsOf(delivery).map(({ id, type, time }) => `${id} ${type} ${time.toISOString()}`);

test('admits the ops CLI only', async () => {
  const gateway = clientFor<OperationsServiceDefinition>('cups.operations.v1.OperationsService', {
    address: `127.0.0.1:${bridge.service.grpcPort}`,
    keys: bridge.world.keys,
    from: 'gateway',
    to: 'agency-bridge',
  });
  await expect(gateway.listParkedKeys({})).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  gateway.close();
});

describe('blocked messages', () => {
  test('records who dropped an event and why, and handles the next ones', async () => {
    const application = bridge.fileable();
    const [submitted, noted, withdrawn] = [application.submitted(), application.inProgress(), application.withdrawn()];
    throwing.add(noted.id);
    await bridge.produceEvents(submitted, noted, withdrawn);
    const parkedKey = { topic: 'cups.applications', key: application.id };
    await eventually(async () => (await operator().listParkedKeys({})).keys.some(({ count }) => count === 2));
    const { events } = await operator().getParkedKey(parkedKey);
    expect(events.map(({ cause, sequence }) => [cause, sequence])).toEqual([
      ['HANDLER_THREW', 2],
      ['BEHIND', 3],
    ]);
    expect(events[0]?.detail).toMatch(/^TypeError at /);
    await operator().dropParkedEvent({ id: events[0]!.id, ...reasons });
    expect((await operator().getParkedKey(parkedKey)).events[0]).toMatchObject({
      droppedBy: 'ana',
      dropReason: 'reported by phone',
    });
    await operator().releaseParkedKey({ ...parkedKey, ...reasons });
    await eventually(async () => (await bridge.stateOf(application.delivery)) === 'DELIVERY_STATE_CANCELLED');
    await expect(operator().getParkedKey(parkedKey)).rejects.toMatchObject({ reason: 'NOT_FOUND' });
    for (const event of ['parked-event-dropped', 'parked-key-released'])
      expect(bridge.world.log.lines).toContainEqual(
        expect.objectContaining({ event, operator: 'ana', reason: 'reported by phone' }),
      );
  });

  test('shows an event that waits for its predecessor, which cannot be released or dropped', async () => {
    const application = bridge.fileable();
    const missing = application.submitted();
    await bridge.produceEvents(application.inProgress());
    const parkedKey = { topic: 'cups.applications', key: application.id };
    const { parked, events } = await eventually(() => operator().getParkedKey(parkedKey));
    expect(parked).toMatchObject({ cause: 'SEQUENCE_GAP', count: 1 });
    for (const refused of [
      operator().releaseParkedKey({ ...parkedKey, ...reasons }),
      operator().dropParkedEvent({ id: events[0]!.id, ...reasons }),
    ])
      await expect(refused).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
    await bridge.produceEvents(missing);
    await bridge.untilSent(application.delivery);
  });

  test('lists refused messages and no blocked outbox, and rejects unblocking an unknown one', async () => {
    await bridge.world.reply('asp', acknowledged(newApplication().name));
    await eventually(async () => {
      const { refusals } = await operator().listRefusals({ topic: 'agency.asp.replies' });
      return refusals.some(({ cause, count }) => cause === 'UNKNOWN_DELIVERY' && Number(count) > 0);
    });
    expect(await operator().listBlockedOutboxes({})).toEqual({ outboxes: [] });
    for (const collection of ['deliveries', 'nothing'])
      await expect(operator().unblockOutbox({ collection, id: 'x', ...reasons })).rejects.toMatchObject({
        reason: 'NOT_FOUND',
      });
  });
});

describe('redrive and replay', () => {
  test('sends a failed delivery when its cause is gone', async () => {
    const application = newApplication();
    await bridge.produceEvents(application.submitted());
    await bridge.deliveryEventTypes(application.delivery, 1);
    expect(await bridge.delivery(application.delivery)).toMatchObject({ failCause: 'SUBMISSION_NOT_FOUND' });
    bridge.world.submissions.set(`${application.name}/submissions/1`, submissionOf(application.name));
    const name = application.delivery;
    expect(await operator().redriveDelivery({ name, ...reasons })).toEqual({ submissions: [1] });
    expect(await bridge.untilSent(name)).toMatchObject({ failCause: '', failTime: null });
    await expect(operator().redriveDelivery({ name, ...reasons })).rejects.toMatchObject({
      reason: 'ACTION_NOT_ALLOWED',
    });
  });

  test('repeats a delivery with the same IDs, times and content, without effect', async () => {
    const { name, delivery, ...application } = await bridge.sent();
    bridge.world.submissions.set(`${name}/submissions/2`, submissionOf(name, 2, { answersRequest: 'request' }));
    await bridge.world.reply('asp', acknowledged(name));
    await bridge.produceEvents(application.supplied(2, 'request'));
    await eventually(() => bridge.requestsOf(delivery).length === 2);
    await bridge.world.reply('asp', decided(name));
    await eventually(async () => (await bridge.stateOf(delivery)) === 'DELIVERY_STATE_ANSWERED');
    // The reply may arrive before the bridge records when it sent the second request.
    await eventually(async () => (await bridge.delivery(delivery)).sendTime !== null);
    const before = await bridge.delivery(delivery);
    const first = idsOf(delivery);
    expect(await operator().replayDeliveries({ application: name, ...reasons })).toMatchObject({
      deliveries: [delivery],
    });
    await eventually(() => bridge.requestsOf(delivery).length === 4);
    expect(idsOf(delivery)).toEqual([...first, ...first]);
    const [request, , replayed] = bridge.requestsOf(delivery);
    expect(replayed?.data.equals(request!.data)).toBe(true);
    expect(await bridge.delivery(delivery)).toEqual(before);
  });

  test('repeats all deliveries of an agency since a time; of an ended application only its end', async () => {
    const since = toTimestamp(new Date());
    const [ended, open] = [await bridge.sent(), await bridge.sent()];
    await bridge.produceEvents(ended.withdrawn());
    await eventually(() => bridge.requestsOf(ended.delivery).length === 2);
    const request = { agency: 'agencies/asp', since, ...reasons };
    const { deliveries, nextPageToken } = await operator().replayDeliveries(request);
    expect([deliveries.sort(), nextPageToken]).toEqual([[ended.delivery, open.delivery].sort(), '']);
    await eventually(() => bridge.requestsOf(ended.delivery).length + bridge.requestsOf(open.delivery).length === 5);
    const [, end, again] = idsOf(ended.delivery);
    expect(again).toBe(end);
    expect((await operator().replayDeliveries({ ...request, agency: 'agencies/cnas' })).deliveries).toEqual([]);
    await expect(operator().replayDeliveries({ agency: 'agencies/asp', ...reasons })).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
    });
  });
});

describe('GetAgencyActivity and ListRefusedReplies', () => {
  const clerk = (agency: string) =>
    bridge.world.client(bridge.service, { role: 'agency-clerk', agency: `agencies/${agency}` });

  test('return deliveries by state, refused replies and the unread count', async () => {
    const { name, delivery } = await bridge.sent();
    const blank = { outcome: 'rejected', reason: { ro: ' ' }, decideTime: new Date().toISOString() } as const;
    await bridge.world.reply(
      'asp',
      acknowledged(name),
      replyOf('md.cups.reply.decided.v1', name, blank, { id: 'blank-1' }),
    );
    await bridge.deliveryEventTypes(delivery, 2);
    const query = { agency: 'agencies/asp', pageSize: 1 };
    const { replies, nextPageToken } = await eventually(async () => {
      const page = await clerk('asp').listRefusedReplies(query);
      return page.replies[0]?.messageId === 'blank-1' && page;
    });
    expect(replies[0]).toMatchObject({
      handling: 'refused',
      cause: 'REASON_BLANK',
      violations: [{ field: 'reason.ro', rule: 'notBlank' }],
      application: name,
      topic: 'agency.asp.replies',
    });
    // Deliveries of the tests before.
    const { replies: older } = await clerk('asp').listRefusedReplies({ ...query, pageToken: nextPageToken });
    expect(older).toMatchObject([{ cause: 'UNKNOWN_DELIVERY', application: '' }]);

    const { activity } = await eventually(async () => {
      const found = await clerk('asp').getAgencyActivity({ name: 'agencies/asp' });
      return found.activity?.unreadReplies === '0' && found;
    });
    const states = activity!.deliveries.map(({ state, count, oldestQueueTime }) => [
      state,
      count > 0 && oldestQueueTime !== null,
    ]);
    expect(states).toEqual(
      expect.arrayContaining([
        ['DELIVERY_STATE_ACKNOWLEDGED', true],
        ['DELIVERY_STATE_SENT', true],
      ]),
    );
    expect(activity!.lastReplyTime).not.toBeNull();
    expect(activity!.lastRefusalTime).not.toBeNull();
  });

  test('hide other agencies from an agency clerk, and unknown ones from support', async () => {
    for (const [client, code] of [
      [clerk('cnas'), 'asp'],
      [bridge.support(), 'nobody'],
    ] as const) {
      const name = `agencies/${code}`;
      await expect(client.listRefusedReplies({ agency: name })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
      await expect(client.getAgencyActivity({ name })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
    }
    expect((await bridge.support().getAgencyActivity({ name: 'agencies/cnas' })).activity).toMatchObject({
      deliveries: [],
      lastReplyTime: null,
    });
  });
});
