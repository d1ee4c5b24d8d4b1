import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { eventually, readTopic } from '@cups/testing';
import { eventCodec } from '@cups/contracts/proto';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { bridgeEvent, useIntake } from './world.ts';

/** HandOverResult: the result, or the decision, reaches the person. */

const scene = useIntake({ topics: true });
const { at } = scene;

/** An application whose agency has decided. */
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
    handOver: { collectedBy: 'applicant', paperKind: 'identity-document', paperNumber: 'B1' },
  });

test.each([true, false])(
  'Of a decision that approved is %s it is recorded who collected it, shown which paper.',
  async (approved) => {
    const { name } = await decided(1, approved);
    const { application } = await handOver(name);
    expect(application).toMatchObject({
      state: 'STATE_HANDED_OVER',
      handOver: { collectedBy: 'applicant', paperKind: 'identity-document', paperNumber: 'B1' },
    });
    expect(application!.handOver!.handOverTime).not.toBeNull();
  },
);

test('Who collected it, and which paper was shown, must be said.', async () => {
  const { name } = await decided(2);
  const unsaid = at().handOverResult({ requestId: randomUUID(), name });
  await expect(unsaid).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
    violations: [
      { field: '/collectedBy', rule: 'ONE_OF' },
      { field: '/paperKind', rule: 'CODE' },
    ],
  });
});

test('Who collected has a name and a ground, also where the desk did not say them.', async () => {
  const { name, content } = await decided(5);
  const { givenName, familyName } = content!.applicant!;
  const { application } = await handOver(name);
  expect(application!.handOver).toMatchObject({
    collectorName: `${givenName} ${familyName}`,
    ground: { kind: 'own', reference: '' },
  });
  expect(JSON.stringify(await at().history(name))).not.toContain(familyName);
});

test('A representative is named, with paper and power, and a repeat is answered.', async () => {
  const { name } = await decided(6);
  const given = {
    requestId: randomUUID(),
    name,
    handOver: {
      collectedBy: 'representative',
      collectorName: 'Ion Exemplu',
      paperKind: 'identity-document',
      paperNumber: 'B00000002',
      ground: { kind: 'power', reference: 'P-2026-000123' },
    },
  };
  const unnamed = {
    ...given,
    requestId: randomUUID(),
    handOver: { ...given.handOver, collectorName: '', ground: null },
  };
  await expect(at().handOverResult(unnamed)).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
    violations: [
      { field: '/collectorName', rule: 'REQUIRED' },
      { field: '/ground/reference', rule: 'REQUIRED' },
    ],
  });
  const { application } = await at().handOverResult(given);
  expect(application!.handOver).toMatchObject(given.handOver);
  expect((await at().handOverResult(given)).replayed).toBe(true);
});

test('Nothing is given to a represented person where nobody is represented.', async () => {
  const { name } = await decided(7);
  const act = { collectedBy: 'represented', paperKind: 'identity-document', paperNumber: 'B1' };
  const refused = at().handOverResult({ requestId: randomUUID(), name, handOver: act });
  await expect(refused).rejects.toMatchObject({ violations: [{ field: '/collectedBy', rule: 'ONE_OF' }] });
});

test('How and until when a rejection can be appealed stands in the file; an approval has nothing to appeal.', async () => {
  const appeal = { how: { ro: 'Cerere prealabilă la www.bank.example', ru: '', en: '' }, until: '2099-01-15' };
  const read = async (n: number, approved: boolean) => {
    const { name } = await at().file(n);
    await scene.world.publish(bridgeEvent(name, 'DeliveryDecided', 1, { approved, appeal }));
    return eventually(async () => {
      const app = await at().read(name);
      return app.decision !== null && app;
    });
  };
  expect((await read(8, false)).decision).toMatchObject({
    appeal: { how: { ro: 'Cerere prealabilă la [link]' }, until: '2099-01-15' },
  });
  expect((await read(9, true)).decision!.appeal).toBeNull();
});

test('Before the agency has decided nothing is handed over.', async () => {
  const { name } = await at().file(3);
  await expect(handOver(name)).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
});

test('A revoked result is not handed over before it is corrected, and others are told of both.', async () => {
  const { name, allowedActions } = await decided(4);
  const may = (...actions: string[]) =>
    eventually(async () => (await at().read(name)).allowedActions.join() === actions.join());
  expect(allowedActions).toEqual(['ACTION_HAND_OVER', 'ACTION_RECORD_PAYMENT']);
  await scene.world.publish(bridgeEvent(name, 'DeliveryResultRevoked', 2, { reason: { ro: 'greșeală' } }));
  await may('ACTION_WITHDRAW', 'ACTION_RECORD_PAYMENT');
  await expect(handOver(name)).rejects.toMatchObject({ reason: 'RESULT_REVOKED' });
  await scene.world.publish(
    bridgeEvent(name, 'DeliveryResultCorrected', 3, { resultKind: 'paper', resultNumber: 'R-2' }),
  );
  await may('ACTION_HAND_OVER', 'ACTION_RECORD_PAYMENT');
  expect((await handOver(name)).application).toMatchObject({ state: 'STATE_HANDED_OVER' });

  const topic = await readTopic(scene.world.place, 'cups.applications');
  const codec = eventCodec<IntakeEvents>('cups.intake.v1');
  const all = await topic.until((events) => events.filter(({ subject }) => subject === name).length >= 5);
  await topic.stop();
  const changes = all
    .filter(({ subject }) => subject === name)
    .map((event) => codec.decode(event))
    .flatMap((event) => (event?.type === 'cups.intake.v1.ResultChanged' ? [event.data.revoked] : []));
  expect(changes).toEqual([true, false]);
});
