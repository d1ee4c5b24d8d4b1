import { describe, expect, test } from '@jest/globals';
import { useIntake } from './world.ts';

const scene = useIntake();
const { at } = scene;

describe('GetApplication', () => {
  test('returns the whole application and logs the access', async () => {
    const app = await at().open(1);
    const before = scene.world.lines.length;
    expect(await at().read(app.name)).toEqual(app);
    const logged = scene.world.lines.slice(before).filter(({ event }) => event === 'personal-data-read');
    expect(logged).toMatchObject([
      { method: 'IntakeService.GetApplication', operator: 'operators/cu-001-specialist', resource: app.name },
    ]);
  });

  test('distinguishes a malformed name from an unknown one', async () => {
    const get = (name: string) => at().getApplication({ name });
    for (const malformed of ['', 'x', 'applications/', 'applications/x', 'centres/CU-001']) {
      await expect(get(malformed)).rejects.toMatchObject({
        reason: 'INVALID_ARGUMENT',
        violations: [{ field: '/name', rule: 'RESOURCE_NAME' }],
      });
    }
    const absent = get('applications/01JD0000000000000000000009');
    await expect(absent).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  });

  test('rejects supervisors and calls without a session', async () => {
    const { name } = await at().open();
    const supervisor = scene.world.deskAt(scene.port, 'CU-001', { role: 'supervisor' });
    await expect(supervisor.getApplication({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    const anonymous = scene.world.clientAt(scene.port, 'gateway');
    await expect(anonymous.getApplication({ name })).rejects.toMatchObject({ reason: 'UNAUTHENTICATED' });
  });
});
