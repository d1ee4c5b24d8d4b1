import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { useIntake } from './world.ts';

/** GetSubmission: the bridge fetches what is to be sent to an agency. */

const scene = useIntake();
const { at } = scene;

const bridge = () => scene.world.clientAt(scene.port, 'agency-bridge');

test('The bridge fetches what was frozen, without the contact, with the fee of the cost option that was chosen.', async () => {
  const app = await at().file(7);
  const frozen = await bridge().getSubmission({ name: `${app.name}/submissions/1` });
  expect(frozen).toMatchObject({
    name: `${app.name}/submissions/1`,
    withdrawn: false,
    agency: 'agencies/asp',
    centreName: 'CU-001',
    centreKind: 'town-hall',
    content: { contact: null },
    submitTime: app.submitTime,
    dueDate: app.dueDate,
    fee: { amountMinor: '11000', currencyCode: 'MDL' },
  });
  expect(JSON.parse(frozen.content!.answers.toString())).toEqual({ act: 'birth' });
});

test('A submission of an application that was withdrawn since says so.', async () => {
  const { name } = await at().file(7);
  await at().withdrawApplication({ requestId: randomUUID(), name });
  expect((await bridge().getSubmission({ name: `${name}/submissions/1` })).withdrawn).toBe(true);
});

test('A submission that is not there, and a name that is none, are told apart.', async () => {
  const { name } = await at().file(7);
  for (const absent of [`${name}/submissions/2`, 'applications/01JD0000000000000000000009/submissions/1']) {
    await expect(bridge().getSubmission({ name: absent })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  }
  for (const none of [name, `${name}/submissions/0`, `${name}/submissions/x`, 'applications/x/submissions/1']) {
    await expect(bridge().getSubmission({ name: none })).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '/name', rule: 'RESOURCE_NAME' }],
    });
  }
});

test('Nobody but the bridge fetches a submission.', async () => {
  const name = `${(await at().file(7)).name}/submissions/1`;
  await expect(at().getSubmission({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  const notifications = scene.world.clientAt(scene.port, 'notifications');
  await expect(notifications.getSubmission({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
});
