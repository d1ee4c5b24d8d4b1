import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCatalog } from './catalog.ts';

let catalog: Awaited<ReturnType<typeof openCatalog>>;
let gateway: ReturnType<typeof catalog.as>;
let intake: ReturnType<typeof catalog.as>;
let notifications: ReturnType<typeof catalog.as>;

beforeAll(async () => {
  catalog = await openCatalog();
  gateway = catalog.as('gateway');
  intake = catalog.as('intake');
  notifications = catalog.as('notifications');
});
afterAll(() => catalog.close());

describe('the access of services', () => {
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
