import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { eventually, readTopic } from '@cups/testing';
import { eventCodec } from '@cups/contracts/proto';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { delivered, useIntake } from './world.ts';

/** HandOverResult: the result, or the decision, reaches the person. */

const scene = useIntake({ topics: true });
const { at } = scene;

/** An application whose agency has decided. */
async function decided(n: number, approved = true) {
  const { name } = await at().file(n);
  const result = approved ? { resultKind: 'paper', resultNumber: 'R-1' } : {};
  await scene.world.say(delivered(name, 'DeliveryDecided', 1, { approved, ...result }));
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

test('Before the agency has decided nothing is handed over.', async () => {
  const { name } = await at().file(3);
  await expect(handOver(name)).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
});

test('A revoked result is not handed over before it is corrected, and others are told of both.', async () => {
  const { name, allowedActions } = await decided(4);
  const may = (...actions: string[]) =>
    eventually(async () => (await at().read(name)).allowedActions.join() === actions.join());
  expect(allowedActions).toEqual(['ACTION_HAND_OVER', 'ACTION_RECORD_PAYMENT']);
  await scene.world.say(delivered(name, 'DeliveryResultRevoked', 2, { reason: { ro: 'greșeală' } }));
  await may('ACTION_WITHDRAW', 'ACTION_RECORD_PAYMENT');
  await expect(handOver(name)).rejects.toMatchObject({ reason: 'RESULT_REVOKED' });
  await scene.world.say(delivered(name, 'DeliveryResultCorrected', 3, { resultKind: 'paper', resultNumber: 'R-2' }));
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
