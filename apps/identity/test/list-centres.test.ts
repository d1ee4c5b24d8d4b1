import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { centreCount, shareWorld, problemWith } from './identity-world.ts';
import type { SharedWorld } from './identity-world.ts';

let world: SharedWorld;
beforeAll(async () => {
  world = await shareWorld();
});
afterAll(() => world.stop());

describe('ListCentres', () => {
  test('returns all centres with a file', async () => {
    const { centres: all } = await world.client(undefined, { from: 'intake' }).listCentres({ pageSize: 200 });
    expect(all).toHaveLength(centreCount);
  });

  test('pages by code, and rejects an invalid token and size', async () => {
    const gateway = world.client();
    const seen: string[] = [];
    for (let pageToken = ''; ;) {
      const page = await gateway.listCentres({ pageSize: 10, pageToken });
      seen.push(...page.centres.map(({ name }) => name));
      pageToken = page.nextPageToken;
      if (!pageToken) break;
    }
    expect(seen).toHaveLength(centreCount);
    expect(seen).toEqual([...seen].sort());
    await expect(gateway.listCentres({ pageToken: 'x' })).rejects.toEqual(problemWith('PAGE_TOKEN_INVALID'));
    await expect(gateway.listCentres({ pageSize: -1 })).rejects.toEqual(problemWith('INVALID_ARGUMENT'));
  });
});
