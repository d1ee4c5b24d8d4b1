import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, temporaryDir, uniquePrefix } from '@cups/testing';
import { openDesk } from '@cups/tools/desk';
import type { Application, Desk } from '@cups/tools/desk';
import { filing } from '@cups/tools/filings';
import { grantMandate } from '@cups/tools/mandates';
import type { NamedMandate } from '@cups/tools/mandates';
import { SERVICES, startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadMongoose } from './budget/drivers.ts';
import type { StoreConnection } from './budget/drivers.ts';
import { findDeviations, OperationCounter } from './budget/operations.ts';
import type { Measurement } from './budget/operations.ts';

/**
 * Counts store commands, gRPC calls, Kafka requests and log lines of pairs (create and submit of a 3 KB application) on a
 * platform with TLS and users, and compares them with the table in budget/budget.ts. Counts do not depend on the machine.
 */

const PAIRS_ALONE = 6;
const IN_FLIGHT = 64;
const PAIRS_BUSY = 128;
const STORE_SERVICES = ['identity', 'intake', 'agency-bridge', 'notifications'] as const;

const { dir, remove } = temporaryDir();
const operations = join(dir, 'operations');
let platform: Platform;
let desk: Desk;
let store: StoreConnection;
let counter: OperationCounter;
/** Standing mandate of the person for whom all pairs are filed. */
let mandate: NamedMandate;

beforeAll(async () => {
  mkdirSync(operations);
  // The Kafka of all tests has no TLS and no users.
  delete process.env['KAFKA_BROKERS'];
  platform = await startPlatform({
    // The counter patches the packages of the services.
    fromSources: true,
    port: 0,
    dataDir: dir,
    prefix: uniquePrefix(),
    env: {
      OPERATIONS_DIR: operations,
      NODE_OPTIONS: `--import=${join(import.meta.dirname, 'budget/count-operations.ts')}`,
      SIMULATOR_BEHAVIOUR: '{"only":"silent"}',
      // One address plays all desks.
      RATE_LIMIT_ADDRESS_PER_MINUTE: '1000000',
      RATE_LIMIT_SESSION_PER_MINUTE: '1000000',
      MAX_IN_FLIGHT_PER_ADDRESS: '512',
    },
  });
  store = await loadMongoose().createConnection(platform.mongoUri, platform.mongoTls).asPromise();
  desk = await openDesk(platform.url, 'cu-001-specialist');
  mandate = await grantMandate(desk, filing(PERSON, 'ZQ'));
  // The first pair opens connections and fills caches.
  await filePair();
  await pairsSettled();
  counter = new OperationCounter({ operations, logs: join(dir, 'logs') });
  await nextProbes(1);
}, 150_000);
afterAll(async () => {
  await store?.close();
  // An orderly end takes long, and nothing is read afterwards.
  await Promise.all([...SERVICES.map((name) => platform?.kill(name)), platform?.local?.killKafka()]);
  await platform?.stop();
  remove();
});

const PERSON = 1;
let filed = 0;

/** Creates and submits an application of 3 KB. One applicant in three has an email address. */
async function filePair(): Promise<void> {
  filed += 1;
  const contact = filed % 3 === 0 ? { email: `person${filed}@example.org` } : { none: true };
  const body = Object.assign(filing(PERSON, 'ZQ'), { contact, mandate });
  const { kind, number, originalSeen } = body.evidence[0]!;
  for (let n = 1; JSON.stringify(body).length < 3_000; n += 1) {
    body.evidence.push({ kind: `supporting-${kind}-${n}`, number, originalSeen });
  }
  await desk.call<Application>('POST', '/applications', { body });
  await desk.call<Application>('POST', `/applications/${body.id}/submit`, { body: {} });
}

/** Waits until every filed application is delivered, its notice is sent, and all outboxes are empty. */
async function pairsSettled(): Promise<void> {
  const collection = (service: string, name: string) =>
    store.useDb(`${platform.prefix}cups-${service}`).collection(name);
  const published = { 'outbox.0': { $exists: false } };
  await eventually(
    async () => {
      const done = await Promise.all([
        collection('intake', 'applications').countDocuments({ state: 'submitted', ...published }),
        collection('agency-bridge', 'deliveries').countDocuments({ sent: true, ...published }),
        collection('notifications', 'threads').countDocuments({
          'notices.state': { $nin: ['compose', 'pending'] },
          ...published,
        }),
      ]);
      return done.every((count) => count === filed);
    },
    { timeoutMs: 30_000 },
  );
}

/**
 * Waits until every service has probed its store again. After two probes, more than a second has passed: a late operation
 * would be recorded by then.
 */
async function nextProbes(times: number): Promise<void> {
  const probes = () => STORE_SERVICES.map((service) => counter.count(service, 'store probe'));
  const before = probes();
  await eventually(() => probes().every((count, n) => count >= before[n]! + times));
}

/** Files pairs, and returns the operations of the platform until all effects are complete. */
async function measure(pairs: number, file: () => Promise<void>): Promise<Measurement> {
  counter.take();
  const startedAt = performance.now();
  await file();
  await pairsSettled();
  await nextProbes(2);
  return { counts: counter.take(), pairs, seconds: (performance.now() - startedAt) / 1000 };
}

/** Measures again after a deviation: a stall of the machine causes an operation once, a change of the code always. */
async function expectWithinBudget(kind: 'alone' | 'busy', pairs: number, file: () => Promise<void>): Promise<void> {
  const deviations = findDeviations(kind, await measure(pairs, file));
  if (deviations.length === 0) return;
  console.warn(`measuring again: ${deviations.join('\n')}`);
  expect(findDeviations(kind, await measure(pairs, file))).toEqual([]);
}

describe('operations of a pair', () => {
  test('one pair after another costs exactly its budget', async () => {
    await expectWithinBudget('alone', PAIRS_ALONE, async () => {
      for (let n = 0; n < PAIRS_ALONE; n += 1) {
        await filePair();
        await pairsSettled();
      }
    });
  });

  test('64 pairs in flight cost at most their budget', async () => {
    await expectWithinBudget('busy', PAIRS_BUSY, async () => {
      const worker = async () => {
        for (let n = 0; n < PAIRS_BUSY / IN_FLIGHT; n += 1) await filePair();
      };
      await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    });
  });
});
