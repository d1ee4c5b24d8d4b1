import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';

/** Time between two returns, in ms. Each makes the page repeat its requests: more would only load the platform. */
const RETURN_INTERVAL_MS = 500;

/** Simulates a return to the window: the page repeats its requests, and sends what waits. */
export const refocus = (page: Page): Promise<unknown> =>
  page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));

/** Returns to the window until a condition holds, for up to `timeoutMs` (default 20,000). */
export const refocusUntil = (page: Page, isMet: () => Promise<boolean>, timeoutMs = 20_000): Promise<true> =>
  eventually(
    async () => {
      await refocus(page);
      return (await isMet()) || undefined;
    },
    { timeoutMs, everyMs: RETURN_INTERVAL_MS },
  );
