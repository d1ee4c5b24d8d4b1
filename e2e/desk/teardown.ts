import { sharedSetup } from './shared-setup.ts';

/** jest globalTeardown: stops the platform and the browser. */
export default async function teardown(): Promise<void> {
  const setup = sharedSetup.take();
  await setup?.browser.close();
  await setup?.testPlatform.close();
}
