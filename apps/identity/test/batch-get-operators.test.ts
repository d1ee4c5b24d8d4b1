import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { shareWorld, problemWith } from './identity-world.ts';
import type { SharedWorld } from './identity-world.ts';

let world: SharedWorld;
let signedIn: ReturnType<SharedWorld['client']>;
beforeAll(async () => {
  world = await shareWorld();
  signedIn = world.client(await world.signIn('cu-002-specialist'));
});
afterAll(() => world.stop());

const manager = { name: 'operators/cu-001-manager', displayName: 'Test Manager Lozova' };

describe('BatchGetOperators', () => {
  test('returns known operators once, in request order, with names only', async () => {
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

  test('returns operators of other centres, which inherited applications reference', async () => {
    expect((await signedIn.batchGetOperators({ names: [manager.name] })).operators).toHaveLength(1);
  });

  test('returns nothing for an empty request', async () => {
    expect(await signedIn.batchGetOperators({})).toEqual({ operators: [] });
  });

  test('rejects an invalid name and more than 200 names', async () => {
    await expect(signedIn.batchGetOperators({ names: [manager.name, 'x'] })).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: [{ field: '/names/1', rule: 'RESOURCE_NAME' }],
    });
    await expect(signedIn.batchGetOperators({ names: Array(201).fill(manager.name) })).rejects.toMatchObject({
      violations: [{ field: '/names', rule: 'MAX_ITEMS', params: { max: 200 } }],
    });
  });

  test('requires a session and the gateway as caller', async () => {
    const names = [manager.name];
    await expect(world.client().batchGetOperators({ names })).rejects.toEqual(problemWith('UNAUTHENTICATED'));
    const intake = world.client(await world.signIn('cu-002-specialist'), { from: 'intake' });
    await expect(intake.batchGetOperators({ names })).rejects.toEqual(problemWith('PERMISSION_DENIED'));
  });
});
