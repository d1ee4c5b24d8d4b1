import { describe, expect, test } from '@jest/globals';
import { MAX_REFUSED } from '../src/domain/reply.ts';
import type { Message } from '../src/domain/reply.ts';
import { ReportedRefusals } from '../src/inbound/reported-refusals.ts';
import { DeferredDeliveries } from '../src/outbound/deferred-deliveries.ts';

/** Tests the in-memory caches of the bridge. */

describe('ReportedRefusals', () => {
  const keys = (count: number) => Array.from({ length: count }, (_, at) => `NOT_JSON m${at}`);
  const message = (id: string): Message => ({
    id,
    time: new Date(0),
    training: false,
    position: { topic: 'agency.asp.replies', partition: 0, offset: 7 },
  });

  test('reports no cause twice, and nothing after the last report of a delivery', () => {
    const refusals = new ReportedRefusals();
    expect(refusals.resolveTarget('d', message('m0'), 'NOT_JSON', 0)).toBe('read-store');
    refusals.remember('d', { reportedIssues: keys(2) }, 0);
    expect(refusals.resolveTarget('d', message('m1'), 'NOT_JSON', 0)).toBe('nobody');
    expect(refusals.resolveTarget('d', message('m1'), 'TOO_LARGE', 0)).toBe('read-store');
    expect(refusals.resolveTarget('d', message('m2'), 'NOT_JSON', 0)).toBe('read-store');
    refusals.remember('d', { reportedIssues: keys(MAX_REFUSED) }, 0);
    expect(refusals.resolveTarget('d', message('another'), 'TOO_LARGE', 0)).toBe('nobody');
    expect(refusals.resolveTarget('other', message('m1'), 'NOT_JSON', 0)).toBe('read-store');
  });

  test('reads the store once per second for an absent delivery', () => {
    const refusals = new ReportedRefusals();
    refusals.remember('d', undefined, 5_000);
    expect(refusals.resolveTarget('d', message('m'), 'NOT_JSON', 5_999)).toBe('agency');
    expect(refusals.resolveTarget('d', message('m'), 'NOT_JSON', 6_000)).toBe('read-store');
    refusals.remember('d', {}, 6_000);
    expect(refusals.resolveTarget('d', message('m'), 'NOT_JSON', 6_001)).toBe('read-store');
  });

  test('remembers 1,000 deliveries', () => {
    const refusals = new ReportedRefusals();
    for (let n = 0; n <= 1_000; n += 1) refusals.remember(`d${n}`, undefined, 0);
    const targetOf = (id: string) => refusals.resolveTarget(id, message('m'), 'NOT_JSON', 1);
    expect([targetOf('d0'), targetOf('d1')]).toEqual(['read-store', 'agency']);
  });
});

describe('DeferredDeliveries', () => {
  test('reports when a delivery is deferred and resumed, and counts in between', () => {
    const deferred = new DeferredDeliveries();
    expect(deferred.observe('a', true, 0)).toBe('deferred');
    expect(deferred.observe('a', true, 60_000)).toBeUndefined();
    expect(deferred.observe('b', false, 60_000)).toBeUndefined();
    expect(deferred.count(60_000)).toBe(1);
    expect(deferred.observe('a', false, 60_000)).toBe('resumed');
    expect(deferred.count(60_000)).toBe(0);
  });

  test('forgets a delivery not seen for ten minutes', () => {
    const deferred = new DeferredDeliveries();
    for (const id of ['a', 'b']) deferred.observe(id, true, 0);
    deferred.observe('a', true, 300_000);
    expect(deferred.count(599_999)).toBe(2);
    expect(deferred.count(600_000)).toBe(1);
    expect(deferred.count(900_000)).toBe(0);
  });

  test('counts 10,000 deliveries, and another one when one resumes', () => {
    const deferred = new DeferredDeliveries();
    for (let n = 0; n < 20_000; n += 1) deferred.observe(`d${n}`, true, 0);
    expect(deferred.count(0)).toBe(10_000);
    expect(deferred.observe('d20000', true, 0)).toBeUndefined();
    deferred.observe('d5', false, 0);
    expect(deferred.observe('d20000', true, 0)).toBe('deferred');
  });
});
