import type { BrowserServer } from 'playwright-core';
import type { Platform } from '@cups/tools/platform';

/** What setup.ts started and teardown.ts ends; jest loads the two apart, so it hangs on the process. */
export interface Running {
  platform: Platform;
  browser: BrowserServer;
  dataDir: string;
}

const key = Symbol.for('cups.e2e-desk.running');
const holder = globalThis as { [key]?: Running | undefined };

export const running = {
  set(held: Running): void {
    holder[key] = held;
  },
  take(): Running | undefined {
    const held = holder[key];
    holder[key] = undefined;
    return held;
  },
};
