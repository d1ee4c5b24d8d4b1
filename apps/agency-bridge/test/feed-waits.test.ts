import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createMetrics } from '@cups/process';
import { eventually } from '@cups/testing';
import { FeedWaits } from '../src/pull/feed-waits.ts';

/** Reads that wait for a message, on a feed of the test. */

const NEVER = new AbortController().signal;
/** Longer than a test may last. */
const LONG = 120_000;

let metrics: ReturnType<typeof createMetrics>;
let positions: Map<string, number>;
let lookups: string[];
let isUnavailable: boolean;
const opened: FeedWaits[] = [];
beforeEach(() => {
  metrics = createMetrics('agency-bridge');
  positions = new Map();
  lookups = [];
  isUnavailable = false;
});
afterEach(() => Promise.all(opened.splice(0).map((waits) => waits.stop())));

/** @param everyMs so long that only a wake finds an entry, unless the test says otherwise */
function open(everyMs = LONG): FeedWaits {
  const newest = (agency: string): Promise<number> => {
    lookups.push(agency);
    return isUnavailable ? Promise.reject(new Error('no store')) : Promise.resolve(positions.get(agency) ?? 0);
  };
  const waits = new FeedWaits({ feeds: { newest }, metrics, everyMs });
  opened.push(waits);
  return waits;
}
const wait = (waits: FeedWaits, agency = 'arhiva', { after = 0, maxMs = LONG, signal = NEVER } = {}) =>
  waits.untilAdded(agency, after, { maxMs, signal });

async function valueOf(line: RegExp): Promise<number> {
  const found = (await metrics.registry.metrics()).split('\n').find((one) => line.test(one));
  return Number(found?.split(' ').at(-1) ?? 0);
}
const waiting = (agency: string) => valueOf(new RegExp(`^agency_feed_waits\\{[^}]*agency="${agency}"`));
const ended = (outcome: string) => valueOf(new RegExp(`^agency_feed_waits_ended_total\\{[^}]*outcome="${outcome}"`));

describe('a wait', () => {
  test('ends when this process adds an entry, and only those that it concerns', async () => {
    const waits = open();
    const [own, later, other] = [wait(waits), wait(waits, 'arhiva', { after: 5 }), wait(waits, 'agentia')];
    expect([await waiting('arhiva'), await waiting('agentia')]).toEqual([2, 1]);
    positions.set('arhiva', 5);
    waits.wake(['arhiva', 'without-waits']);
    await own;
    expect([await waiting('arhiva'), await waiting('agentia')]).toEqual([1, 1]);
    expect(lookups).not.toContain('without-waits');
    await waits.stop();
    await Promise.all([later, other]);
    expect([await ended('added'), await ended('stopped')]).toEqual([1, 2]);
  });

  test('ends when another replica has added an entry', async () => {
    const waits = open(20);
    const all = [wait(waits), wait(waits), wait(waits)];
    positions.set('arhiva', 1);
    await Promise.all(all);
    expect([await ended('added'), await waiting('arhiva')]).toEqual([3, 0]);
  });

  test('ends immediately for an entry that was added before it began', async () => {
    positions.set('arhiva', 7);
    await wait(open(), 'arhiva', { after: 6 });
    expect(await ended('added')).toBe(1);
  });

  test('ends when its time is over', async () => {
    await wait(open(), 'arhiva', { maxMs: 1 });
    expect([await ended('timeout'), await waiting('arhiva')]).toEqual([1, 0]);
  });

  test('ends when its call is cancelled, and before it begins for a cancelled call', async () => {
    const waits = open();
    const controller = new AbortController();
    const cancelled = wait(waits, 'arhiva', { signal: controller.signal });
    controller.abort();
    await cancelled;
    await wait(waits, 'arhiva', { signal: controller.signal });
    expect([await ended('cancelled'), await waiting('arhiva')]).toEqual([2, 0]);
  });

  test('survives a store that is unavailable', async () => {
    const waits = open(20);
    isUnavailable = true;
    const own = wait(waits);
    const before = lookups.length;
    await eventually(() => lookups.length > before + 1);
    expect(await waiting('arhiva')).toBe(1);
    isUnavailable = false;
    positions.set('arhiva', 1);
    await own;
    expect(await ended('added')).toBe(1);
  });
});

describe('the limits', () => {
  test('let four waits of one agency pass, and a place is free again after a cancelled call', async () => {
    const waits = open();
    const controller = new AbortController();
    const cancelled = wait(waits, 'arhiva', { signal: controller.signal });
    const others = [wait(waits), wait(waits), wait(waits)];
    await wait(waits);
    expect([await ended('limit'), await waiting('arhiva')]).toEqual([1, 4]);
    controller.abort();
    await cancelled;
    others.push(wait(waits));
    expect([await ended('limit'), await waiting('arhiva')]).toEqual([1, 4]);
    await waits.stop();
    await Promise.all(others);
  });

  test('let 200 waits of a process pass', async () => {
    const waits = open();
    const all = Array.from({ length: 200 }, (_, n) => wait(waits, `agency-${Math.floor(n / 4)}`));
    await wait(waits);
    expect(await ended('limit')).toBe(1);
    await waits.stop();
    await Promise.all(all);
    expect(await ended('stopped')).toBe(200);
  });

  test('let none pass once the process stops', async () => {
    const waits = open();
    await waits.stop();
    await wait(waits);
    expect(await ended('stopped')).toBe(1);
  });
});
