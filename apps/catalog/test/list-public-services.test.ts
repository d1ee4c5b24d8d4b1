import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DATA_DIR, startCatalog } from './catalog.ts';

let catalog: Awaited<ReturnType<typeof startCatalog>>;
let gateway: ReturnType<typeof catalog.clientAs>;

beforeAll(async () => {
  catalog = await startCatalog();
  gateway = catalog.clientAs('gateway');
});
afterAll(() => catalog.close());

const codes = (list: { publicServices: { name: string }[] }) =>
  list.publicServices.map(({ name }) => name.slice('publicServices/'.length));

describe('ListPublicServices', () => {
  test('returns all services without forms', async () => {
    const all = await gateway.listPublicServices({});
    expect(all.publicServices.length).toBe(readdirSync(join(DATA_DIR, 'public-services')).length);
    expect(all.nextPageToken).toBe('');
    for (const { version } of all.publicServices) expect(version?.formSchema.length).toBe(0);
  });

  test('filters by kind of centre, agency and fileability', async () => {
    const abroad = await gateway.listPublicServices({ centreKind: 'CENTRE_KIND_MISSION', fileableOnly: true });
    expect(codes(abroad)).toContain('criminal-record');
    expect(codes(abroad)).not.toContain('name-change');
    const cadastre = await gateway.listPublicServices({ agency: 'agencies/cadastru', fileableOnly: true });
    expect(codes(cadastre)).toContain('property-list');
    for (const { fileable, version } of cadastre.publicServices)
      expect([fileable, version?.provider]).toEqual([true, 'agencies/cadastru']);
  });

  test.each([
    ['nastere', 'birth-allowance'],
    ['NAȘTERE', 'birth-allowance'],
    ['vinzare cumparare', 'ownership-registration'],
    ['altceva', undefined],
    ['судимости', 'criminal-record'],
    ['пенсия возраст', 'old-age-pension'],
    ['pension', 'disability-pension'],
    ['capacitate matrimoniala', 'marriage-capacity-certificate'],
    ['002000112', 'twins-support-allowance'],
  ])('finds services by %s', async (query, expected) => {
    const found = codes(await gateway.listPublicServices({ query }));
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toContain(expected);
  });

  test('returns the best match first', async () => {
    expect(codes(await gateway.listPublicServices({ query: 'cazier contraventional' }))[0]).toBe(
      'contravention-record',
    );
  });

  test('sorts by popularity without a query', async () => {
    const [first] = codes(await gateway.listPublicServices({ pageSize: 1 }));
    expect(first).toBe('birth-allowance');
    const fileable = codes(await gateway.listPublicServices({ query: 'de la', centreKind: 'CENTRE_KIND_MISSION' }));
    expect(fileable[0]).toBe('birth-allowance');
    expect(fileable.at(-1)).toBe('twins-support-allowance');
  });

  test.each(['de', 'certificat de nastere', 'пенсия по возрасту'])(
    'pages %s: each service once, in the same order',
    async (query) => {
      const whole = codes(await gateway.listPublicServices({ query }));
      const paged: string[] = [];
      let pageToken = '';
      do {
        const page = await gateway.listPublicServices({ query, pageSize: 7, pageToken });
        expect(page.publicServices.length).toBeLessThanOrEqual(7);
        paged.push(...codes(page));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      expect(paged).toEqual(whole);
    },
  );

  test('rejects foreign and invalid page tokens, a negative size, and a long query', async () => {
    const { nextPageToken: pageToken } = await gateway.listPublicServices({ pageSize: 3 });
    await expect(gateway.listPublicServices({ pageToken, query: 'other' })).rejects.toMatchObject({
      reason: 'PAGE_TOKEN_INVALID',
    });
    for (const invalid of ['garbage', 'bnVsbA', Buffer.from('[1,"a"]').toString('base64url')]) {
      await expect(gateway.listPublicServices({ pageToken: invalid })).rejects.toMatchObject({
        reason: 'PAGE_TOKEN_INVALID',
      });
    }
    await expect(gateway.listPublicServices({ pageSize: -1 })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
    await expect(gateway.listPublicServices({ query: 'x'.repeat(201) })).rejects.toMatchObject({
      violations: [{ field: '/query', rule: 'MAX_LENGTH', params: { max: 200 } }],
    });
  });
});
