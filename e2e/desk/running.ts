import type { BrowserServer } from 'playwright-core';
import type { Stage } from './stage.ts';

/** What setup.ts started and teardown.ts ends; jest loads the two apart, so it hangs on the process. */
export interface Running {
  stage: Stage;
  browser: BrowserServer;
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
