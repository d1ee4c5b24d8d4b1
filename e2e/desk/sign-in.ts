import { setTimeout as pause } from 'node:timers/promises';
import type { BrowserContext } from 'playwright-core';
import { platformUrl } from './test-env.ts';

/** Statuses after which a desk signs in again: the platform is busy, or its store unavailable. */
const TRANSIENT: readonly number[] = [408, 429, 503];
const MAX_ATTEMPTS = 15;
const PAUSE_MS = 1_000;

/**
 * Signs a browser in by API, at the local provider. sign-in.test.ts covers the page's own sign-in.
 * @param operator such as `cu-001-specialist`
 * @param origin of the gateway, or of a proxy before it
 * @throws Error if the platform refuses, or is unavailable for a quarter of a minute
 */
export async function signIn(context: BrowserContext, operator: string, origin = platformUrl()): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await context.request.post(`${origin}/api/v1/sessions`, { data: { provider: 'local', operator } });
    if (answer.ok()) return;
    if (!TRANSIENT.includes(answer.status()) || attempt === MAX_ATTEMPTS)
      throw new Error(`${operator} cannot sign in: ${answer.status()} ${await answer.text()}`);
    await pause(PAUSE_MS);
  }
}
