import { rm } from 'node:fs/promises';
import { runningPlatform } from './running-platform.ts';

/** Jest globalTeardown: stops what setup.ts started and removes its data. */
export default async function teardown(): Promise<void> {
  const held = runningPlatform.take();
  if (!held) return;
  await held.local.stop();
  await rm(held.dataDir, { recursive: true, force: true });
}
