import { rm } from 'node:fs/promises';
import { running } from './running.ts';

/** jest globalTeardown: ends what setup.ts started and removes its data. */
export default async function teardown(): Promise<void> {
  const held = running.take();
  if (!held) return;
  await held.local.stop();
  await rm(held.dataDir, { recursive: true, force: true });
}
