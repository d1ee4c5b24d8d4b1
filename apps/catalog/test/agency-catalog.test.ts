import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { startCatalog } from './catalog.ts';

let catalog: Awaited<ReturnType<typeof startCatalog>>;
let gateway: ReturnType<typeof catalog.clientAs>;

beforeAll(async () => {
  catalog = await startCatalog();
  gateway = catalog.clientAs('gateway');
  const added = ['arhiva-orhei', 'primaria-orhei', 'social-orhei'];
  for (const code of added) catalog.addAgency(code, code);
  await eventually(async () => (await gateway.listAgencies({})).agencies.length === 4 + added.length);
});
afterAll(() => catalog.close());

const codesOf = (templates: readonly { code: string }[]) => templates.map(({ code }) => code);
const read = (code: string) => gateway.getAgencyCatalog({ name: `agencies/${code}` });

describe('ListAgencies', () => {
  test('returns every agency in pages, sorted by code', async () => {
    const names: string[] = [];
    let pageToken = '';
    do {
      const page = await gateway.listAgencies({ pageSize: 5, pageToken });
      expect(page.agencies.length).toBeLessThanOrEqual(5);
      names.push(...page.agencies.map(({ name }) => name));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(names).toEqual([...new Set(names)].sort());
    expect(names).toEqual(expect.arrayContaining(['agencies/asp', 'agencies/cnas', 'agencies/social-orhei']));
  });

  test('names the channel, and rejects a foreign page token', async () => {
    const { agencies } = await gateway.listAgencies({ pageSize: 200 });
    const channelOf = (code: string) => agencies.find(({ name }) => name === `agencies/${code}`)?.channel;
    expect([channelOf('asp'), channelOf('arhiva-orhei')]).toEqual(['kafka', 'page']);
    await expect(gateway.listAgencies({ pageToken: 'x' })).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
    await expect(gateway.listAgencies({ pageSize: -1 })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
  });
});

describe('GetAgencyCatalog', () => {
  test('returns titles of all documents, and the codes of those of the own services', async () => {
    const { agency, evidenceKinds, ownEvidenceKinds } = await read('cnas');
    expect(agency).toMatchObject({ name: 'agencies/cnas', displayName: { ro: 'Casa Națională de Asigurări Sociale' } });
    expect(ownEvidenceKinds).toContain('work-book');
    expect(ownEvidenceKinds).not.toContain('title-deed');
    expect(evidenceKinds.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['work-book', 'title-deed']));
  });

  test('returns the texts for everybody, for the agency and for the themes of its services', async () => {
    const everybody = ['documents-missing', 'no-entitlement', 'no-record'];
    expect(codesOf((await read('asp')).rejectionTemplates)).toEqual(everybody);
    expect(codesOf((await read('social-orhei')).rejectionTemplates)).toEqual(
      [...everybody, 'income-above-limit'].sort(),
    );
    expect(codesOf((await read('primaria-orhei')).rejectionTemplates)).toEqual([...everybody, 'rules-of-place'].sort());
    const { appealTemplates } = await read('asp');
    expect(codesOf(appealTemplates)).toEqual(['prior-request']);
  });

  test('returns a new text without a restart, and keeps the former text of an invalid file', async () => {
    const text = catalog.templateText('no-record');
    catalog.writeTemplate('no-archive', text.replace('code: no-record', 'code: no-archive'));
    await eventually(async () => codesOf((await read('asp')).rejectionTemplates).includes('no-archive'));
    catalog.writeTemplate('no-archive', text.replace('{data}', '{other}'));
    await eventually(async () => /rejection_template_file_problems\S* 1/.test(await catalog.metrics()));
    expect(codesOf((await read('asp')).rejectionTemplates)).toContain('no-archive');
  });

  test('rejects an unknown agency, an invalid date and another service', async () => {
    await expect(read('nobody')).rejects.toMatchObject({ reason: 'NOT_FOUND' });
    const dated = { name: 'agencies/asp', atDate: '2026-02-30' };
    await expect(gateway.getAgencyCatalog(dated)).rejects.toMatchObject({ violations: [{ field: '/atDate' }] });
    const intake = catalog.clientAs('intake');
    await expect(intake.listAgencies({})).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  });
});
