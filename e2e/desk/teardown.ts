import { sharedSetup } from './shared-setup.ts';

/** jest globalTeardown: ends what setup.ts started and removes its data. */
export default async function teardown(): Promise<void> {
  const setup = sharedSetup.take();
  await setup?.browser.close();
  await setup?.testPlatform.close();
}
