import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await shareBridge()));
afterAll(() => bridge.stop());

test('GetDelivery returns a delivery to its centre only', async () => {
  const { delivery: name } = await bridge.sent();
  const other = bridge.world.client(bridge.service, { role: 'specialist', centre: 'centres/CU-002' });
  await expect(other.getDelivery({ name })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  for (const role of ['supervisor', 'support', 'agency-clerk'] as const) {
    const client = bridge.world.client(bridge.service, { role, agency: 'agencies/asp', centre: 'centres/CU-001' });
    await expect(client.getDelivery({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
  }
  const desk = bridge.world.client(bridge.service, { role: 'centre-manager', centre: 'centres/CU-001' });
  expect((await desk.getDelivery({ name })).delivery?.name).toBe(name);
});

test('GetDelivery returns a delivery of a closed centre to the centre that inherited it only', async () => {
  const { delivery: name } = await bridge.sent();
  const at = (centre: string, ...inheritedCentres: string[]) =>
    bridge.world.client(bridge.service, { role: 'specialist', centre, inheritedCentres });
  const successor = at('centres/CU-002', 'centres/CU-003', 'centres/CU-001');
  expect((await successor.getDelivery({ name })).delivery?.name).toBe(name);
  for (const other of [at('centres/CU-002', 'centres/CU-003'), at('centres/CU-004', 'centres/CU-002')]) {
    await expect(other.getDelivery({ name })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  }
});

test('GetDelivery rejects an invalid name', async () => {
  const desk = bridge.world.client(bridge.service, { role: 'centre-manager', centre: 'centres/CU-001' });
  const call = desk.getDelivery({ name: 'deliveries/nothing' });
  await expect(call).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' });
});
