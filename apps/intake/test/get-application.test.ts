import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openWorld } from './world.ts';
import type { World } from './world.ts';

/** GetApplication: a desk reads one application of its centre. */

let world: World;
let port: number;
const at = (centre = 'CU-001') => world.deskAt(port, centre);

beforeAll(async () => {
  world = await openWorld();
  port = (await world.start()).grpcPort;
});
afterAll(() => world.close());

test('An application is read whole, and the look at it is recorded.', async () => {
  const app = await at().open(1);
  const before = world.lines.length;
  expect(await at().read(app.name)).toEqual(app);
  const looks = world.lines.slice(before).filter(({ event }) => event === 'personal-data-read');
  expect(looks).toMatchObject([
    { method: 'IntakeService.GetApplication', operator: 'operators/cu-001-specialist', resource: app.name },
  ]);
});

test('A name that is none, and one that nobody has, are told apart.', async () => {
  const named = (name: string) => at().getApplication({ name });
  for (const none of ['', 'x', 'applications/', 'applications/x', 'centres/CU-001']) {
    await expect(named(none)).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: 'name', rule: 'RESOURCE_NAME' }],
    });
  }
  const absent = named('applications/01JD0000000000000000000009');
  await expect(absent).rejects.toMatchObject({ reason: 'NOT_FOUND' });
});

test('A supervisor sees no content, and a call without a session sees nothing.', async () => {
  const { name } = await at().open();
  const supervisor = world.deskAt(port, 'CU-001', { role: 'supervisor' });
  await expect(supervisor.getApplication({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  const anonymous = world.clientAt(port, 'gateway');
  await expect(anonymous.getApplication({ name })).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' });
});
