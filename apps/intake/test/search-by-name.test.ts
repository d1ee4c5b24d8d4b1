import { describe, expect, test } from '@jest/globals';
import { idnp, person, invalidIdnp } from '@cups/testing';
import { useIntake } from './world.ts';

/** SearchApplications with `query`, which it classifies. */

const scene = useIntake();
const { at } = scene;
const named = (n: number, familyName: string, givenName: string) => ({
  applicant: { ...person(n), familyName, givenName },
});

describe('SearchApplications with query', () => {
  test('finds name prefixes in either alphabet, at the own centre only', async () => {
    const here = at('CU-321');
    const ana = await here.open(1, named(1, 'Ungureanu', 'Ana'));
    const maria = await here.open(2, {
      applicant: { ...person(2), familyName: 'Țurcan', givenName: 'Maria' },
      represented: { ...person(3), familyName: 'Ungureanu', givenName: 'Ion' },
    });
    const found = async (query: string) => {
      const { applications, kind } = await here.searchApplications({ query });
      expect(kind).toBe('SEARCH_KIND_NAME');
      return applications.map(({ name }) => name);
    };
    expect(await found('ungur')).toEqual([maria.name, ana.name]);
    expect(await found('Унгуряну Ана')).toEqual([ana.name]);
    expect(await found('turcan')).toEqual([maria.name]);
    expect(await found('ungureanu maria')).toEqual([maria.name]);
    expect(await found('nobody')).toEqual([]);
    expect((await at('CU-322').searchApplications({ query: 'ungur' })).applications).toEqual([]);
  });

  test('finds a corrected name, and no longer the old one', async () => {
    const here = at('CU-323');
    const app = await here.open(4, named(4, 'Gresit', 'Ion'));
    const edit = { requestId: crypto.randomUUID(), name: app.name, etag: app.etag, updateFields: ['applicant'] };
    await here.updateApplication({ ...edit, content: named(4, 'Corect', 'Ion') });
    expect((await here.searchApplications({ query: 'corect' })).applications).toHaveLength(1);
    expect((await here.searchApplications({ query: 'gresit' })).applications).toEqual([]);
  });

  test('returns the newest 20 and sets `more`', async () => {
    const here = at('CU-324');
    for (let n = 0; n < 21; n += 1) await here.open(10 + n, named(10 + n, 'Popescu', 'Ion'));
    const { applications, more } = await here.searchApplications({ query: 'pope' });
    expect([applications.length, more]).toEqual([20, true]);
  });

  test('classifies a tracking number in Cyrillic layout and an IDNP with spaces', async () => {
    const here = at('CU-325');
    const app = await here.open(5);
    const cyrillic = app.trackingNumber
      .toLowerCase()
      .replaceAll('-', ' ')
      .replaceAll(/[abekmhpctyx]/g, (letter) => 'авекмнрстух'['abekmhpctyx'.indexOf(letter)]!);
    const byNumber = await here.searchApplications({ query: cyrillic });
    expect(byNumber).toMatchObject({ kind: 'SEARCH_KIND_TRACKING_NUMBER', applications: [{ name: app.name }] });
    const [, a, b, c] = /(.{4})(.{5})(.{4})/.exec(idnp(5))!;
    const byIdnp = await here.searchApplications({ query: `${a} ${b} ${c}` });
    expect(byIdnp).toMatchObject({ kind: 'SEARCH_KIND_IDNP', applications: [{ name: app.name }] });
  });

  test('finds a whole phone number in any notation, at the own centre only', async () => {
    const here = at('CU-326');
    const app = await here.open(6, { contact: { phone: '+373 69 123 456' } });
    const found = async (query: string) => {
      const { applications, kind } = await here.searchApplications({ query });
      expect(kind).toBe('SEARCH_KIND_TELEPHONE');
      return applications.map(({ name }) => name);
    };
    for (const query of ['+37369123456', '069 123 456', '69-12-34-56', '0037369123456']) {
      expect([query, await found(query)]).toEqual([query, [app.name]]);
    }
    expect(await found('+4069123456')).toEqual([]);
    expect((await here.searchApplications({ query: '6912345' })).applications).toEqual([]);
    expect((await at('CU-327').searchApplications({ query: '069123456' })).applications).toEqual([]);
    const edit = { requestId: crypto.randomUUID(), name: app.name, etag: app.etag, updateFields: ['contact'] };
    await here.updateApplication({ ...edit, content: { contact: { phone: '+373 69 123 457' } } });
    expect(await found('069123456')).toEqual([]);
    expect(await found('069123457')).toEqual([app.name]);
  });

  test('finds four symbols of a tracking number, at the own centre only', async () => {
    const here = at('CU-328');
    const app = await here.open(7);
    const symbols = app.trackingNumber.replaceAll('-', '');
    for (let from = 0; from + 4 <= symbols.length; from += 1) {
      const query = symbols.slice(from, from + 4 + (from % 3)).toLowerCase();
      const { applications } = await here.searchApplications({ query });
      expect([query, applications.map(({ name }) => name)]).toEqual([query, [app.name]]);
    }
    const typed = app.trackingNumber.slice(3, 11);
    const { kind } = await here.searchApplications({ query: typed });
    expect(kind).toBe('SEARCH_KIND_NUMBER_PART');
    expect((await at('CU-329').searchApplications({ query: typed })).applications).toEqual([]);
  });

  test('tells namesakes apart by year of birth and last IDNP digits', async () => {
    const here = at('CU-331');
    await here.open(40, named(40, 'Rusu', 'Ion'));
    await here.open(41, {
      applicant: { ...person(41), familyName: 'Rusu', givenName: 'Ion', birthDate: '1984-02-01' },
    });
    const { applications, people } = await here.searchApplications({ query: 'rusu' });
    expect(people).toEqual([
      { application: applications[0]!.name, birthYear: '1984', idnpLastDigits: idnp(41).slice(-4) },
      {
        application: applications[1]!.name,
        birthYear: person(40).birthDate.slice(0, 4),
        idnpLastDigits: idnp(40).slice(-4),
      },
    ]);
    expect((await here.searchApplications({ query: idnp(40) })).people).toEqual([]);
  });

  test('finds nothing by a part of an IDNP', async () => {
    const here = at('CU-330');
    await here.open(8);
    for (let length = 4; length < 13; length += 1) {
      for (const query of [idnp(8).slice(0, length), idnp(8).slice(-length)]) {
        expect([query, (await here.searchApplications({ query })).applications]).toEqual([query, []]);
      }
    }
  });

  test.each([
    ['a wrong check digit', invalidIdnp(1), 'IDNP_INVALID'],
    ['three symbols of a tracking number', '2X0', 'INVALID_ARGUMENT'],
    ['two letters', 'io', 'INVALID_ARGUMENT'],
    ['punctuation', '!!!', 'INVALID_ARGUMENT'],
    ['a regular expression', '.*', 'INVALID_ARGUMENT'],
  ])('rejects %s', async (_what, query, reason) => {
    await expect(at().searchApplications({ query })).rejects.toMatchObject({ reason });
  });
});
