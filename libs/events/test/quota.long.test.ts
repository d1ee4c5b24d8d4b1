import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { startLocal, type LocalPlatform } from '@cups/local';
import { eventually, temporaryDir } from '@cups/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CompressionTypes } from 'kafkajs';
import {
  AGENCY_QUOTA,
  connectKafka,
  ensureTopics,
  ensureUsers,
  buildPrincipals,
  type KafkaAccess,
} from '../src/index.ts';
import { canSignIn } from '../src/administrator.ts';

/** Measures what Kafka accepts from a flooding agency by its log, as the quota does. */

const FLOODERS = { asp: CompressionTypes.None, mai: CompressionTypes.GZIP };
const agencies = Object.keys(FLOODERS);
const CONNECTIONS = 4;
const FLOOD_MS = 12_500;
const LONGEST_MS = 60_000;
const folder = temporaryDir();
let local: LocalPlatform;
let brokers: string[];
let accessOf: (agency: string) => KafkaAccess;

beforeAll(async () => {
  local = await startLocal({ dataDir: folder.dir, parts: ['kafka'], secure: true });
  brokers = local.kafkaBrokers.split(',');
  const { caFile, admin } = local.secure!;
  const ca = () => readFileSync(caFile, 'utf8');
  const access = { ca, username: admin.username, password: () => admin.password };
  await ensureTopics({ brokers, access, prefix: '', partitions: 3, agencies });
  const principals = buildPrincipals('', { agencies, simulated: [] });
  accessOf = (agency) => ({ ca, username: `agency.${agency}`, password: () => 'secret' });
  // A broker receives the controller's changes with a delay.
  await eventually(
    async () => {
      const settled = await ensureUsers({ brokers, access, principals, passwordOf: () => 'secret' });
      const signedIn = await Promise.all(agencies.map((agency) => canSignIn(brokers, accessOf(agency))));
      return settled.every(({ given, quotaChanged }) => given.length === 0 && !quotaChanged) && signedIn.every(Boolean);
    },
    { timeoutMs: 60_000 },
  );
}, 150_000);
afterAll(async () => {
  await local.stop();
  folder.remove();
});

/** Sends batches of 900 KB until stopped. Gzip leaves three quarters of them. */
async function flood(agency: keyof typeof FLOODERS, ends: AbortSignal): Promise<void> {
  const producer = connectKafka(brokers, 'flood', accessOf(agency)).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const messages = Array.from({ length: 30 }, (_, at) => {
    return { partition: at % 3, value: randomBytes(22_500).toString('base64') };
  });
  while (!ends.aborted) {
    await producer.send({ topic: `agency.${agency}.replies`, compression: FLOODERS[agency], messages });
  }
  await producer.disconnect();
}

/** Returns the bytes that Kafka has of an agency. */
function countLoggedBytes(agency: string): number {
  const root = join(folder.dir, 'kafka');
  const partitions = readdirSync(root).filter((name) => name.startsWith(`agency.${agency}.replies-`));
  const files = partitions.flatMap((name) => readdirSync(join(root, name)).map((file) => join(root, name, file)));
  return files.filter((file) => file.endsWith('.log')).reduce((sum, file) => sum + statSync(file).size, 0);
}

/** Returns the maximum within any ten seconds. Pure. @param samples time (ms) and bytes so far */
function maxInTenSeconds(samples: readonly (readonly [number, number])[]): number {
  const within = samples.map(([time, bytes]) => {
    const last = samples.findLast(([later]) => later <= time + 10_000);
    return (last?.[1] ?? bytes) - bytes;
  });
  return Math.max(...within);
}

test('limits a flooding agency to twice its quota in any ten seconds', async () => {
  const ends = new AbortController();
  const senders = agencies.flatMap((agency) =>
    Array.from({ length: CONNECTIONS }, () => flood(agency as keyof typeof FLOODERS, ends.signal)),
  );
  const quota = 10 * AGENCY_QUOTA.producerBytesPerSecond;
  const samples = new Map<string, (readonly [number, number])[]>(agencies.map((agency) => [agency, []]));
  const hasFlooded = (agency: string) => (samples.get(agency)?.at(-1)?.[1] ?? 0) > quota;
  const startedAt = Date.now();
  // A flood takes time to build up on a busy machine.
  while (Date.now() - startedAt < FLOOD_MS || (!agencies.every(hasFlooded) && Date.now() - startedAt < LONGEST_MS)) {
    for (const [agency, agencySamples] of samples) agencySamples.push([Date.now(), countLoggedBytes(agency)]);
    await after(100);
  }
  ends.abort();
  await Promise.all(senders);
  const times = [...samples].map(([agency, agencySamples]) => ({
    agency,
    times: maxInTenSeconds(agencySamples) / quota,
  }));
  expect(agencies.filter(hasFlooded)).toEqual(agencies);
  expect(times.filter((one) => one.times > 2)).toEqual([]);
}, 120_000);
