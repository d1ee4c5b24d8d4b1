import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { useIntake } from './world.ts';

const scene = useIntake();
const { at } = scene;

const bridge = () => scene.world.clientAt(scene.port, 'agency-bridge');

describe('GetSubmission', () => {
  test('returns the frozen submission without contact, with the fee', async () => {
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

  test('marks a submission of a withdrawn application', async () => {
    const { name } = await at().file(7);
    await at().withdrawApplication({ requestId: randomUUID(), name });
    expect((await bridge().getSubmission({ name: `${name}/submissions/1` })).withdrawn).toBe(true);
  });

  test('distinguishes an unknown submission from a malformed name', async () => {
    const { name } = await at().file(7);
    for (const absent of [`${name}/submissions/2`, 'applications/01JD0000000000000000000009/submissions/1']) {
      await expect(bridge().getSubmission({ name: absent })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
    }
    for (const malformed of [name, `${name}/submissions/0`, `${name}/submissions/x`, 'applications/x/submissions/1']) {
      await expect(bridge().getSubmission({ name: malformed })).rejects.toMatchObject({
        reason: 'INVALID_ARGUMENT',
        violations: [{ field: '/name', rule: 'RESOURCE_NAME' }],
      });
    }
  });

  test('rejects callers other than the bridge', async () => {
    const name = `${(await at().file(7)).name}/submissions/1`;
    await expect(at().getSubmission({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    const notifications = scene.world.clientAt(scene.port, 'notifications');
    await expect(notifications.getSubmission({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  });
});
