import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { THEMES } from '@cups/application';
import { eventually } from '@cups/testing';
import { parse } from 'yaml';
import schema from '../schemas/public-service.schema.json' with { type: 'json' };
import type { PublicService } from '../src/domain/public-service.ts';
import { DATA_DIR, startCatalog } from './catalog.ts';

let catalog: Awaited<ReturnType<typeof startCatalog>>;
let gateway: ReturnType<typeof catalog.clientAs>;

beforeAll(async () => {
  catalog = await startCatalog();
  gateway = catalog.clientAs('gateway');
});
afterAll(() => catalog.close());

describe('GetPublicService', () => {
  const extract = { name: 'publicServices/civil-status-extract' };

  test('returns the version in force on a date', async () => {
    const before = await gateway.getPublicService({ ...extract, atDate: '2025-10-31' });
    const after = await gateway.getPublicService({ ...extract, atDate: '2025-11-01' });
    expect(before.publicService?.version?.version).toBe('2024-01-01');
    expect(before.publicService?.version?.outputs[0]?.kind).toBe('OUTPUT_KIND_PAPER');
    expect(after.publicService?.version?.version).toBe('2025-11-01');
    expect(after.publicService?.version?.outputs[0]?.kind).toBe('OUTPUT_KIND_ELECTRONIC');
    expect(after.publicService?.versions.map(({ validTo }) => validTo)).toEqual(['2025-10-31', '']);
  });

  test('uses the current date in Chisinau by default', async () => {
    catalog.edit('civil-status-extract', (text) =>
      text.replaceAll('2025-11-01', '2026-03-11').replaceAll('2025-10-31', '2026-03-10'),
    );
    // At 22:30 UTC on 10 March it is already 11 March in Chisinau.
    await eventually(
      async () => (await gateway.getPublicService(extract)).publicService?.version?.version === '2026-03-11',
    );
    catalog.edit('civil-status-extract', (text) =>
      text.replaceAll('2026-03-11', '2025-11-01').replaceAll('2026-03-10', '2025-10-31'),
    );
    await eventually(
      async () => (await gateway.getPublicService(extract)).publicService?.version?.version === '2025-11-01',
    );
  });

  test('returns fileability and fees for a kind of centre', async () => {
    const at = async (centreKind: 'CENTRE_KIND_MISSION' | 'CENTRE_KIND_TOWN_HALL', name: string) =>
      (await gateway.getPublicService({ name: `publicServices/${name}`, centreKind })).publicService;
    const abroad = await at('CENTRE_KIND_MISSION', 'civil-status-extract');
    expect(abroad?.fileable).toBe(true);
    expect(abroad?.version?.costOptions[0]?.fee).toEqual({ amountMinor: '4700', currencyCode: 'USD' });
    expect((await at('CENTRE_KIND_TOWN_HALL', 'civil-status-extract'))?.version?.costOptions).toEqual([]);
    expect((await at('CENTRE_KIND_MISSION', 'name-change'))?.fileable).toBe(false);
    expect((await at('CENTRE_KIND_TOWN_HALL', 'name-change'))?.fileable).toBe(true);
  });

  test('returns fees of the country only, and a text if none is known', async () => {
    const at = async (country: string) => {
      const request = { ...extract, centreKind: 'CENTRE_KIND_MISSION' as const, country };
      return (await gateway.getPublicService(request)).publicService?.version;
    };
    const [abroad, rome] = [await at('US'), await at('IT')];
    expect(abroad?.costOptions).toMatchObject([{ code: 'consulate-usd', countries: ['US'], feeNote: null }]);
    expect(abroad?.costOptions[0]?.termNote).toEqual({
      ro: 'termenul îl spune instituția',
      ru: 'срок сообщит учреждение',
      en: 'the agency states the duration',
    });
    expect(abroad).toMatchObject({ feeNote: null, termNote: null });
    expect(rome?.costOptions).toEqual([]);
    expect(rome?.feeNote?.ro).toBe('tariful îl spune instituția');
    expect(rome?.termNote?.ru).toBe('срок сообщит учреждение');
    const { publicServices } = await gateway.listPublicServices({ query: 'cazier judiciar', country: 'IT' });
    expect(publicServices[0]?.version?.costOptions).toEqual([]);
  });

  test('returns the other channel of a service that cannot be filed', async () => {
    const { publicService } = await gateway.getPublicService({ name: 'publicServices/marriage-registration' });
    expect(publicService?.fileable).toBe(false);
    expect(publicService?.version?.otherChannel?.en).toMatch(/in person/);
  });

  test('returns fees, reductions, terms and evidence conditions', async () => {
    const { publicService } = await gateway.getPublicService({ name: 'publicServices/name-change' });
    const options = publicService?.version?.costOptions ?? [];
    expect(options[0]).toMatchObject({ plusStateFee: true, fee: { amountMinor: '23000', currencyCode: 'MDL' } });
    expect(options[0]?.term).toEqual({ amount: 40, unit: 'TERM_UNIT_WORKING_DAYS', from: 'TERM_START_SUBMISSION' });
    expect(options.at(-1)).toMatchObject({ code: 'free', reduction: 'protected', fee: { amountMinor: '0' } });
    expect(publicService?.version?.reductions[0]?.legalReason).toMatch(/966\/2020/);
    const evidence = (await gateway.getPublicService(extract)).publicService?.version?.evidence;
    expect(evidence?.find(({ kind }) => kind === 'power-of-attorney')).toMatchObject({
      accepts: ['EVIDENCE_PROOF_VERIFICATION_CODE'],
      when: { mandates: ['notarial', 'guardianship'], answer: { field: 'relation', values: ['representative'] } },
    });
    expect(evidence?.find(({ kind }) => kind === 'kinship-proof')?.when?.answer).toEqual({
      field: 'relation',
      values: ['relative'],
    });
  });

  test.each([
    ['an unknown service', { name: 'publicServices/nothing' }, 'NOT_FOUND'],
    ['a date before any version', { ...extract, atDate: '1999-01-01' }, 'NOT_FOUND'],
    ['a name of another collection', { name: 'centres/CU-001' }, 'INVALID_ARGUMENT'],
    ['a date that does not exist', { ...extract, atDate: '2026-02-30' }, 'INVALID_ARGUMENT'],
  ])('rejects %s', async (_, request, reason) => {
    await expect(gateway.getPublicService(request)).rejects.toMatchObject({ reason });
  });

  test('returns form and example in file order, the order on the screen', async () => {
    let sorted = 0;
    for (const path of readdirSync(join(DATA_DIR, 'public-services'))) {
      const { code, versions } = parse(readFileSync(join(DATA_DIR, 'public-services', path), 'utf8')) as PublicService;
      for (const { validFrom, form, example } of versions) {
        const { publicService } = await gateway.getPublicService({ name: `publicServices/${code}`, atDate: validFrom });
        // Compared as strings, because toEqual ignores the order of members.
        expect(publicService?.version?.formSchema.toString()).toBe(form ? JSON.stringify(form) : '');
        expect(publicService?.version?.example.toString()).toBe(example ? JSON.stringify(example) : '');
        const fields = Object.keys((form?.['properties'] ?? {}) as object);
        if (fields.join() === fields.toSorted().join()) sorted += 1;
      }
    }
    // Most files must not be sorted alphabetically, or the test proves nothing.
    expect(sorted).toBeLessThan(20);
  });

  test('returns the theme of every service, from the one list', async () => {
    expect(schema.properties.theme.enum).toEqual(THEMES);
    const { publicServices } = await gateway.listPublicServices({ pageSize: 200 });
    const used = new Set(publicServices.map(({ version }) => version?.theme));
    expect([...used].sort()).toEqual([...THEMES].sort());
  });
});
