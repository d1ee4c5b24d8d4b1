import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CatalogServiceDefinition } from '@cups/contracts/gen/cups/catalog/v1/CatalogService.ts';
import { connect, makeKeys, openKeys } from '@cups/rpc';
import type { RunningService } from '@cups/process';
import type { Client } from '@cups/rpc';
import { createCatalog } from '../src/service.ts';

const folder = mkdtempSync(join(tmpdir(), 'cups-catalog-'));
const keysDir = join(folder, 'keys');
const services = join(folder, 'data', 'public-services');
const file = (code: string) => join(services, `${code}.yaml`);
const edit = (code: string, change: (text: string) => string) =>
  writeFileSync(file(code), change(readFileSync(file(code), 'utf8')));

let catalog: RunningService;
type CatalogClient = Client<CatalogServiceDefinition>;
const clients: { close(): void }[] = [];
let gateway: CatalogClient;
let intake: CatalogClient;
let notifications: CatalogClient;

beforeAll(async () => {
  cpSync(join(process.cwd(), '../../data'), join(folder, 'data'), { recursive: true });
  makeKeys(keysDir, ['catalog', 'gateway', 'intake', 'notifications']);
  const config = {
    host: '127.0.0.1',
    grpcPort: 0,
    httpPort: 0,
    keysDir,
    dataDir: join(folder, 'data'),
    logLevel: 'silent' as const,
  };
  catalog = await createCatalog(config, { now: () => new Date('2026-03-10T22:30:00Z') });
  const as = (service: 'gateway' | 'intake' | 'notifications') => {
    const client = connect<CatalogServiceDefinition>('cups.catalog.v1.CatalogService', {
      address: `127.0.0.1:${catalog.grpcPort}`,
      keys: openKeys({ dir: keysDir, service }),
      service: 'catalog',
    });
    clients.push(client);
    return client;
  };
  [gateway, intake, notifications] = [as('gateway'), as('intake'), as('notifications')];
});

