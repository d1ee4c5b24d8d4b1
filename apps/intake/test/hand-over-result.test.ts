import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { eventually, readTopic } from '@cups/testing';
import { eventCodec } from '@cups/contracts/proto';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { bridgeEvent, useIntake } from './world.ts';

const scene = useIntake({ topics: true });
const { at } = scene;

/** Returns an application with a decision. */
async function decided(n: number, approved = true) {
  const { name } = await at().file(n);
  const result = approved ? { resultKind: 'paper', resultNumber: 'R-1' } : {};
  await scene.world.publish(bridgeEvent(name, 'DeliveryDecided', 1, { approved, ...result }));
  return eventually(async () => {
    const app = await at().read(name);
    return app.state === (approved ? 'STATE_READY' : 'STATE_REJECTED') && app;
  });
}

const handOver = (name: string) =>
  at().handOverResult({
    requestId: randomUUID(),
    name,
    handOver: { collectedBy: 'applicant', idDocumentKind: 'identity-document', idDocumentNumber: 'B1' },
  });

const ALWAYS = ['ACTION_CHOOSE_COLLECTION_CENTRE', 'ACTION_CHANGE_CONTACT', 'ACTION_SEND_MESSAGE'];

describe('HandOverResult', () => {
  test.each([true, false])('records collector and identity document (approved: %s)', async (approved) => {
    const { name } = await decided(1, approved);
    const { application } = await handOver(name);
    expect(application).toMatchObject({
      state: 'STATE_HANDED_OVER',
      handOver: { collectedBy: 'applicant', idDocumentKind: 'identity-document', idDocumentNumber: 'B1' },
    });
    expect(application!.handOver!.handOverTime).not.toBeNull();
  });

  test('requires the collector and the identity document', async () => {
    const { name } = await decided(2);
    const empty = at().handOverResult({ requestId: randomUUID(), name });
    await expect(empty).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [
        { field: '/collectedBy', rule: 'ONE_OF' },
        { field: '/idDocumentKind', rule: 'CODE' },
      ],
    });
  });

  test("fills in the collector's name and ground", async () => {
    const { name, content } = await decided(5);
    const { givenName, familyName } = content!.applicant!;
    const { application } = await handOver(name);
    expect(application!.handOver).toMatchObject({
      collectorName: `${givenName} ${familyName}`,
      ground: { kind: 'own', reference: '' },
    });
    expect(JSON.stringify(await at().history(name))).not.toContain(familyName);
  });

  test("requires a representative's name and power, and replays a retry", async () => {
    const { name } = await decided(6);
    const valid = {
      requestId: randomUUID(),
      name,
      handOver: {
        collectedBy: 'representative',
        collectorName: 'Ion Exemplu',
        idDocumentKind: 'identity-document',
        idDocumentNumber: 'B00000002',
        ground: { kind: 'power', reference: 'P-2026-000123' },
      },
    };
    const incomplete = {
      ...valid,
      requestId: randomUUID(),
      handOver: { ...valid.handOver, collectorName: '', ground: null },
    };
    await expect(at().handOverResult(incomplete)).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [
        { field: '/collectorName', rule: 'REQUIRED' },
        { field: '/ground/reference', rule: 'REQUIRED' },
      ],
    });
    const { application } = await at().handOverResult(valid);
    expect(application!.handOver).toMatchObject(valid.handOver);
    expect((await at().handOverResult(valid)).replayed).toBe(true);
  });

  test('rejects a represented collector if none is represented', async () => {
    const { name } = await decided(7);
    const record = { collectedBy: 'represented', idDocumentKind: 'identity-document', idDocumentNumber: 'B1' };
    const refused = at().handOverResult({ requestId: randomUUID(), name, handOver: record });
    await expect(refused).rejects.toMatchObject({ violations: [{ field: '/collectedBy', rule: 'ONE_OF' }] });
  });

  test('stores how to appeal a rejection, and nothing for an approval', async () => {
    const appeal = {
      instructions: { ro: 'Cerere prealabilă la www.bank.example', ru: '', en: '' },
      deadline: '2099-01-15',
    };
    const read = async (n: number, approved: boolean) => {
      const { name } = await at().file(n);
      await scene.world.publish(bridgeEvent(name, 'DeliveryDecided', 1, { approved, appeal }));
      return eventually(async () => {
        const app = await at().read(name);
        return app.decision !== null && app;
      });
    };
    const rejected = await read(8, false);
    expect(rejected.decision).toMatchObject({
      appeal: { instructions: { ro: 'Cerere prealabilă la [link]' }, deadline: '2099-01-15' },
    });
    // The holder of the number reads the last day to contest it, and no due date of the agency any longer.
    const { trackingNumber } = rejected;
    const tracked = await scene.world.clientAt(scene.port, 'gateway').trackApplication({ trackingNumber });
    expect(tracked).toMatchObject({ appealDeadline: '2099-01-15', dueDate: '', state: 'STATE_REJECTED' });
    expect((await read(9, true)).decision!.appeal).toBeNull();
  });

  test('rejects a hand-over before the decision', async () => {
    const { name } = await at().file(3);
    await expect(handOver(name)).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
  });

  test('blocks the hand-over of a revoked result until its correction; publishes both', async () => {
    const { name, allowedActions } = await decided(4);
    const allows = (...actions: string[]) =>
      eventually(async () => (await at().read(name)).allowedActions.join() === actions.join());
    expect(allowedActions).toEqual(['ACTION_HAND_OVER', 'ACTION_RECORD_PAYMENT', 'ACTION_CONFIRM_ARRIVAL', ...ALWAYS]);
    await scene.world.publish(bridgeEvent(name, 'DeliveryResultRevoked', 2, { reason: { ro: 'greșeală' } }));
    await allows('ACTION_WITHDRAW', 'ACTION_RECORD_PAYMENT', ...ALWAYS);
    await expect(handOver(name)).rejects.toMatchObject({ reason: 'RESULT_REVOKED' });
    await scene.world.publish(
      bridgeEvent(name, 'DeliveryResultCorrected', 3, { resultKind: 'paper', resultNumber: 'R-2' }),
    );
    await allows('ACTION_HAND_OVER', 'ACTION_RECORD_PAYMENT', 'ACTION_CONFIRM_ARRIVAL', ...ALWAYS);
    expect((await handOver(name)).application).toMatchObject({ state: 'STATE_HANDED_OVER' });

    const topic = await readTopic(scene.world.place, 'cups.applications');
    const codec = eventCodec<IntakeEvents>('cups.intake.v1');
    const all = await topic.until(
      (events) => new Set(events.filter(({ subject }) => subject === name).map(({ id }) => id)).size >= 5,
    );
    await topic.stop();
    // The relay may send an event again.
    const ownEvents = new Map(all.filter(({ subject }) => subject === name).map((event) => [event.id, event]));
    const changes = [...ownEvents.values()]
      .map((event) => codec.decode(event))
      .flatMap((event) => (event?.type === 'cups.intake.v1.ResultChanged' ? [event.data.revoked] : []));
    expect(changes).toEqual([true, false]);
  });
});
