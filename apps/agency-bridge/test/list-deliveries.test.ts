import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await shareBridge()));
afterAll(() => bridge.stop());

test('ListDeliveries pages by state and agency, and shows an agency clerk the own agency only', async () => {
  const [first, second] = [await bridge.sent(), await bridge.sent()];
  await bridge.untilSent(second.delivery);
  await bridge.untilSent(first.delivery);
  const support = bridge.support();
  const query = { state: 'DELIVERY_STATE_SENT', agency: 'agencies/asp', pageSize: 1 } as const;
  const page = await support.listDeliveries(query);
  expect(page.deliveries.map(({ name }) => name)).toEqual([second.delivery]);
  const next = await support.listDeliveries({ ...query, pageToken: page.nextPageToken });
  expect(next.deliveries.map(({ name }) => name)).toEqual([first.delivery]);

  const clerk = (code: string) =>
    bridge.world.client(bridge.service, { role: 'agency-clerk', agency: `agencies/${code}` });
  const own = await clerk('asp').listDeliveries({ pageSize: 200 });
  expect(new Set(own.deliveries.map(({ agency }) => agency))).toEqual(new Set(['agencies/asp']));
  expect((await clerk('cadastru').listDeliveries({})).deliveries).toEqual([]);
  expect((await clerk('cadastru').listDeliveries({ agency: 'agencies/asp' })).deliveries).toEqual([]);
});

test('ListDeliveries rejects centre roles', async () => {
  const desk = bridge.world.client(bridge.service, { role: 'centre-manager', centre: 'centres/CU-001' });
  await expect(desk.listDeliveries({})).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
});
