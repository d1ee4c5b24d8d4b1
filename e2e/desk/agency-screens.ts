import type { Page } from 'playwright-core';
import { applicant, fileApplication } from './filings.ts';
import type { Screen } from './screen.ts';

/**
 * Screens of an agency without a system, for screenshots. Their steps use no words of the page, because each is shown in
 * three languages.
 */

const AGENCY = 'arhiva-orhei';
const CLERK = `${AGENCY}-clerk`;

const file = (familyName: string, givenName?: string) =>
  fileApplication({
    publicService: 'archive-work-record',
    operator: 'cu-014-specialist',
    content: { applicant: applicant(familyName, givenName) },
  });

/** The applications of all pictures. */
let filed: Promise<unknown> | undefined;

async function showQueue(page: Page): Promise<void> {
  filed ??= Promise.all([file('Arhivescu'), file('Constantinescu-Hadîrcă', 'Alexandrina-Ecaterina')]);
  await filed;
  await page.reload();
  await page.locator('main a[href^="/deliveries/"]').nth(1).waitFor();
}

/** Opens the first application. */
async function showDelivery(page: Page): Promise<void> {
  await showQueue(page);
  await page.locator('main a[href^="/deliveries/"]').first().click();
  await page.locator('main form').first().waitFor();
}

/** Opens the form of a rejection, with a template. */
async function showRejection(page: Page): Promise<void> {
  await showDelivery(page);
  await page.locator('main form input[value=decided]').check({ force: true });
  await page.locator('main form input[value=rejected]').check({ force: true });
  await page.locator('main form select').first().selectOption({ index: 1 });
}

const path = () => '/';

export const AGENCY_SCREENS: readonly Screen[] = [
  { name: 'agency-queue', operator: CLERK, path, prepare: showQueue, isLocalized: true },
  { name: 'agency-queue-dark', operator: CLERK, path, prepare: showQueue, isDark: true },
  { name: 'agency-delivery', operator: CLERK, path, prepare: showDelivery, isLocalized: true },
  { name: 'agency-rejection', operator: CLERK, path, prepare: showRejection, isLocalized: true },
  { name: 'agency-workload', operator: `${AGENCY}-manager`, path: () => '/workload', isLocalized: true },
];
