import { running } from './running.ts';

/** jest globalTeardown: ends what setup.ts started and removes its data. */
export default async function teardown(): Promise<void> {
  const held = running.take();
  await held?.browser.close();
  await held?.stage.close();
}
