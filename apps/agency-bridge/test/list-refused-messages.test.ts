import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, produceRaw } from '@cups/testing';
import { acknowledged, shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await shareBridge()));
afterAll(() => bridge.stop());

test('ListRefusedMessages pages and counts the refused messages of a topic', async () => {
  const { name } = await bridge.sent();
  const invalidMessages = [
    { ...acknowledged(name), value: Buffer.from([0, 1, 2, 255]) },
    { ...acknowledged(name), value: Buffer.alloc(65 * 1024, 32) },
  ];
  await produceRaw(bridge.world.infrastructure, 'agency.asp.replies', invalidMessages);
  const support = bridge.support();
  const topic = 'agency.asp.replies';
  await eventually(async () => (await support.listRefusedMessages({ topic })).totalSize === 2);
  const page = await support.listRefusedMessages({ topic, pageSize: 1 });
  const next = await support.listRefusedMessages({ topic, pageSize: 1, pageToken: page.nextPageToken });
  expect([...page.messages, ...next.messages].map(({ cause, count }) => [cause, count]).sort()).toEqual([
    ['NOT_JSON', '1'],
    ['TOO_LARGE', '1'],
  ]);
  const elsewhere = support.listRefusedMessages({ topic: '', pageSize: 1, pageToken: page.nextPageToken });
  await expect(elsewhere).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
});

test('ListRefusedMessages rejects centre roles', async () => {
  const desk = bridge.world.client(bridge.service, { role: 'centre-manager', centre: 'centres/CU-001' });
  await expect(desk.listRefusedMessages({})).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
});
