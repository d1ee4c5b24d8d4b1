import type { BrowserServer } from 'playwright-core';
import type { TestPlatform } from './test-platform.ts';

/** What setup.ts started and teardown.ts ends; jest loads the two apart, so it hangs on the process. */
export interface SharedSetup {
  testPlatform: TestPlatform;
  browser: BrowserServer;
}

const key = Symbol.for('cups.e2e-desk.running');
const holder = globalThis as { [key]?: SharedSetup | undefined };

export const sharedSetup = {
  set(setup: SharedSetup): void {
    holder[key] = setup;
  },
  take(): SharedSetup | undefined {
    const setup = holder[key];
    holder[key] = undefined;
    return setup;
  },
};
