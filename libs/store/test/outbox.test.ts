import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startLocal } from '@cups/local';
import { eventually, captureLog, captureMetrics, testInfrastructure } from '@cups/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '@cups/contracts';
import {
  openStore,
  startRelay,
  startTimers,
  type Documents,
  type PublishResult,
  type Relay,
  type RelayOptions,
  type Store,
  type StoredDocument,
} from '../src/index.ts';

interface Case extends StoredDocument {
  state: string;
}

const { mongoUri } = testInfrastructure();
const { log } = captureLog();
let database: string;
let stores: Store[] = [];
let relays: Relay[] = [];

beforeEach(() => {
  database = `t${randomUUID().slice(0, 8)}-cups-cases`;
});
afterEach(async () => {
  for (const relay of relays) await relay.stop();
  for (const store of stores) await store.close();
  relays = [];
  stores = [];
});

const scope = 'service';
/** Also while sweeps are slow, as on a busy machine. */
const FREQUENT_SWEEPS = { sweepIntervalMs: 20, maxSweepIntervalMs: 20, minAgeMs: 0 };
/** Opens a store as a separate process would. */
async function open(): Promise<Documents<Case>> {
  const store = openStore({ uri: mongoUri, database, log });
  stores.push(store);
  const cases = store.documents<Case>({
    collection: 'cases',
    schema: { state: String },
    indexes: [],
    schemaVersion: 1,
    existsReason: 'ALREADY_EXISTS' as const,
  });
  await eventually(() => store.ready());
  return cases;
}

const relay = (
  documents: Documents<Case>,
  publish: RelayOptions['publish'],
  more: Partial<RelayOptions> = {},
): Relay => {
  const started = startRelay({ now: () => new Date(), documents: [documents], publish, log, ...more });
  relays.push(started);
  return started;
};

/** A topic in memory. */
function topic(
  fate: (entries: StoredEvent[]) => Partial<PublishResult> | Promise<Partial<PublishResult>> = () => ({}),
) {
  const entries: StoredEvent[] = [];
  const publish = async (given: StoredEvent[]): Promise<PublishResult> => {
    const result = { rejected: [], later: [], ...(await fate(given)) };
    const not = new Set([...result.rejected.map(({ entry }) => entry), ...result.later]);
    entries.push(...given.filter((entry) => !not.has(entry)));
    return result;
  };
  const sequences = (subject: string) => entries.filter((one) => one.subject === subject).map(({ n }) => n);
  return { entries, publish, sequences };
}

const event = (id: string) => ({
  topic: 'cups.cases',
  key: id,
  type: 'Changed',
  subject: id,
  data: Buffer.alloc(10),
  sequenced: true,
});
const create = (cases: Documents<Case>, id: string) =>
  cases.create({ _id: id, state: 'queued' }, { scope, cause: {}, events: [event(id)], now: new Date() });
const change = (cases: Documents<Case>, id: string, state = 'changed') =>
  cases.update(id, { scope, cause: {}, now: new Date() }, (one) => ({
    document: { ...one, state },
    events: [event(id)],
  }));
const waitUntilEmpty = (cases: Documents<Case>) =>
  eventually(async () => (await cases.find({ 'outbox.0': { $exists: true } }, { scope })).length === 0);
