import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocal } from '@cups/local';
import { runningPlatform } from './running-platform.ts';

/**
 * jest globalSetup: starts the embedded Kafka and store on free ports in a folder of their own, unless MONGODB_URI and
 * KAFKA_BROKERS say that there are some already; the test files find them in the environment.
 */
export default async function setup(): Promise<void> {
  const parts = [
    ...(process.env['MONGODB_URI'] ? [] : (['store'] as const)),
    ...(process.env['KAFKA_BROKERS'] ? [] : (['kafka'] as const)),
  ];
  if (parts.length === 0) return;
  const dataDir = await mkdtemp(join(tmpdir(), 'cups-test-'));
  // No test cuts the power of this broker, and a flush for each message would slow all of them.
  const local = await startLocal({ dataDir, parts, flush: false });
  runningPlatform.set(local, dataDir);
  if (local.mongoUri) process.env['MONGODB_URI'] = local.mongoUri;
  if (local.kafkaBrokers) process.env['KAFKA_BROKERS'] = local.kafkaBrokers;
}
