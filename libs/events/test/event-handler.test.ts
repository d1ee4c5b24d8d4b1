import { createEvent, captureLog } from '@cups/testing';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ReceivedEvent, RefusedMessage } from '@cups/contracts';
import { decode, encode } from '../src/envelope.ts';
import { toRefusal, toOutcomeLabel, type HandlerResult } from '../src/consume/handler-result.ts';
import { EventHandler } from '../src/consume/event-handler.ts';
import type { EventPark } from '../src/consume/event-park.ts';
import { createMemoryPark } from './memory-park.ts';

const topic = 'cups.applications';
function receivedEvent(subject: string, sequence: number): ReceivedEvent {
  const entry = createEvent({ topic, key: subject, type: 'x', subject, sequence });
  const { key, value, headers } = encode(entry);
  const event = decode({ key: Buffer.from(key), value, headers, offset: String(sequence), timestamp: '0' }, topic, 0);
  if (!event) throw new Error('no event');
  return event;
}

/** Applies an event only after its predecessor, as the services do. */
function createCountingHandler(park: EventPark) {
  const last = new Map<string, number>();
  const applied: string[] = [];
  const counted: string[] = [];
  const refused: RefusedMessage[] = [];
  const handle = (event: ReceivedEvent): Promise<HandlerResult> => {
    const { subject } = event;
    const sequence = event.sequence ?? 0;
    const before = last.get(subject) ?? 0;
    if (sequence <= before) return Promise.resolve('done');
    if (sequence > before + 1) return Promise.resolve('wait');
    last.set(subject, sequence);
    applied.push(`${subject} ${sequence}`);
    return Promise.resolve(sequence === 3 ? { cause: 'THIRD', fields: [] } : 'done');
  };
  const handler = new EventHandler({
    expects: {},
    topics: [topic],
    handle,
    keepRefused: (messages) => Promise.resolve(void refused.push(...messages)),
    park,
    log: captureLog().log,
    count: (_topic, handled) => void counted.push(toOutcomeLabel(handled)),
  });
  return { handler, applied, counted, refused };
}

describe('handler results', () => {
  test.each<[HandlerResult, string, object | undefined]>([
    ['done', 'done', undefined],
    ['wait', 'wait', { cause: 'SEQUENCE_GAP', fields: [] }],
    ['refused', 'refused', { cause: 'REFUSED', fields: [] }],
    [{ cause: 'NO_SUCH', fields: ['a'] }, 'refused', { cause: 'NO_SUCH', fields: ['a'] }],
  ])('%j is counted as %s and stored as %j', (handled, label, refusal) => {
    expect([toOutcomeLabel(handled), toRefusal(handled)]).toEqual([label, refusal]);
  });
});

describe('EventHandler with a missing predecessor', () => {
  test('parks the event, applies it later, and stores a refusal with its position', async () => {
    const park = createMemoryPark();
    const { handler, applied, counted, refused } = createCountingHandler(park);
    for (const sequence of [3, 2, 5]) expect(await handler.handle(receivedEvent('s', sequence))).toBe('wait');
    expect(park.gaps.size).toBe(3);
    expect(await handler.handle(receivedEvent('s', 1))).toBe('done');
    expect(applied).toEqual(['s 1', 's 2', 's 3']);
    expect(refused).toEqual([{ topic, partition: 0, offset: '3', lastOffset: '3', cause: 'THIRD', fields: [] }]);
    expect([...park.gaps.values()].map(({ sequence }) => sequence)).toEqual([5]);
    expect(counted).toEqual(['wait', 'wait', 'wait', 'done', 'done', 'refused', 'wait']);
  });

  test('applies a parked event in another process', async () => {
    const park = createMemoryPark();
    await createCountingHandler(park).handler.handle(receivedEvent('s', 2));
    const { handler, applied } = createCountingHandler(park);
    await handler.loadParked();
    await handler.handle(receivedEvent('s', 1));
    expect(applied).toEqual(['s 1', 's 2']);
    expect(park.gaps.size).toBe(0);
  });

  test('applies each event once and in order for any sequence of deliveries', async () => {
    const order = fc.array(fc.constantFrom('a 1', 'a 2', 'a 4', 'a 5', 'b 1', 'b 2'), { maxLength: 20 });
    const rest = fc.shuffledSubarray(['a 1', 'a 2', 'a 3', 'a 4', 'a 5', 'b 1', 'b 2'], { minLength: 7 });
    await fc.assert(
      fc.asyncProperty(order, rest, async (order, all) => {
        const park = createMemoryPark();
        const { handler, applied } = createCountingHandler(park);
        for (const one of [...order, ...all]) {
          const [subject = '', sequence] = one.split(' ');
          await handler.handle(receivedEvent(subject, Number(sequence)));
        }
        const appliedOf = (subject: string) => applied.filter((one) => one.startsWith(subject));
        expect(appliedOf('a')).toEqual(['a 1', 'a 2', 'a 3', 'a 4', 'a 5']);
        expect(appliedOf('b')).toEqual(['b 1', 'b 2']);
        expect(park.gaps.size).toBe(0);
      }),
    );
  });
});
