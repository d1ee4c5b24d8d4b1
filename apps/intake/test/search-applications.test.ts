import { describe, expect, test } from '@jest/globals';
import { idnp, person, invalidIdnp } from '@cups/testing';
import { useIntake } from './world.ts';

const scene = useIntake();
const { at } = scene;

describe('SearchApplications', () => {
  test('finds applicant and represented person by IDNP, at the own centre only', async () => {
    const here = at('CU-011');
    const app = await here.open(30);
    const namesOf = async (n: number) =>
      (await here.searchApplications({ idnp: idnp(n) })).applications.map(({ name }) => name);
    expect(await namesOf(30)).toEqual([app.name]);
    const forAnother = await here.open(31, { represented: person(32) });
    expect(await namesOf(32)).toEqual([forAnother.name]);
    expect((await at('CU-012').searchApplications({ idnp: idnp(30) })).applications).toEqual([]);
  });

  test('finds a tracking number in any notation, and nothing for an invalid one', async () => {
    const here = at('CU-013');
    const app = await here.open(33);
    const typed = app.trackingNumber.toLowerCase().replaceAll('-', ' ');
    expect((await here.searchApplications({ trackingNumber: typed })).applications).toMatchObject([{ name: app.name }]);
    expect((await here.searchApplications({ trackingNumber: 'garbage' })).applications).toEqual([]);
  });

  test('rejects an invalid IDNP, no criterion and two criteria', async () => {
    const search = (by: { idnp?: string; trackingNumber?: string }) => at().searchApplications(by);
    await expect(search({ idnp: invalidIdnp(30) })).rejects.toMatchObject({
      reason: 'IDNP_INVALID',
      violations: [{ field: '/idnp', rule: 'IDNP' }],
    });
    for (const by of [{}, { idnp: idnp(30), trackingNumber: '0000-0000-0000-00' }]) {
      await expect(search(by)).rejects.toMatchObject({
        reason: 'INVALID_ARGUMENT',
        violations: [{ field: '', rule: 'EXACTLY_ONE' }],
      });
    }
  });

  test('logs an access for each result, and for an empty result', async () => {
    const here = at('CU-005');
    const names = [(await here.open(2)).name, (await here.open(2)).name];
    const before = scene.world.lines.length;
    await here.searchApplications({ idnp: idnp(2) });
    await here.searchApplications({ idnp: idnp(3) });
    const logged = scene.world.lines.slice(before).filter(({ event }) => event === 'personal-data-read');
    expect(logged.map(({ resource }) => resource)).toEqual([...names.reverse(), undefined]);
    for (const entry of logged) {
      expect(entry).toMatchObject({
        method: 'IntakeService.SearchApplications',
        operator: 'operators/cu-005-specialist',
      });
    }
    expect(JSON.stringify(logged)).not.toContain(idnp(2));
  });
});
