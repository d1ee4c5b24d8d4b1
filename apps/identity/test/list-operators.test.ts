import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { shareWorld, openCentreCount, problemWith } from './identity-world.ts';
import type { SharedWorld } from './identity-world.ts';

let world: SharedWorld;
beforeAll(async () => {
  world = await shareWorld();
});
afterAll(() => world.stop());

describe('ListOperators', () => {
  test('returns the operators of a centre, or all', async () => {
    const { operators } = await world.client().listOperators({ centre: 'centres/CU-001' });
    expect(operators.map(({ name }) => name)).toEqual(['operators/cu-001-manager', 'operators/cu-001-specialist']);
    const all = await world.client().listOperators({ pageSize: 200 });
    expect(all.operators.length).toBeGreaterThanOrEqual(openCentreCount * 2 + 6);
  });

  test('excludes operators of planned and closed centres', async () => {
    world.newCentre('CU-955', 'planned');
    world.newCentre('CU-956', 'closed');
    world.newCentre('CU-957', 'training');
    const operatorsOf = async (code: string) =>
      (await world.client().listOperators({ centre: `centres/${code}` })).operators;
    await eventually(async () => (await operatorsOf('CU-957')).length === 2);
    await eventually(() => world.identity.registry.current().has('CU-956'));
    expect([await operatorsOf('CU-955'), await operatorsOf('CU-956')]).toEqual([[], []]);
  });

  test('allows the gateway only', async () => {
    await expect(world.client(undefined, { from: 'intake' }).listOperators({})).rejects.toEqual(
      problemWith('PERMISSION_DENIED'),
    );
  });
});
