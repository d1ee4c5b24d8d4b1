import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { centres, openIdentity, refused } from './identity.ts';
import type { World } from './identity.ts';

let world: World;
beforeAll(async () => {
  world = await openIdentity();
});
afterAll(() => world.close());

describe('the list of operators', () => {
  test('holds those that may sign in at a centre, or all', async () => {
    const { operators } = await world.client().listOperators({ centre: 'centres/CU-001' });
    expect(operators.map(({ name }) => name)).toEqual(['operators/cu-001-manager', 'operators/cu-001-specialist']);
    const all = await world.client().listOperators({ pageSize: 200 });
    expect(all.operators.length).toBeGreaterThanOrEqual(centres * 2 + 6);
  });

  test('is for the gateway only', async () => {
    await expect(world.client(undefined, { from: 'intake' }).listOperators({})).rejects.toEqual(
      refused('PERMISSION_DENIED'),
    );
  });
});
