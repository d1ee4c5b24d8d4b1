import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { shareWorld, problemWith } from './identity-world.ts';
import type { SharedWorld } from './identity-world.ts';

let world: SharedWorld;
beforeAll(async () => {
  world = await shareWorld();
});
afterAll(() => world.stop());

describe('ListAgencyOperators', () => {
  test('returns the active clerks of the agency of a manager, with names only', async () => {
    const assertion = await world.signIn('operators/asp-manager');
    expect(await world.keys.forService('gateway').verifySession(assertion)).toMatchObject({
      roles: ['agency-clerk', 'agency-manager'],
      agency: 'agencies/asp',
    });
    expect(await world.client(assertion).listAgencyOperators({})).toEqual({
      operators: [
        { name: 'operators/asp-clerk', displayName: 'Test Clerk ASP' },
        { name: 'operators/asp-manager', displayName: 'Test Manager ASP' },
      ],
    });
  });

  test('is for managers of agencies only', async () => {
    for (const operator of ['asp-clerk', 'cu-001-manager', 'supervisor']) {
      const client = world.client(await world.signIn(operator));
      await expect(client.listAgencyOperators({})).rejects.toEqual(problemWith('PERMISSION_DENIED'));
    }
  });
});
