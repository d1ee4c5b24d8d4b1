import { expect, test } from '@jest/globals';
import { idnp, person, invalidIdnp } from '@cups/testing';
import { useIntake } from './world.ts';

/** SearchApplications: exact matches in the centre of the desk. */

const scene = useIntake();
const { at } = scene;

test('A person is found by the exact IDNP, as applicant or as the one represented, at the own centre only.', async () => {
  const here = at('CU-011');
  const app = await here.open(30);
  const namesOf = async (n: number) =>
    (await here.searchApplications({ idnp: idnp(n) })).applications.map(({ name }) => name);
  expect(await namesOf(30)).toEqual([app.name]);
  const forAnother = await here.open(31, { represented: person(32) });
  expect(await namesOf(32)).toEqual([forAnother.name]);
  expect((await at('CU-012').searchApplications({ idnp: idnp(30) })).applications).toEqual([]);
});

test('A tracking number is found however it is typed, and one that is none finds nothing.', async () => {
  const here = at('CU-013');
  const app = await here.open(33);
  const typed = app.trackingNumber.toLowerCase().replaceAll('-', ' ');
  expect((await here.searchApplications({ trackingNumber: typed })).applications).toMatchObject([{ name: app.name }]);
  expect((await here.searchApplications({ trackingNumber: 'rubbish' })).applications).toEqual([]);
});

test('A search by a wrong IDNP, by nothing, or by both is refused.', async () => {
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

test('Each search leaves a look: at what was found, and also when nothing was.', async () => {
  const here = at('CU-005');
  const names = [(await here.open(2)).name, (await here.open(2)).name];
  const before = scene.world.lines.length;
  await here.searchApplications({ idnp: idnp(2) });
  await here.searchApplications({ idnp: idnp(3) });
  const looks = scene.world.lines.slice(before).filter(({ event }) => event === 'personal-data-read');
  expect(looks.map(({ resource }) => resource)).toEqual([...names.reverse(), undefined]);
  for (const look of looks) {
    expect(look).toMatchObject({
      method: 'IntakeService.SearchApplications',
      operator: 'operators/cu-005-specialist',
    });
  }
  expect(JSON.stringify(looks)).not.toContain(idnp(2));
});
