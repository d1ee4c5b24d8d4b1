import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocal } from '@cups/local';
import { runningPlatform } from './running-platform.ts';

/**
 * Jest globalSetup: starts embedded Kafka and store on free ports in a temporary folder, and sets MONGODB_URI and
 * KAFKA_BROKERS. Skips a part whose variable is already set.
 */
export default async function setup(): Promise<void> {
  const parts = [
    ...(process.env['MONGODB_URI'] ? [] : (['store'] as const)),
    ...(process.env['KAFKA_BROKERS'] ? [] : (['kafka'] as const)),
  ];
  if (parts.length === 0) return;
  const dataDir = await mkdtemp(join(tmpdir(), 'cups-test-'));
  // Tests do not cut the power of this broker, and a flush per message would slow them down.
  const local = await startLocal({ dataDir, parts, flush: false });
  runningPlatform.set(local, dataDir);
  if (local.mongoUri) process.env['MONGODB_URI'] = local.mongoUri;
  if (local.kafkaBrokers) process.env['KAFKA_BROKERS'] = local.kafkaBrokers;
}
