import type { BrowserServer } from 'playwright-core';
import type { TestPlatform } from './test-platform.ts';

/** Started by setup.ts, ended by teardown.ts. jest loads them apart, so the value hangs on the global object. */
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
