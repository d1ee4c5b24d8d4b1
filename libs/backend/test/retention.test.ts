import { expect, test } from '@jest/globals';
import { openStore } from '@cups/store';
import { captureLog, captureMetrics, eventually, testInfrastructure } from '@cups/testing';
import { openEndedRows } from '../src/ended-rows.ts';
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
  const recorded: [string, number][] = [];
  const endedRows = {
    record(category: string, count: number) {
      recorded.push([category, count]);
      return Promise.resolve();
    },
  };
  const backend = { log: log.log, metrics, now: () => now, onShutdown, endedRows };
  startRetention(backend, { isConfirmed, sweeps, everyMs: 20 });
  return { log, text, recorded, stop: () => Promise.all(stops.map((stop) => stop())) };
}

/** A sweep over rows whose terms have ended. */
function sweepOf(category: RetentionSweep['category'], rows: number) {
  const calls: { before: Date; limit: number }[] = [];
  const end: RetentionSweep['end'] = async (before, limit, announce) => {
    calls.push({ before, limit });
    const count = Math.min(rows, limit);
    if (count > 0) await announce(count);
    rows -= count;
    return count;
  };
  return { calls, sweep: { category, termMs: 30 * DAY_MS, end } };
}

test('ends data in batches until nothing is left, and counts and records each', async () => {
  const { calls, sweep } = sweepOf('parked-events', 450);
  const { log, text, recorded, stop } = start([sweep]);
  await eventually(() => log.lines.some(({ event }) => event === 'data-ended'));
  await stop();
  expect(recorded).toEqual([200, 200, 50].map((count) => ['parked-events', count]));
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

test('a record of removed rows commits its entry for the journal in the same write', async () => {
  const { mongoUri: uri, prefix } = testInfrastructure();
  const store = openStore({ uri, database: `${prefix}cups-intake`, log: captureLog('intake').log });
  const endedRows = openEndedRows(store, 'intake');
  await eventually(() => store.ready());
  await endedRows.record('access-log', 7, now);
  const [row] = await store
    .collection<{ _id: string; category: string; count: number; outbox: object[] }>('endedRows')
    .find({})
    .toArray();
  await store.close();
  expect(row).toMatchObject({
    category: 'access-log',
    count: 7,
    journalSeq: 1,
    outbox: [{ topic: 'cups.journal.intake', type: 'cups.journal.v1.EntryRecorded' }],
  });
});
