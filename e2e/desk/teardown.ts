import { rmSync } from 'node:fs';
import { running } from './running.ts';

/** jest globalTeardown: ends what setup.ts started and removes its data. */
export default async function teardown(): Promise<void> {
  const held = running.take();
  if (!held) return;
  await held.browser.close();
  await held.platform.stop();
  rmSync(held.dataDir, { recursive: true, force: true });
}
