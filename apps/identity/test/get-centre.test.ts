import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { shareWorld, problemWith } from './identity-world.ts';
import type { SharedWorld } from './identity-world.ts';

let world: SharedWorld;
beforeAll(async () => {
  world = await shareWorld();
});
afterAll(() => world.stop());

describe('GetCentre', () => {
  test('returns the content of the file', async () => {
    const { centre } = await world.client(undefined, { from: 'intake' }).getCentre({ name: 'centres/CU-001' });
    expect(centre).toMatchObject({
      name: 'centres/CU-001',
      displayName: 'Lozova',
      kind: 'CENTRE_KIND_TOWN_HALL',
      status: 'CENTRE_STATUS_ACTIVE',
      country: 'MD',
      timeZone: 'Europe/Chisinau',
      agencies: expect.arrayContaining(['agencies/asp']) as unknown as string[],
      openApplicationLimit: 500,
    });
  });

  test('defaults the country to Moldova, except for missions', async () => {
    const countryOf = async (code: string) =>
      (await world.client().getCentre({ name: `centres/${code}` })).centre?.country;
    expect(await countryOf('CU-018')).toBe('IT');
    world.write('CU-018', world.textOf('CU-018').replace('country: IT\n', ''));
    await eventually(async () => (await countryOf('CU-018')) === '');
  });

  test('rejects an unknown centre and a malformed name', async () => {
    await expect(world.client().getCentre({ name: 'centres/CU-999' })).rejects.toEqual(problemWith('NOT_FOUND'));
    await expect(world.client().getCentre({ name: 'CU-001' })).rejects.toEqual(problemWith('INVALID_ARGUMENT'));
  });

  test('allows the gateway and intake only', async () => {
    await expect(
      world.client(undefined, { from: 'agency-bridge' }).getCentre({ name: 'centres/CU-001' }),
    ).rejects.toEqual(problemWith('PERMISSION_DENIED'));
  });
});
