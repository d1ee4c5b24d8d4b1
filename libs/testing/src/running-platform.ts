import type { LocalPlatform } from '@cups/local';

/** What setup.ts started and teardown.ts ends; jest loads the two apart, so it hangs on the process. */
const key = Symbol.for('cups.testing.local');
const holder = globalThis as { [key]?: { local: LocalPlatform; dataDir: string } };

export const runningPlatform = {
  set(local: LocalPlatform, dataDir: string): void {
    holder[key] = { local, dataDir };
  },
  take(): { local: LocalPlatform; dataDir: string } | undefined {
    const held = holder[key];
    delete holder[key];
    return held;
  },
};
