import { readJournal } from '@cups/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { acknowledged, decided, shareBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';

/** Entries for the journal. */

let bridge: Bridge;
let journal: Awaited<ReturnType<typeof readJournal>>;
beforeAll(async () => {
  bridge = await shareBridge();
  journal = await readJournal(bridge.world.infrastructure, 'agency-bridge');
});
afterAll(async () => {
  await journal.stop();
  await bridge.stop();
});

const entriesOf = (delivery: string, count: number) => journal.until(({ subject }) => subject === delivery, count);

test('a delivery has entries of requests, replies and replays, in a sequence of their own', async () => {
  const { name, delivery } = await bridge.sent();
  await bridge.world.reply('asp', acknowledged(name), decided(name));
  await bridge.deliveryEventTypes(delivery, 2);
  const reasons = { actor: 'Ion Rusu', reason: 'lost' };
  await bridge.world.operator(bridge.service).replayDeliveries({ application: name, ...reasons });
  const entries = await entriesOf(delivery, 4);
  const agency = { resource: name, actor: 'agencies/asp', action: 'record-reply' };
  expect(entries).toMatchObject([
    {
      action: 'send-request',
      actor: 'services/agency-bridge',
      ground: 'filed-application',
      result: 'queued',
      sequence: 1,
    },
    { ...agency, ground: 'agency-message', result: 'acknowledged', sequence: 2 },
    { ...agency, ground: 'agency-decision', result: 'answered', sequence: 3 },
    { action: 'replay-delivery', actor: 'services/ops', ground: 'operations', sequence: 4 },
  ]);
  expect(entries.map(({ data }) => data.toString('latin1')).join()).not.toContain('Rusu');
});
