import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, idnp, produceRaw } from '@cups/testing';
import { acknowledged, startBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { newApplication, replyOf } from './world.ts';

let bridge: Bridge;
beforeAll(async () => void (bridge = await startBridge()));
afterAll(() => bridge.stop());

test('stores unusable replies once with cause and fields, without content', async () => {
  const { name, delivery } = await bridge.sent();
  const unknown = newApplication();
  const foreign = { agency: 'cnas' };
  const data = { submission: 1, agencyReference: 'SECRET-TEXT' };
  const fields = { ...acknowledged(name), value: Buffer.from(`{"application":"${name}","IDNP":"${idnp(7)}"}`) };
  const invalidReplies: [string, string, object][] = [
    ['asp', 'NOT_CLOUDEVENTS', { key: 'x', value: Buffer.from([0, 1, 2, 255]), headers: {} }],
    ['asp', 'NOT_JSON', { ...acknowledged(name), value: Buffer.from([0, 1, 2, 255]) }],
    ['asp', 'CONTENT_INVALID', fields],
    ['asp', 'TOO_LARGE', { ...acknowledged(name), value: Buffer.alloc(65 * 1024, 32) }],
    ['asp', 'KEY_MISMATCH', { ...acknowledged(name), key: `${unknown.id}-asp` }],
    ['asp', 'UNKNOWN_DELIVERY', acknowledged(unknown.name)],
    ['asp', 'FOREIGN_AGENCY', replyOf('md.cups.reply.acknowledged.v1', name, data, foreign)],
    [
      'asp',
      'FOREIGN_DELIVERY',
      replyOf('md.cups.reply.acknowledged.v1', name, data, { ...foreign, source: '/agencies/asp' }),
    ],
    ['cnas', 'FOREIGN_AGENCY', acknowledged(name)],
  ];
  for (const [agency, , message] of invalidReplies)
    await produceRaw(bridge.world.infrastructure, `agency.${agency}.replies`, [message as never]);
  await bridge.world.reply('asp', acknowledged(name));
  // The desk receives only refusals of the delivery's own agency.
  expect((await bridge.deliveryEventTypes(delivery, 5)).sort()).toEqual([
    'DeliveryAcknowledged',
    ...Array<string>(4).fill('DeliveryMessageRefused'),
  ]);
  expect(
    bridge
      .refusalsOf(delivery)
      .map(({ cause }) => cause)
      .sort(),
  ).toEqual(['CONTENT_INVALID', 'KEY_MISMATCH', 'NOT_JSON', 'TOO_LARGE']);

  const support = bridge.support();
  const listed = async () => {
    const [asp, cnas] = await Promise.all(
      ['asp', 'cnas'].map((code) => support.listRefusedMessages({ topic: `agency.${code}.replies` })),
    );
    return { causes: [...asp!.messages, ...cnas!.messages].map(({ cause }) => cause).sort(), asp: asp! };
  };
  const { asp } = await eventually(async () => {
    const found = await listed();
    expect(found.causes).toEqual(invalidReplies.map(([, cause]) => cause).sort());
    return found;
  });
  expect(asp.totalSize).toBe(8);
  const content = asp.messages.find(({ cause }) => cause === 'CONTENT_INVALID');
  expect(content?.fields).toEqual(expect.arrayContaining(['submission', 'agencyReference']));
  expect(JSON.stringify(asp)).not.toContain(idnp(7));
  expect(bridge.world.log.text()).not.toContain('SECRET-TEXT');
  const page = await support.listRefusedMessages({ topic: 'agency.asp.replies', pageSize: 5 });
  const next = { topic: 'agency.asp.replies', pageSize: 5, pageToken: page.nextPageToken };
  expect((await support.listRefusedMessages(next)).messages).toHaveLength(3);
  await expect(support.listRefusedMessages({ ...next, topic: '' })).rejects.toMatchObject({
    reason: 'PAGE_TOKEN_INVALID',
  });
  const scrape = await fetch(`http://127.0.0.1:${bridge.service.httpPort}/metrics`).then((response) => response.text());
  expect(scrape).toMatch(/refused_messages_total\{[^}]*cause="TOO_LARGE"[^}]*\} 1/);
});
