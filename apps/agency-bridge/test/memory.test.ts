import { describe, expect, test } from '@jest/globals';
import { MAX_REFUSED } from '../src/domain/reply.ts';
import type { Message } from '../src/domain/reply.ts';
import { ReportedRefusals } from '../src/reported-refusals.ts';
import { DeferredDeliveries } from '../src/deferred-deliveries.ts';

/** What the bridge keeps in memory to save the store questions, and to count what waits. */

describe('what was told of refused messages', () => {
  const keys = (count: number) => Array.from({ length: count }, (_, at) => `NOT_JSON m${at}`);
  const message = (id: string): Message => ({
    id,
    time: new Date(0),
    training: false,
    position: { topic: 'agency.asp.replies', partition: 0, offset: 7 },
  });

  test('A refused message is told again neither for the same cause, nor once the last of its delivery was told', () => {
    const told = new ReportedRefusals();
    expect(told.resolveTarget('d', message('m0'), 'NOT_JSON', 0)).toBe('ask-the-store');
    told.remember('d', { refused: keys(2) }, 0);
    expect(told.resolveTarget('d', message('m1'), 'NOT_JSON', 0)).toBe('nobody');
    expect(told.resolveTarget('d', message('m1'), 'TOO_LARGE', 0)).toBe('ask-the-store');
    expect(told.resolveTarget('d', message('m2'), 'NOT_JSON', 0)).toBe('ask-the-store');
    told.remember('d', { refused: keys(MAX_REFUSED) }, 0);
    expect(told.resolveTarget('d', message('another'), 'TOO_LARGE', 0)).toBe('nobody');
    expect(told.resolveTarget('other', message('m1'), 'NOT_JSON', 0)).toBe('ask-the-store');
  });

  test('The store is asked once in a second about a delivery that is not there', () => {
    const told = new ReportedRefusals();
    told.remember('d', undefined, 5_000);
    expect(told.resolveTarget('d', message('m'), 'NOT_JSON', 5_999)).toBe('agency');
    expect(told.resolveTarget('d', message('m'), 'NOT_JSON', 6_000)).toBe('ask-the-store');
    told.remember('d', {}, 6_000);
    expect(told.resolveTarget('d', message('m'), 'NOT_JSON', 6_001)).toBe('ask-the-store');
  });

  test('What was told of refused messages is remembered of the last 1,000 deliveries', () => {
    const told = new ReportedRefusals();
    for (let n = 0; n <= 1_000; n += 1) told.remember(`d${n}`, undefined, 0);
    const known = (id: string) => told.resolveTarget(id, message('m'), 'NOT_JSON', 1);
    expect([known('d0'), known('d1')]).toEqual(['ask-the-store', 'agency']);
  });
});

describe('deliveries that wait for an agency', () => {
  test('Deliveries that wait for an agency are told once, counted while they are seen waiting, and told when they go on', () => {
    const unroutable = new DeferredDeliveries();
    expect(unroutable.observe('a', true, 0)).toBe('waits');
    expect(unroutable.observe('a', true, 60_000)).toBeUndefined();
    expect(unroutable.observe('b', false, 60_000)).toBeUndefined();
    expect(unroutable.count(60_000)).toBe(1);
    expect(unroutable.observe('a', false, 60_000)).toBe('goes-on');
    expect(unroutable.count(60_000)).toBe(0);
  });

  test('Deliveries that wait for an agency are forgotten when they were not seen for ten minutes', () => {
    const unroutable = new DeferredDeliveries();
    for (const id of ['a', 'b']) unroutable.observe(id, true, 0);
    unroutable.observe('a', true, 300_000);
    expect(unroutable.count(599_999)).toBe(2);
    expect(unroutable.count(600_000)).toBe(1);
    expect(unroutable.count(900_000)).toBe(0);
  });

  test('Of deliveries that wait for an agency 10,000 are counted, and the next one when one of them goes on', () => {
    const unroutable = new DeferredDeliveries();
    for (let n = 0; n < 20_000; n += 1) unroutable.observe(`d${n}`, true, 0);
    expect(unroutable.count(0)).toBe(10_000);
    expect(unroutable.observe('d20000', true, 0)).toBeUndefined();
    unroutable.observe('d5', false, 0);
    expect(unroutable.observe('d20000', true, 0)).toBe('waits');
  });
});
