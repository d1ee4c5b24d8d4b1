import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startCatalog } from './catalog.ts';

let catalog: Awaited<ReturnType<typeof startCatalog>>;
let gateway: ReturnType<typeof catalog.clientAs>;
let intake: ReturnType<typeof catalog.clientAs>;
let notifications: ReturnType<typeof catalog.clientAs>;

beforeAll(async () => {
  catalog = await startCatalog();
  gateway = catalog.clientAs('gateway');
  intake = catalog.clientAs('intake');
  notifications = catalog.clientAs('notifications');
});
afterAll(() => catalog.close());

describe('access rules', () => {
  test('reject an unlisted service, for existing and unknown names alike', async () => {
    for (const name of ['publicServices/birth-allowance', 'publicServices/nothing']) {
      await expect(notifications.getPublicService({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    }
  });

  test('allow versions for intake only, and everything else for gateway only', async () => {
    const name = 'publicServices/birth-allowance';
    await expect(intake.getPublicService({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    await expect(gateway.getPublicServiceVersion({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    await expect(intake.listPublicServices({})).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  });
});
