import { expect, test } from '@jest/globals';
import { useIntake } from './world.ts';

/** GetApplication: a desk reads one application of its centre. */

const scene = useIntake();
const { at } = scene;

test('An application is read whole, and the look at it is recorded.', async () => {
  const app = await at().open(1);
  const before = scene.world.lines.length;
  expect(await at().read(app.name)).toEqual(app);
  const looks = scene.world.lines.slice(before).filter(({ event }) => event === 'personal-data-read');
  expect(looks).toMatchObject([
    { method: 'IntakeService.GetApplication', operator: 'operators/cu-001-specialist', resource: app.name },
  ]);
});

test('A name that is none, and one that nobody has, are told apart.', async () => {
  const named = (name: string) => at().getApplication({ name });
  for (const none of ['', 'x', 'applications/', 'applications/x', 'centres/CU-001']) {
    await expect(named(none)).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '/name', rule: 'RESOURCE_NAME' }],
    });
  }
  const absent = named('applications/01JD0000000000000000000009');
  await expect(absent).rejects.toMatchObject({ reason: 'NOT_FOUND' });
});

test('A supervisor sees no content, and a call without a session sees nothing.', async () => {
  const { name } = await at().open();
  const supervisor = scene.world.deskAt(scene.port, 'CU-001', { role: 'supervisor' });
  await expect(supervisor.getApplication({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  const anonymous = scene.world.clientAt(scene.port, 'gateway');
  await expect(anonymous.getApplication({ name })).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' });
});
