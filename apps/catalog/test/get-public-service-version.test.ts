import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { startCatalog } from './catalog.ts';

let catalog: Awaited<ReturnType<typeof startCatalog>>;
let intake: ReturnType<typeof catalog.clientAs>;

beforeAll(async () => {
  catalog = await startCatalog();
  intake = catalog.clientAs('intake');
});
afterAll(() => catalog.close());

describe('GetPublicServiceVersion', () => {
  test('returns the version in force with its form and a valid example', async () => {
    const { version, inForce } = await intake.getPublicServiceVersion({ name: 'publicServices/birth-allowance' });
    expect(inForce).toBe(true);
    expect(version?.provider).toBe('agencies/cnas');
    const text = Buffer.from(version?.formSchema ?? []).toString();
    const form = JSON.parse(text) as { $schema: string; properties: Record<string, unknown> };
    expect(form.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(JSON.parse(Buffer.from(version?.example ?? []).toString())).toMatchObject({ payout: 'post' });
  });

  test('returns a named version and whether it is in force', async () => {
    const name = 'publicServices/civil-status-extract';
    const old = await intake.getPublicServiceVersion({ name, version: '2024-01-01' });
    expect([old.inForce, old.version?.validTo]).toEqual([false, '2025-10-31']);
    expect((await intake.getPublicServiceVersion({ name, version: '2024-01-01', atDate: '2025-01-01' })).inForce).toBe(
      true,
    );
  });

  test('returns a pause from its first day, with its reason', async () => {
    const name = 'publicServices/property-list';
    const reason = { ro: 'Registrul este oprit.', ru: 'Регистр остановлен.', en: 'The register is down.' };
    expect((await intake.getPublicServiceVersion({ name })).paused).toBeNull();
    catalog.edit(
      'property-list',
      (text) => `${text}paused: { since: '2026-03-11', reason: ${JSON.stringify(reason)} }\n`,
    );
    const { paused } = await eventually(async () => {
      const response = await intake.getPublicServiceVersion({ name });
      return response.paused ? response : undefined;
    });
    expect(paused).toEqual({ since: '2026-03-11', reason });
    expect((await intake.getPublicServiceVersion({ name, atDate: '2026-03-10' })).paused).toBeNull();
    const { publicService } = await catalog.clientAs('gateway').getPublicService({ name });
    expect(publicService).toMatchObject({ fileable: true, paused: { since: '2026-03-11', reason } });
  });

  test('rejects an unknown version', async () => {
    const request = { name: 'publicServices/birth-allowance', version: '1999-01-01' };
    await expect(intake.getPublicServiceVersion(request)).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  });
});
