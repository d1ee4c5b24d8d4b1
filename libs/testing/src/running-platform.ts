import type { LocalPlatform } from '@cups/local';

/**
 * Shared by setup.ts and teardown.ts. Jest loads them separately, so the state is a property of the global object.
 */
const key = Symbol.for('cups.testing.local');
const holder = globalThis as { [key]?: { local: LocalPlatform; dataDir: string } };

export const runningPlatform = {
  set(local: LocalPlatform, dataDir: string): void {
    holder[key] = { local, dataDir };
  },
  take(): { local: LocalPlatform; dataDir: string } | undefined {
    const running = holder[key];
    delete holder[key];
    return running;
  },
};
