import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { createCatalog } from '../src/service.ts';
import { startCatalog } from './catalog.ts';

let catalog: Awaited<ReturnType<typeof startCatalog>>;
let gateway: ReturnType<typeof catalog.clientAs>;

beforeAll(async () => {
  catalog = await startCatalog();
  gateway = catalog.clientAs('gateway');
});
afterAll(() => catalog.close());

describe('a file change at runtime', () => {
  const read = async (code: string) =>
    (await gateway.getPublicService({ name: `publicServices/${code}` })).publicService;
  const problems = async () => {
    return Number(/^cups_catalog_registry_problems\S* (\d+)/m.exec(await catalog.metrics())?.[1]);
  };

  test('serves a new file', async () => {
    const text = catalog.textOf('criminal-record').replace('code: criminal-record', 'code: good-conduct-record');
    catalog.write('good-conduct-record', text);
    await eventually(async () => (await read('good-conduct-record'))?.fileable);
  });

  test('keeps the last valid version of an invalid file, while others change', async () => {
    const valid = catalog.textOf('name-change');
    const price = async () => (await read('name-change'))?.version?.costOptions[0]?.fee?.amountMinor;
    catalog.edit('name-change', (text) => text.replace('23000', '"free of charge"'));
    catalog.edit('criminal-record', (text) =>
      text.replace('Criminal record certificate', 'Certificate of criminal record'),
    );
    await eventually(
      async () => (await read('criminal-record'))?.version?.title?.en === 'Certificate of criminal record',
    );
    expect(await price()).toBe('23000');
    expect(await problems()).toBe(1);

    catalog.write('name-change', valid.replace('23000', '24000'));
    await eventually(async () => (await price()) === '24000');
    expect(await problems()).toBe(0);
  });

  test('reports a deleted file as a problem and keeps serving it', async () => {
    rmSync(catalog.file('property-list'));
    await eventually(async () => (await problems()) === 1);
    expect((await read('property-list'))?.fileable).toBe(true);
  });
});

test('a data folder without public services prevents the start', async () => {
  const config = Object.assign({}, catalog.config, { dataDir: join(catalog.config.dataDir, 'nothing') });
  await expect(createCatalog(config)).rejects.toThrow(/^REGISTRY_DIR must name a folder/);
});