afterAll(async () => {
  for (const client of clients) client.close();
  await catalog.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function eventually(check: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + 10_000; ;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const codes = (list: { publicServices: { name: string }[] }) =>
  list.publicServices.map(({ name }) => name.slice('publicServices/'.length));

describe('GetPublicService', () => {
  const extract = { name: 'publicServices/civil-status-extract' };

  test('answers the version in force at a date', async () => {
    const before = await gateway.getPublicService({ ...extract, atDate: '2025-10-31' });
    const after = await gateway.getPublicService({ ...extract, atDate: '2025-11-01' });
    expect(before.publicService?.version?.version).toBe('2024-01-01');
    expect(before.publicService?.version?.outputs[0]?.kind).toBe('OUTPUT_KIND_PAPER');
    expect(after.publicService?.version?.version).toBe('2025-11-01');
    expect(after.publicService?.version?.outputs[0]?.kind).toBe('OUTPUT_KIND_ELECTRONIC');
    expect(after.publicService?.versions.map(({ validTo }) => validTo)).toEqual(['2025-10-31', '']);
  });

  test('today is the day in Chisinau', async () => {
    edit('civil-status-extract', (text) =>
      text.replaceAll('2025-11-01', '2026-03-11').replaceAll('2025-10-31', '2026-03-10'),
    );
    // It is 22:30 on 10 March in Greenwich and already 11 March in Chisinau.
    await eventually(async () => {
      const answer = await gateway.getPublicService(extract);
      expect(answer.publicService?.version?.version).toBe('2026-03-11');
    });
    edit('civil-status-extract', (text) =>
      text.replaceAll('2026-03-11', '2025-11-01').replaceAll('2026-03-10', '2025-10-31'),
    );
    await eventually(async () => {
      const answer = await gateway.getPublicService(extract);
      expect(answer.publicService?.version?.version).toBe('2025-11-01');
    });
  });

  test('says whether it may be filed at a centre of a kind, and what it costs there', async () => {
    const at = async (centreKind: 'CENTRE_KIND_MISSION' | 'CENTRE_KIND_TOWN_HALL', name: string) =>
      (await gateway.getPublicService({ name: `publicServices/${name}`, centreKind })).publicService;
    const abroad = await at('CENTRE_KIND_MISSION', 'civil-status-extract');
    expect(abroad?.fileable).toBe(true);
    expect(abroad?.version?.costOptions[0]?.fee).toEqual({ amountMinor: '4700', currencyCode: 'USD' });
    expect((await at('CENTRE_KIND_TOWN_HALL', 'civil-status-extract'))?.version?.costOptions).toEqual([]);
    expect((await at('CENTRE_KIND_MISSION', 'name-change'))?.fileable).toBe(false);
    expect((await at('CENTRE_KIND_TOWN_HALL', 'name-change'))?.fileable).toBe(true);
  });

  test('says what to do instead where nothing may be filed', async () => {
    const { publicService } = await gateway.getPublicService({ name: 'publicServices/marriage-registration' });
    expect(publicService?.fileable).toBe(false);
    expect(publicService?.version?.elsewhere?.en).toMatch(/in person/);
  });

  test('carries prices, reductions, terms and conditions of evidence', async () => {
    const { publicService } = await gateway.getPublicService({ name: 'publicServices/name-change' });
    const options = publicService?.version?.costOptions ?? [];
    expect(options[0]).toMatchObject({ plusStateFee: true, fee: { amountMinor: '23000', currencyCode: 'MDL' } });
    expect(options[0]?.term).toEqual({ amount: 40, unit: 'TERM_UNIT_WORKING_DAYS', from: 'TERM_START_SUBMISSION' });
    expect(options.at(-1)).toMatchObject({ code: 'free', reduction: 'protected', fee: { amountMinor: '0' } });
    expect(publicService?.version?.reductions[0]?.legalReason).toMatch(/966\/2020/);
    const evidence = (await gateway.getPublicService(extract)).publicService?.version?.evidence;
    expect(evidence?.find(({ kind }) => kind === 'power-of-attorney')?.when).toMatchObject({
      condition: 'represented',
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
  ])('refuses %s', async (_, request, reason) => {
    await expect(gateway.getPublicService(request)).rejects.toMatchObject({ reason });
  });
});

describe('ListPublicServices', () => {
  test('gives all, without forms', async () => {
    const all = await gateway.listPublicServices({});
    expect(all.publicServices.length).toBe(readdirSync(join(folder, 'data/public-services')).length);
    expect(all.nextPageToken).toBe('');
    for (const { version } of all.publicServices) expect(version?.formSchema.length).toBe(0);
  });

  test('gives what may be filed at a centre of a kind, by agency', async () => {
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
    ['vinzare cumparare', undefined],
    ['судимости', 'criminal-record'],
    ['пенсия возраст', 'old-age-pension'],
    ['pension', 'disability-pension'],
    ['capacitate matrimoniala', 'marriage-capacity-certificate'],
    ['002000112', 'twins-support-allowance'],
  ])('finds by the words %s', async (query, expected) => {
    const found = codes(await gateway.listPublicServices({ query }));
    if (expected === undefined) expect(found).toEqual([]);
    else expect(found).toContain(expected);
  });

  test('puts the best match first', async () => {
    expect(codes(await gateway.listPublicServices({ query: 'cazier contraventional' }))[0]).toBe(
      'contravention-record',
    );
  });

  test('turns pages: each service once, in the same order', async () => {
    const whole = codes(await gateway.listPublicServices({ query: 'de' }));
    const paged: string[] = [];
    let pageToken = '';
    do {
      const page = await gateway.listPublicServices({ query: 'de', pageSize: 7, pageToken });
      expect(page.publicServices.length).toBeLessThanOrEqual(7);
      paged.push(...codes(page));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(paged).toEqual(whole);
  });

  test('refuses a page token of other arguments, one that is none, a negative size, a long query', async () => {
    const { nextPageToken: pageToken } = await gateway.listPublicServices({ pageSize: 3 });
    await expect(gateway.listPublicServices({ pageToken, query: 'other' })).rejects.toMatchObject({
      reason: 'PAGE_TOKEN_INVALID',
    });
    for (const bad of ['rubbish', 'bnVsbA', Buffer.from('[1,"a"]').toString('base64url')]) {
      await expect(gateway.listPublicServices({ pageToken: bad })).rejects.toMatchObject({
        reason: 'PAGE_TOKEN_INVALID',
      });
    }
    await expect(gateway.listPublicServices({ pageSize: -1 })).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
    await expect(gateway.listPublicServices({ query: 'x'.repeat(201) })).rejects.toMatchObject({
      violations: [{ field: 'query' }],
    });
  });
});

describe('GetPublicServiceVersion', () => {
  test('gives intake the version in force with its form as canonical JSON and a valid example', async () => {
    const { version, inForce } = await intake.getPublicServiceVersion({ name: 'publicServices/birth-allowance' });
    expect(inForce).toBe(true);
    expect(version?.provider).toBe('agencies/cnas');
    const text = Buffer.from(version?.formSchema ?? []).toString();
    const form = JSON.parse(text) as { $schema: string; properties: Record<string, unknown> };
    expect(form.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(text.startsWith('{"$schema":')).toBe(true);
    expect(Object.keys(form.properties)).toEqual(Object.keys(form.properties).toSorted());
    expect(JSON.parse(Buffer.from(version?.example ?? []).toString())).toMatchObject({ payout: 'post' });
  });

  test('gives a named version even when it is not in force, and says so', async () => {
    const name = 'publicServices/civil-status-extract';
    const old = await intake.getPublicServiceVersion({ name, version: '2024-01-01' });
    expect([old.inForce, old.version?.validTo]).toEqual([false, '2025-10-31']);
    expect((await intake.getPublicServiceVersion({ name, version: '2024-01-01', atDate: '2025-01-01' })).inForce).toBe(
      true,
    );
  });

  test('refuses an unknown version', async () => {
    const request = { name: 'publicServices/birth-allowance', version: '1999-01-01' };
    await expect(intake.getPublicServiceVersion(request)).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  });
});

test('a data folder without public services does not start, and one sentence says so', async () => {
  const config = {
    host: '127.0.0.1',
    grpcPort: 0,
    httpPort: 0,
    keysDir,
    dataDir: join(folder, 'nothing'),
    logLevel: 'silent' as const,
  };
  await expect(createCatalog(config)).rejects.toThrow(/^CUPS_DATA must name a folder/);
});

describe('access', () => {
  test('a service without a row is refused before it learns what exists', async () => {
    for (const name of ['publicServices/birth-allowance', 'publicServices/nothing']) {
      await expect(notifications.getPublicService({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    }
  });

  test('intake may read versions and nothing else, and gateway all but them', async () => {
    const name = 'publicServices/birth-allowance';
    await expect(intake.getPublicService({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    await expect(gateway.getPublicServiceVersion({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    await expect(intake.listPublicServices({})).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  });
});

describe('files that change while it runs', () => {
  const read = async (code: string) =>
    (await gateway.getPublicService({ name: `publicServices/${code}` })).publicService;
  const problems = async () => {
    const text = await (await fetch(`http://127.0.0.1:${catalog.httpPort}/metrics`)).text();
    return Number(/^cups_catalog_registry_problems\S* (\d+)/m.exec(text)?.[1]);
  };

  test('a new file is served without a restart', async () => {
    const text = readFileSync(file('criminal-record'), 'utf8');
    writeFileSync(file('good-conduct-record'), text.replace('code: criminal-record', 'code: good-conduct-record'));
    await eventually(async () => expect((await read('good-conduct-record'))?.fileable).toBe(true));
  });

  test('a broken file harms only itself: its last good version stays, and others change', async () => {
    const good = readFileSync(file('name-change'), 'utf8');
    edit('name-change', (text) => text.replace('23000', '"free of charge"'));
    edit('criminal-record', (text) => text.replace('Criminal record certificate', 'Certificate of criminal record'));
    await eventually(async () =>
      expect((await read('criminal-record'))?.version?.title?.en).toBe('Certificate of criminal record'),
    );
    expect((await read('name-change'))?.version?.costOptions[0]?.fee?.amountMinor).toBe('23000');
    expect(await problems()).toBe(1);

    writeFileSync(file('name-change'), good.replace('23000', '24000'));
    await eventually(async () =>
      expect((await read('name-change'))?.version?.costOptions[0]?.fee?.amountMinor).toBe('24000'),
    );
    expect(await problems()).toBe(0);
  });

  test('a vanished file is an error, not a deletion', async () => {
    rmSync(file('property-list'));
    await eventually(async () => expect(await problems()).toBe(1));
    expect((await read('property-list'))?.fileable).toBe(true);
  });
});
