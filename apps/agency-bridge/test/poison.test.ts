import type { ReceivedEvent } from '@cups/contracts';
import type { HandlerResult } from '@cups/events';
import { eventually, produceRaw } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { acknowledged, decided, startBridge } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { newApplication, submissionOf } from './world.ts';

type Message = ReturnType<typeof acknowledged>;

let bridge: Bridge;
/** Bounds what a busy machine may take. */
const PATIENT = { timeoutMs: 60_000 };
/** IDs of messages for which a handler throws. */
const faults = new Map<string, 'throws' | 'hangs'>();

function handler(real: (event: ReceivedEvent) => Promise<HandlerResult>) {
  return (event: ReceivedEvent): Promise<HandlerResult> => {
    const kind = faults.get(event.id);
    if (kind === 'hangs') return new Promise(() => {});
    if (kind === 'throws') return Promise.reject(new TypeError('a fault of ours'));
    return real(event);
  };
}

beforeAll(async () => {
  bridge = await startBridge({
    handler,
    // Longer than a handler that works takes on a busy machine.
    retryPolicy: { maxAttempts: 2, handlerTimeoutMs: 3_000, releasePollIntervalMs: 100 },
  });
});
afterAll(() => bridge.stop());

const withHeaders = (message: Message, headers: Record<string, string>): Message => {
  return Object.assign({}, message, { headers: Object.assign({}, message.headers, headers) });
};

/** Poison messages of an agency, or faults of the bridge; each blocks its application at most. */
const POISON: Record<string, (name: string, other: string) => Partial<Message>> = {
  'bad bytes': (name) => ({ key: acknowledged(name).key, headers: {}, value: Buffer.from([0, 255, 1]) }),
  'bad schema': (name) => Object.assign(acknowledged(name), { value: Buffer.from('{"application":7}') }),
  'an unknown type': (name) => withHeaders(acknowledged(name), { ce_type: 'md.cups.reply.sung.v1' }),
  'a foreign application': (name) => {
    return withHeaders(acknowledged(name), { ce_subject: `deliveries/${name.slice('applications/'.length)}-cnas` });
  },
  'a wrong key': (name, other) => Object.assign(acknowledged(name), { key: acknowledged(other).key }),
  'a message of 900 KB': (name) => Object.assign(acknowledged(name), { value: Buffer.alloc(900_000, 'x') }),
  'a future version': (name) => withHeaders(acknowledged(name), { ce_specversion: '2.0' }),
  'a message at which the handler throws': (name) => acknowledged(name, 'throws'),
  'a message at which the handler hangs': (name) => acknowledged(name, 'hangs'),
};

describe('poison messages', () => {
  test.each(Object.entries(POISON))(
    '%s',
    async (_, poisoned) => {
      const [bad, good] = [await bridge.sent(), await bridge.sent()];
      faults.set('throws', 'throws').set('hangs', 'hangs');
      const poison = poisoned(bad.name, good.name);
      const id = String(poison.headers?.['ce_id']);
      await produceRaw(bridge.world.infrastructure, 'agency.asp.replies', [poison as Message]);
      await bridge.world.reply('asp', decided(bad.name), decided(good.name));
      await eventually(async () => (await bridge.stateOf(good.delivery)) === 'DELIVERY_STATE_ANSWERED', PATIENT);
      if (!faults.has(id)) {
        await eventually(async () => (await bridge.stateOf(bad.delivery)) === 'DELIVERY_STATE_ANSWERED', PATIENT);
        return;
      }
      await eventually(async () => (await bridge.scrape()).includes('parked_keys{service="agency-bridge"} 1'), PATIENT);
      expect(await bridge.stateOf(bad.delivery)).toBe('DELIVERY_STATE_SENT');
      expect(bridge.world.log.lines).toContainEqual(
        expect.objectContaining({ event: 'event-parked', code: id === 'hangs' ? 'HANDLER_HANGS' : 'HANDLER_THREW' }),
      );

      // More than the concurrency of a partition, which continues anyway.
      const invented = Array.from({ length: id === 'throws' ? 1_800 : 1 }, () => newApplication('asp').name);
      await bridge.world.reply('asp', ...invented.map((name) => acknowledged(name)));
      const later = await bridge.sent();
      await bridge.world.reply('asp', decided(later.name));
      // 1,800 are refused one by one by a fault between Kafka and the handler.
      await bridge.deliveryEventTypes(later.delivery, 1, 90_000);

      faults.clear();
      await release(bad.id, id === 'hangs' ? 'HANDLER_HANGS' : 'HANDLER_THREW');
      expect(await bridge.deliveryEventTypes(bad.delivery, 2, PATIENT.timeoutMs)).toEqual([
        'DeliveryAcknowledged',
        'DeliveryDecided',
      ]);
      await eventually(async () => (await bridge.scrape()).includes('parked_keys{service="agency-bridge"} 0'), PATIENT);
    },
    150_000,
  );

  test('an unknown agency', async () => {
    const missing = newApplication('nobody');
    const other = bridge.fileable();
    bridge.world.submissions.set(`${missing.name}/submissions/1`, submissionOf(missing.name, 1));
    await bridge.produceEvents(missing.submitted(), other.submitted());
    await bridge.untilSent(other.delivery);
    expect(await bridge.stateOf(missing.delivery)).toBe('DELIVERY_STATE_QUEUED');
  });
});

/** Releases a parked key as an administrator does. */
async function release(id: string, cause: string): Promise<void> {
  const operator = bridge.world.operator(bridge.service);
  const parkedKey = { topic: 'agency.asp.replies', key: `${id}-asp` };
  const { keys } = await operator.listParkedKeys({});
  expect(keys).toMatchObject([{ ...parkedKey, subject: `deliveries/${id}-asp`, cause, count: 2, released: false }]);
  const { events } = await operator.getParkedKey(parkedKey);
  expect(events).toMatchObject([
    { cause, failures: 1, type: 'md.cups.reply.acknowledged.v1' },
    { cause: 'BEHIND', failures: 0, type: 'md.cups.reply.decided.v1' },
  ]);
  await expect(operator.releaseParkedKey(Object.assign({ actor: 'ana' }, parkedKey))).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
  });
  expect(await operator.releaseParkedKey(Object.assign({ actor: 'ana', reason: 'fixed' }, parkedKey))).toMatchObject({
    count: 2,
  });
}