/** Returns the value of a metric in a scrape, or undefined. */
const readMetric = (scrape: string, metric: string): number | undefined => {
  const found = new RegExp(`^${metric}\\{[^}]*\\} (.+)$`, 'm').exec(scrape);
  return found ? Number(found[1]) : undefined;
};
/** Removes duplicates. */
const removeDuplicates = (numbers: number[]) => numbers.filter((n, index) => numbers.indexOf(n) === index);
const createRange = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('listJournalStreams', () => {
  const entry = { ...event('a'), topic: 'cups.journal.cases', sequenced: 'journal' as const };
  const record = (cases: Documents<Case>, _id: string, entries: number) =>
    cases.create(
      { _id, state: 'queued' },
      { scope, cause: {}, events: [event(_id), ...Array.from({ length: entries }, () => entry)], now: new Date() },
    );

  test('lists the documents with entries in pages, and counts entries that Kafka has not acknowledged', async () => {
    const cases = await open();
    await record(cases, 'a', 2);
    await record(cases, 'b', 0);
    await record(cases, 'c', 1);
    expect(await cases.listJournalStreams('', 1)).toEqual([{ id: 'a', lastSequence: 2, pending: 2 }]);
    expect(await cases.listJournalStreams('a', 5)).toEqual([{ id: 'c', lastSequence: 1, pending: 1 }]);
    const { publish, entries } = topic();
    relay(cases, publish);
    await waitUntilEmpty(cases);
    expect(await cases.listJournalStreams('', 5)).toEqual([
      { id: 'a', lastSequence: 2, pending: 0 },
      { id: 'c', lastSequence: 1, pending: 0 },
    ]);
    expect(entries.filter(({ topic: name }) => name === entry.topic).map(({ sequence }) => sequence)).toEqual([
      1, 2, 1,
    ]);
  });
});

