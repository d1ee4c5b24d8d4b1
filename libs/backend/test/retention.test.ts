import { expect, test } from '@jest/globals';
import { captureLog, captureMetrics, eventually } from '@cups/testing';
import { startRetention } from '../src/retention.ts';
import type { RetentionSweep } from '../src/retention.ts';

const DAY_MS = 86_400_000;
const now = new Date('2026-06-01T00:00:00Z');

/** Starts sweeps beside a captured log. */
function start(sweeps: RetentionSweep[], isConfirmed = true) {
  const log = captureLog('agency-bridge');
  const { metrics, text } = captureMetrics('agency-bridge');
  const stops: (() => unknown)[] = [];
  const onShutdown = (_stage: string, stop: () => unknown) => void stops.push(stop);
  const backend = { log: log.log, metrics, now: () => now, onShutdown };
  startRetention(backend, { isConfirmed, sweeps, everyMs: 20 });
  return { log, text, stop: () => Promise.all(stops.map((stop) => stop())) };
}

/** A sweep over rows whose terms have ended. */
function sweepOf(category: RetentionSweep['category'], rows: number) {
  const calls: { before: Date; limit: number }[] = [];
  const end = (before: Date, limit: number) => {
    calls.push({ before, limit });
    const count = Math.min(rows, limit);
    rows -= count;
    return Promise.resolve(count);
  };
  return { calls, sweep: { category, termMs: 30 * DAY_MS, end } };
}

test('ends data in batches until nothing is left, and counts them', async () => {
  const { calls, sweep } = sweepOf('parked-events', 450);
  const { log, text, stop } = start([sweep]);
  await eventually(() => log.lines.some(({ event }) => event === 'data-ended'));
  await stop();
  expect(calls.slice(0, 3).map(({ limit }) => limit)).toEqual([200, 200, 200]);
  expect(calls[0]!.before).toEqual(new Date('2026-05-02T00:00:00Z'));
  expect(log.lines).toContainEqual(expect.objectContaining({ event: 'data-ended', code: 'parked-events', count: 450 }));
  expect(await text()).toMatch(/retention_ended_total\{[^}]*category="parked-events"[^}]*\} 450/);
  expect(await text()).toMatch(/retention_confirmed\{[^}]*\} 1/);
});

test('continues with the other categories after a failure, which is counted', async () => {
  const failing = { category: 'mandates' as const, termMs: 0, end: () => Promise.reject(new Error('no store')) };
  const { sweep } = sweepOf('refused-messages', 1);
  const { log, text, stop } = start([failing, sweep]);
  await eventually(() => log.lines.some(({ event }) => event === 'data-ended'));
  await stop();
  expect(log.lines).toContainEqual(expect.objectContaining({ event: 'retention-sweep-failed', code: 'mandates' }));
  expect(await text()).toMatch(/retention_failures_total\{[^}]*category="mandates"[^}]*\}/);
});

test('ends nothing until the terms are confirmed, and says so', async () => {
  const { calls, sweep } = sweepOf('parked-events', 1);
  const { log, text, stop } = start([sweep], false);
  await stop();
  expect(calls).toEqual([]);
  expect(log.lines).toContainEqual(expect.objectContaining({ event: 'retention-unconfirmed' }));
  expect(await text()).toMatch(/retention_confirmed\{[^}]*\} 0/);
});
