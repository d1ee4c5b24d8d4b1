import { rm } from 'node:fs/promises';
import { runningPlatform } from './running-platform.ts';

/** Jest globalTeardown: stops what setup.ts started and removes its data. */
export default async function teardown(): Promise<void> {
  const running = runningPlatform.take();
  if (!running) return;
  await running.local.stop();
  await rm(running.dataDir, { recursive: true, force: true });
}