describe('startRelay', () => {
  test('lets entries for the journal wait for the next event, at most half a second', async () => {
    const cases = await open();
    const batches: string[][] = [];
    const { publish } = topic((entries) => {
      batches.push(entries.map(({ topic: name }) => name));
      return {};
    });
    relay(cases, publish);
    const record = (_id: string) => {
      const entry = { ...event(_id), topic: 'cups.journal.cases', sequenced: 'journal' as const };
      return cases.create({ _id, state: 'read' }, { scope, cause: {}, events: [entry], now: new Date() });
    };
    // The first sweep is over then.
    await create(cases, 'first');
    await waitUntilEmpty(cases);
    batches.length = 0;
    await record('a');
    await record('b');
    await create(cases, 'c');
    await waitUntilEmpty(cases);
    await record('d');
    await waitUntilEmpty(cases);
    expect(batches).toEqual([['cups.journal.cases', 'cups.journal.cases', 'cups.cases'], ['cups.journal.cases']]);
  });

  test('publishes each commit once, in order, and empties the outbox', async () => {
    const cases = await open();
    const { publish, entries, sequences } = topic();
    relay(cases, publish);
    await create(cases, 'a');
    for (let round = 0; round < 5; round += 1) await change(cases, 'a');
    await waitUntilEmpty(cases);
    expect(sequences('a')).toEqual(createRange(6));
    expect(entries).toHaveLength(6);
    expect(await cases.get('a', { scope })).toMatchObject({ revision: 6, eventSeq: 6, outboxSeq: 6, outbox: [] });
  });

  test('has one batch in flight, with many documents', async () => {
    const cases = await open();
    let inFlight = 0;
    let most = 0;
    const sizes: number[] = [];
    const { publish } = topic(async (entries) => {
      most = Math.max(most, (inFlight += 1));
      sizes.push(new Set(entries.map(({ subject }) => subject)).size);
      await new Promise((resolve) => setImmediate(resolve));
      inFlight -= 1;
      return {};
    });
    await Promise.all(Array.from({ length: 300 }, (_, index) => create(cases, `m${index}`)));
    relay(cases, publish);
    await waitUntilEmpty(cases);
    expect(most).toBe(1);
    expect(Math.max(...sizes)).toBeGreaterThan(50);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(200);
  });

  test('collects the events of commits in quick succession', async () => {
    const cases = await open();
    const starts: number[] = [];
    const { publish, entries } = topic(() => {
      starts.push(performance.now());
      return {};
    });
    relay(cases, publish);
    await create(cases, 'quick');
    await eventually(() => entries.length === 1);
    // Announces commits itself: those of a busy machine do not follow each other quickly.
    for (let n = 1; n < 40; n += 1) {
      for (const announce of cases.internals.outboxListeners) announce(`quick${n}`, [entries[0]!]);
      await pause(1);
    }
    await eventually(() => entries.length === 40);
    // Four batches at once, and then one every 20 ms. A timer of Node may fire some milliseconds early.
    expect((starts.length - 4) * 20).toBeLessThanOrEqual(starts.at(-1)! - starts[0]! + 10);
  });

  test('publishes what another process committed without publishing', async () => {
    const dead = await open();
    await create(dead, 'left');
    await change(dead, 'left');
    await stores[0]?.close();
    const { publish, sequences } = topic();
    const cases = await open();
    relay(cases, publish);
    await waitUntilEmpty(cases);
    expect(sequences('left')).toEqual([1, 2]);
  });

  test('sweeps what another process leaves at run time', async () => {
    const cases = await open();
    const { publish, sequences } = topic();
    relay(cases, publish, FREQUENT_SWEEPS);
    const silent = await open();
    await create(silent, 'late');
    await waitUntilEmpty(cases);
    expect(removeDuplicates(sequences('late'))).toEqual([1]);
  });

  test('loses and reorders nothing with two relays and two writers on a collection', async () => {
    const [one, two] = [await open(), await open()];
    const { publish, sequences } = topic(async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
      return {};
    });
    relay(one, publish, FREQUENT_SWEEPS);
    relay(two, publish, FREQUENT_SWEEPS);
    const ids = Array.from({ length: 8 }, (_, index) => `d${index}`);
    await Promise.all(
      ids.map(async (id) => {
        await create(one, id);
        for (let round = 0; round < 15; round += 1) await change(round % 2 ? one : two, id);
      }),
    );
    await waitUntilEmpty(one);
    for (const id of ids) expect(removeDuplicates(sequences(id))).toEqual(createRange(16));
  });

  test('keeps everything while the broker is unavailable and drains it later', async () => {
    const cases = await open();
    let isUnavailable = true;
    const { publish, entries } = topic(() => {
      if (isUnavailable) throw new Error('no broker');
      return {};
    });
    relay(cases, publish);
    await Promise.all(Array.from({ length: 50 }, (_, index) => create(cases, `k${index}`)));
    await change(cases, 'k0');
    expect(await cases.find({ 'outbox.0': { $exists: true } }, { scope })).toHaveLength(50);
    isUnavailable = false;
    await waitUntilEmpty(cases);
    expect(entries).toHaveLength(51);
  });

  test('removes only what was acknowledged', async () => {
    const cases = await open();
    const holding = topic((entries) => ({ later: entries.filter(({ n }) => n > 1) }));
    await create(cases, 'half');
    await change(cases, 'half');
    const first = relay(cases, holding.publish);
    const partial = await eventually(async () => {
      const found = await cases.get('half', { scope });
      return found?.outbox.length === 1 && found;
    });
    expect(partial.outbox[0]?.n).toBe(2);
    await first.stop();
    const rest = topic();
    relay(cases, rest.publish);
    await waitUntilEmpty(cases);
    expect([...holding.sequences('half'), ...rest.sequences('half')]).toEqual([1, 2]);
  });

  test('retries what cannot be sent yet without delaying other documents', async () => {
    const cases = await open();
    let missing = true;
    const { publish, sequences } = topic((entries) => ({
      later: entries.filter(({ subject }) => missing && subject === 'early'),
    }));
    relay(cases, publish);
    await create(cases, 'early');
    await create(cases, 'other');
    await eventually(() => sequences('other').length === 1);
    expect(sequences('early')).toEqual([]);
    missing = false;
    await waitUntilEmpty(cases);
    expect(sequences('early')).toEqual([1]);
  });

  test('reports the age of the oldest event while Kafka is unavailable', async () => {
    const cases = await open();
    const { metrics, text } = captureMetrics();
    let isUnavailable = true;
    const { publish } = topic(() => {
      if (isUnavailable) throw new Error('no broker');
      return {};
    });
    await create(cases, 'old');
    const inOneHour = () => new Date(Date.now() + 3_600_000);
    relay(cases, publish, { metrics, now: inOneHour });
    const readAge = async () => readMetric(await text(), 'outbox_oldest_event_age_seconds');
    await eventually(async () => ((await readAge()) ?? 0) >= 3_600);
    expect(await readAge()).toBeLessThan(3_660);
    isUnavailable = false;
    await waitUntilEmpty(cases);
    expect(await readAge()).toBe(0);
  });

  test('reports acknowledged events immediately, not earlier', async () => {
    const cases = await open();
    const acknowledged: number[] = [];
    let isUnavailable = true;
    const { publish } = topic((entries) => {
      if (isUnavailable) throw new Error('no broker');
      return { later: entries.filter(({ n }) => n > 1) };
    });
    await create(cases, 'half');
    await change(cases, 'half');
    relay(cases, publish, { acknowledged: (entries) => acknowledged.push(...entries.map(({ n }) => n)) });
    await create(cases, 'other');
    expect(acknowledged).toEqual([]);
    isUnavailable = false;
    await eventually(async () => (await cases.get('half', { scope }))?.outbox.length === 1);
    expect(acknowledged).toEqual([1, 1]);
  });

  test('drains a backlog larger than its memory limit', async () => {
    const cases = await open();
    let isUnavailable = true;
    const { publish, entries } = topic(() => {
      if (isUnavailable) throw new Error('no broker');
      return {};
    });
    relay(cases, publish);
    await Promise.all(Array.from({ length: 1_300 }, (_, index) => create(cases, `b${index}`)));
    isUnavailable = false;
    await waitUntilEmpty(cases);
    expect(new Set(entries.map(({ subject }) => subject)).size).toBe(1_300);
  });

  test('keeps batches below the broker limit, also for one document', async () => {
    const cases = await open();
    const sizes: number[] = [];
    const { publish, sequences } = topic((entries) => {
      sizes.push(entries.reduce((sum, { data }) => sum + data.length, 0));
      return {};
    });
    const large = { ...event('big'), data: Buffer.alloc(60_000) };
    await cases.create(
      { _id: 'big', state: 'queued' },
      { scope, cause: {}, events: Array(20).fill(large) as (typeof large)[], now: new Date() },
    );
    relay(cases, publish);
    await waitUntilEmpty(cases);
    expect(sequences('big')).toEqual(createRange(20));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(512 * 1024);
  });

  test('isolates a document with a rejected event and publishes others', async () => {
    const cases = await open();
    const { metrics, text } = captureMetrics();
    let refusing = true;
    const { publish, sequences } = topic((entries) => ({
      rejected: entries
        .filter(({ subject, n }) => refusing && subject === 'bad' && n === 2)
        .map((entry) => ({ entry, cause: 'MESSAGE_TOO_LARGE' })),
    }));
    await create(cases, 'bad');
    await change(cases, 'bad');
    relay(cases, publish, { metrics, ...FREQUENT_SWEEPS });
    await eventually(async () => (await cases.get('bad', { scope }))?.outboxBlocked !== undefined);
    const readBlocked = async () => readMetric(await text(), 'outbox_documents_blocked');
    await eventually(async () => (await readBlocked()) === 1);
    await change(cases, 'bad');
    await create(cases, 'good');
    await eventually(() => sequences('good').length === 1);
    const blockedDocument = await eventually(async () => {
      const found = await cases.get('bad', { scope });
      return found?.outbox.length === 2 && found;
    });
    expect(blockedDocument.outboxBlocked).toMatchObject({ cause: 'MESSAGE_TOO_LARGE' });
    expect(sequences('bad')).toEqual([1]);
    refusing = false;
    await cases.unblock('bad', { scope });
    await waitUntilEmpty(cases);
    expect(removeDuplicates(sequences('bad'))).toEqual([1, 2, 3]);
    // The next sweep reports it, which may be late on a busy machine.
    await eventually(async () => (await readBlocked()) === 0, { timeoutMs: 60_000 });
  }, 90_000);

  test('sets afterPublish fields in the cleanup write if the filter matches', async () => {
    const cases = await open();
    const { publish } = topic();
    await create(cases, 'marked');
    await create(cases, 'moved');
    await change(cases, 'moved', 'answered');
    relay(cases, publish, { afterPublish: () => ({ state: 'sent' }), onlyWhere: { state: 'queued' } });
    await waitUntilEmpty(cases);
    expect(await cases.get('marked', { scope })).toMatchObject({ state: 'sent', revision: 1 });
    expect(await cases.get('moved', { scope })).toMatchObject({ state: 'answered', revision: 2 });
  });

  test('drains within its bound and returns false otherwise', async () => {
    const cases = await open();
    const { publish, entries } = topic();
    const working = relay(cases, publish);
    await create(cases, 'last');
    expect(await working.drain()).toBe(true);
    expect(entries).toHaveLength(1);
    expect((await cases.get('last', { scope }))?.outbox).toEqual([]);
    await working.stop();
    const broken = relay(cases, () => Promise.reject(new Error('no broker')));
    await change(cases, 'last');
    expect(await broken.drain(100)).toBe(false);
  });
});

