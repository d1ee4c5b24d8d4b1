import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Returns WCAG 2.2 AA violations of the page, each with its first three elements. */
export async function findAxeViolations(page: Page): Promise<string[]> {
  await awaitTransitions(page);
  // Legacy mode needs no extra page, as there are no frames. Without a line some style sheets have not arrived, and axe would
  // load them by an inline style, which the policy forbids.
  const builder = new AxeBuilder({ page }).setLegacyMode(true).options({ preload: false }).withTags(TAGS);
  const { violations } = await builder.analyze();
  return violations.map(({ id, help, nodes }) => {
    const places = nodes.slice(0, 3).map(({ target, failureSummary }) => `${target.join(' ')}: ${failureSummary}`);
    return [`${id}: ${help} (${nodes.length})`, ...places].join('\n  ');
  });
}

/** Waits until fades have ended: axe would measure the contrast of a text that is half there. Endless animations run on. */
async function awaitTransitions(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    // An animation whose element goes away is cancelled.
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}
