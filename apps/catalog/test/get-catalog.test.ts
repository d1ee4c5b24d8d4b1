import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { startCatalog } from './catalog.ts';

let catalog: Awaited<ReturnType<typeof startCatalog>>;
let gateway: ReturnType<typeof catalog.clientAs>;

beforeAll(async () => {
  catalog = await startCatalog();
  gateway = catalog.clientAs('gateway');
});
afterAll(() => catalog.close());

const townHall = { centreKind: 'CENTRE_KIND_TOWN_HALL', country: 'MD' } as const;

describe('GetCatalog', () => {
  test('returns agencies with their full services and days off', async () => {
    const known = await gateway.getCatalog({ ...townHall, agencies: ['agencies/cnas', 'agencies/mai'] });
    expect(known.agencies.map(({ name }) => name)).toEqual(['agencies/cnas', 'agencies/mai']);
    expect(known.agencies[0]).toMatchObject({
      displayName: { ro: 'Casa Națională de Asigurări Sociale' },
      workingDays: ['mon', 'tue', 'wed', 'thu', 'fri'],
      opens: '08:00',
      closes: '17:00',
      calendar: 'holidays-md',
      acceptsForeignDocuments: false,
      verificationHosts: [],
    });
    const { agencies } = await gateway.getCatalog({ ...townHall, agencies: ['agencies/asp'] });
    expect(agencies[0]).toMatchObject({ acceptsForeignDocuments: true, verificationHosts: ['verify.example.md'] });
    const complete = known.publicServices.filter(({ versions }) => versions.length > 0);
    const providers = new Set(complete.map(({ version }) => version?.provider));
    expect(providers).toEqual(new Set(['agencies/cnas', 'agencies/mai']));
    const pension = known.publicServices.find(({ name }) => name === 'publicServices/old-age-pension');
    expect(pension).toMatchObject({ fileable: true, popularity: 5 });
    expect(pension?.keywords).toContain('пенсия');
    expect(JSON.parse(String(pension?.version?.formSchema))).toHaveProperty('x-sections');
    const [calendar, ...more] = known.calendars;
    expect(more).toEqual([]);
    expect(calendar).toMatchObject({ code: 'holidays-md', firstYear: 2024, lastYear: 2028 });
    expect(calendar?.days[0]).toEqual({ date: '2024-01-01', title: 'Anul Nou' });
    expect(calendar?.days.at(-1)?.date).toBe('2028-12-25');
  });

  test('returns services of other agencies with the name of the agency that takes them', async () => {
    const { agencies, publicServices } = await gateway.getCatalog({ ...townHall, agencies: ['agencies/cnas'] });
    expect(agencies.map(({ name }) => name)).toEqual(['agencies/cnas']);
    const all = await gateway.getCatalog(townHall);
    expect(publicServices).toHaveLength(all.publicServices.length);
    const found = publicServices.find(({ name }) => name === 'publicServices/criminal-record')!;
    expect(found).toMatchObject({ fileable: false, version: { costOptions: [], evidence: [], centreKinds: [] } });
    expect(found.keywords).toContain('cazier');
    expect(found.version?.formSchema).toHaveLength(0);
    const ministry = all.agencies.find(({ name }) => name === 'agencies/mai')!;
    expect(found.version?.otherChannel).toEqual(ministry.displayName);
    // The own ones come first.
    const isOwn = publicServices.map(({ version }) => version?.provider === 'agencies/cnas');
    expect(isOwn.lastIndexOf(true)).toBe(isOwn.filter(Boolean).length - 1);
  });

  test('returns each evidence kind once', async () => {
    const { evidenceKinds } = await gateway.getCatalog({ ...townHall, agencies: ['agencies/cnas'] });
    const kinds = evidenceKinds.map(({ kind }) => kind);
    expect(kinds).toEqual([...new Set(kinds)].sort());
    expect(evidenceKinds.find(({ kind }) => kind === 'work-book')?.title?.ro).toBe('Carnetul de muncă');
    expect(kinds).not.toContain('title-deed');
  });

  test('returns all agencies by default, by popularity, with local fees', async () => {
    const all = await gateway.getCatalog({ centreKind: 'CENTRE_KIND_MISSION', country: 'IT' });
    expect(all.agencies).toHaveLength(4);
    expect(all.publicServices).toHaveLength(49);
    expect(all.publicServices[0]).toMatchObject({
      popularity: 5,
      name: 'publicServices/birth-allowance',
      fileable: false,
    });
    expect(all.publicServices.at(-1)?.popularity).toBe(1);
    const extract = all.publicServices.find(({ name }) => name === 'publicServices/civil-status-extract');
    expect(extract?.version?.costOptions).toEqual([]);
  });

  test('returns an agency as soon as it has a file', async () => {
    const getLater = () => gateway.getCatalog({ ...townHall, agencies: ['agencies/later'] });
    const { publicServices, ...others } = await getLater();
    expect(others).toEqual({ agencies: [], evidenceKinds: [], calendars: [] });
    expect(publicServices.every(({ fileable }) => !fileable)).toBe(true);
    catalog.addAgency('later', 'asp');
    await eventually(async () => (await getLater()).agencies.length === 1);
  });

  test('rejects too many agencies, an invalid name and an invalid date', async () => {
    const agencies = Array.from({ length: 101 }, (_, n) => `agencies/a${n}`);
    await expect(gateway.getCatalog({ agencies })).rejects.toMatchObject({
      violations: [{ field: '/agencies', rule: 'MAX_ITEMS', params: { max: 100 } }],
    });
    await expect(gateway.getCatalog({ agencies: ['asp'] })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
    await expect(gateway.getCatalog({ atDate: '2026-02-30' })).rejects.toMatchObject({
      violations: [{ field: '/atDate', rule: 'DATE' }],
    });
    await expect(catalog.clientAs('intake').getCatalog({})).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  });
});