describe('startTimers', () => {
  test('claims a due timer once across two pollers, and again after a failure', async () => {
    const [one, two] = [await open(), await open()];
    const ids = Array.from({ length: 20 }, (_, index) => `t${index}`);
    for (const _id of ids) {
      await one.create(
        { _id, state: 'queued', timer: { kind: 'expiry', due: new Date(Date.now() - 1_000) } },
        { scope, cause: {}, events: [], now: new Date() },
      );
    }
    await one.create(
      { _id: 'later', state: 'queued', timer: { kind: 'expiry', due: new Date(Date.now() + 3_600_000) } },
      { scope, cause: {}, events: [], now: new Date() },
    );
    const calls: string[] = [];
    let failed = false;
    const start = (documents: Documents<Case>) =>
      startTimers({
        documents,
        pollMs: 20,
        // Longer than a write takes on a busy machine; otherwise a second claim is correct.
        leaseMs: 3_000,
        now: () => new Date(),
        due: async (id, kind) => {
          calls.push(`${id} ${kind}`);
          if (id === 't7' && !failed) {
            failed = true;
            throw new Error('not now');
          }
          await documents.update(id, { scope, cause: {}, now: new Date() }, (document) => ({
            document: { ...document, state: 'expired', timer: null },
            events: [],
          }));
        },
      });
    const pollers = [start(one), start(two)];
    await eventually(async () => (await one.find({ state: 'expired' }, { scope })).length === 20, {
      timeoutMs: 60_000,
    });
    for (const poller of pollers) await poller.stop();
    expect(calls.filter((call) => call === 't7 expiry')).toHaveLength(2);
    expect(calls.filter((call) => call !== 't7 expiry').sort()).toEqual(
      ids
        .filter((id) => id !== 't7')
        .map((id) => `${id} expiry`)
        .sort(),
    );
  }, 90_000);
});

