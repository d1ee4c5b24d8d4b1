import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { bridgeEvent, useIntake } from './world.ts';

const scene = useIntake({ topics: true });
const { at } = scene;

/** Returns an application whose result was handed over. */
async function handedOver(n: number) {
  const { name } = await at().file(n);
  await scene.world.publish(bridgeEvent(name, 'DeliveryDecided', 1, { approved: true }));
  await eventually(async () => (await at().read(name)).state === 'STATE_READY');
  const handOver = { collectedBy: 'applicant', idDocumentKind: 'identity-document' };
  await at().handOverResult({ requestId: randomUUID(), name, handOver });
  return name;
}

describe('ConfirmOutcome', () => {
  test('closes an application with its need met and allows a correction', async () => {
    const name = await handedOver(1);
    const { application } = await at().confirmOutcome({ requestId: randomUUID(), name, outcome: { needMet: true } });
    expect(application).toMatchObject({
      state: 'STATE_CLOSED',
      outcome: { needMet: true, missing: '' },
      allowedActions: ['ACTION_CORRECT', 'ACTION_CHANGE_CONTACT'],
    });
  });

  test('requires what is missing if the need is not met', async () => {
    const name = await handedOver(2);
    const confirm = (missing: string) =>
      at().confirmOutcome({ requestId: randomUUID(), name, outcome: { needMet: false, missing } });
    await expect(confirm('')).rejects.toMatchObject({ violations: [{ field: '/missing', rule: 'REQUIRED' }] });
    expect((await confirm('a stamp')).application).toMatchObject({
      state: 'STATE_CLOSED',
      outcome: { needMet: false, missing: 'a stamp' },
    });
  });

  test('rejects an absent outcome and a confirmation before the hand-over', async () => {
    const { name } = await at().file(3);
    await expect(at().confirmOutcome({ requestId: randomUUID(), name })).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '/needMet', rule: 'REQUIRED' }],
    });
    const early = at().confirmOutcome({ requestId: randomUUID(), name, outcome: { needMet: true } });
    await expect(early).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
  });
});
