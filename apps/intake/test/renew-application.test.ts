import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { useIntake } from './world.ts';

const scene = useIntake();
const { at } = scene;

describe('RenewApplication', () => {
  test('rejects a draft of an ended version at submit until it is renewed', async () => {
    scene.world.endVersion('2026-01-31');
    scene.world.clock.now = new Date('2026-01-31T09:00:00Z');
    const draft = await at().open(8);
    scene.world.clock.now = new Date('2026-02-01T09:00:00Z');
    await expect(at().submit(draft.name)).rejects.toMatchObject({
      reason: 'SERVICE_VERSION_EXPIRED',
      metadata: { validTo: '2026-01-31' },
    });
    scene.world.endVersion('');
    const renewed = await at().renewApplication({ requestId: randomUUID(), name: draft.name });
    expect(renewed.application!.state).toBe('STATE_DRAFT');
    expect((await at().submit(draft.name)).dueDate).toBe('2026-02-13');
    expect((await at().history(draft.name)).map(({ kind }) => kind)).toEqual(['renew', 'submit']);
  });

  test('rejects the renewal at a paused centre', async () => {
    const draft = await at('CU-002').open(8);
    scene.world.centres['CU-002'] = { status: 'CENTRE_STATUS_PAUSED' };
    await eventually(() =>
      at('CU-002')
        .renewApplication({ requestId: randomUUID(), name: draft.name })
        .then(
          () => false,
          ({ reason }: { reason?: string }) => reason === 'CENTRE_PAUSED',
        ),
    );
  });

  test('rejects the renewal of a submitted application', async () => {
    const { name } = await at().file(8);
    const renewed = at().renewApplication({ requestId: randomUUID(), name });
    await expect(renewed).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
  });
});