test('survives an outage between an acknowledgement and its cleanup', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cups-outbox-'));
  const local = await startLocal({ dataDir, parts: ['store'] });
  const store = openStore({ uri: local.mongoUri, database, log });
  stores.push(store);
  const cases = store.documents<Case>({
    collection: 'cases',
    schema: { state: String },
    indexes: [],
    schemaVersion: 1,
    existsReason: 'ALREADY_EXISTS' as const,
  });
  await eventually(() => store.ready());
  const killed: StoredEvent[][] = [];
  relay(cases, async (entries) => {
    await local.killStore();
    // The driver must detect the outage first, so that the cleanup fails immediately.
    await eventually(() => !store.ready());
    killed.push(entries);
    return { rejected: [] };
  });
  const event = {
    ...{ topic: 'cups.cases', key: 'a', type: 'cups.cases.v1.Opened', subject: 'cases/a' },
    ...{ data: Buffer.from('x'), sequenced: true },
  };
  await cases.create({ _id: 'a', state: 'open' }, { scope, cause: {}, events: [event], now: new Date() });
  await eventually(() => killed.length === 1);
  await local.restartStore();
  await eventually(async () => (await cases.get('a', { scope }).catch(() => undefined))?.outbox.length === 0, {
    timeoutMs: 20_000,
  });
  expect(killed.length).toBe(1);
  await store.close();
  await local.stop();
  rmSync(dataDir, { recursive: true, force: true });
}, 60_000);
