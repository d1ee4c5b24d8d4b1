import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startWorld, problemWith } from './identity-world.ts';
import type { World } from './identity-world.ts';

/** BatchGetOperators: the names of colleagues, for what they did. */

let world: World;
let signedIn: ReturnType<World['client']>;
beforeAll(async () => {
  world = await startWorld();
  signedIn = world.client(await world.signIn('cu-002-specialist'));
});
afterAll(() => world.close());

const manager = { name: 'operators/cu-001-manager', displayName: 'Test Manager Lozova' };

describe('the names of operators', () => {
  test('come in the order of the request, each once, without rights or places; unknown ones are left out', async () => {
    const names = ['operators/support', manager.name, 'operators/nobody', manager.name];
    const { operators } = await signedIn.batchGetOperators({ names });
    expect(operators.map(({ name }) => name)).toEqual(['operators/support', manager.name]);
    expect(operators[1]).toEqual({
      ...manager,
      roles: [],
      centre: '',
      agency: '',
      suspended: false,
      language: '',
      centres: [],
    });
  });

  test('of a foreign centre are told too: an application that was taken over bears them', async () => {
    expect((await signedIn.batchGetOperators({ names: [manager.name] })).operators).toHaveLength(1);
  });

  test('none asked for, none told', async () => {
    expect(await signedIn.batchGetOperators({})).toEqual({ operators: [] });
  });

  test('a name that is none, and more than 200, are refused', async () => {
    await expect(signedIn.batchGetOperators({ names: [manager.name, 'x'] })).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '/names/1', rule: 'RESOURCE_NAME' }],
    });
    await expect(signedIn.batchGetOperators({ names: Array(201).fill(manager.name) })).rejects.toMatchObject({
      violations: [{ field: '/names', rule: 'MAX_ITEMS', params: { most: 200 } }],
    });
  });

  test('are for who is signed in, through the gateway', async () => {
    const names = [manager.name];
    await expect(world.client().batchGetOperators({ names })).rejects.toEqual(problemWith('UNAUTHENTICATED'));
    const intake = world.client(await world.signIn('cu-002-specialist'), { from: 'intake' });
    await expect(intake.batchGetOperators({ names })).rejects.toEqual(problemWith('PERMISSION_DENIED'));
  });
});
