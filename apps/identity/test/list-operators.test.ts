import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { startWorld, openCentreCount, problemWith } from './identity-world.ts';
import type { World } from './identity-world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

describe('the list of operators', () => {
  test('holds those that may sign in at a centre, or all', async () => {
    const { operators } = await world.client().listOperators({ centre: 'centres/CU-001' });
    expect(operators.map(({ name }) => name)).toEqual(['operators/cu-001-manager', 'operators/cu-001-specialist']);
    const all = await world.client().listOperators({ pageSize: 200 });
    expect(all.operators.length).toBeGreaterThanOrEqual(openCentreCount * 2 + 6);
  });

  test('holds nobody of a centre that is planned or closed', async () => {
    world.newCentre('CU-905', 'planned');
    world.newCentre('CU-906', 'closed');
    world.newCentre('CU-907', 'training');
    const of = async (code: string) => (await world.client().listOperators({ centre: `centres/${code}` })).operators;
    await eventually(async () => (await of('CU-907')).length === 2);
    await eventually(() => world.identity.registry.current().has('CU-906'));
    expect([await of('CU-905'), await of('CU-906')]).toEqual([[], []]);
  });

  test('is for the gateway only', async () => {
    await expect(world.client(undefined, { from: 'intake' }).listOperators({})).rejects.toEqual(
      problemWith('PERMISSION_DENIED'),
    );
  });
});
