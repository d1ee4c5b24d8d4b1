import { idnp } from '@cups/tools/filings';
import type { Page } from 'playwright-core';
import { nextPerson } from './filings.ts';
import { KeyboardUser } from './keyboard.ts';

/** What tests of the page without a network share. */

/** Waits until this browser has stored the page, and the page opens without a network. */
export async function waitForStoredPage(page: Page): Promise<void> {
  await page.waitForFunction(
    () => navigator.serviceWorker.controller?.state === 'activated',
    undefined,
    // The worker follows the prefetched screens.
    { timeout: 60_000 },
  );
}

/** Waits until the page has the catalog and the code of its screens, so that it needs no line. */
export async function waitForScreens(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForFunction(
    () =>
      performance.getEntriesByName('cups-screens-prefetched').length > 0 &&
      performance.getEntriesByType('resource').some(({ name }) => name.includes('/api/v1/catalog')),
    undefined,
    { timeout: 60_000 },
  );
  await page.waitForLoadState('networkidle');
}

/** A refresh of the offline copy waits until the operator has stopped for some seconds. */
const COPY_TIMEOUT_MS = 90_000;

/** Resolves once the offline copy of a page that has just opened is complete: mandates come last. */
export async function waitForCopy(page: Page): Promise<void> {
  await page.waitForResponse((response) => response.url().includes('/api/v1/mandates?state=active'), {
    timeout: COPY_TIMEOUT_MS,
  });
}

/** Returns the paths of everything in the Cache Storage, by cache. */
export function listCaches(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate(async () => {
    const found: Record<string, string[]> = {};
    for (const name of await caches.keys()) {
      if (!name.startsWith('cups-desk-')) continue;
      const requests = await (await caches.open(name)).keys();
      found[name] = requests.map(({ url }) => new URL(url).pathname);
    }
    return found;
  });
}

const NUMBER = /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}$/;
/** Title of the receipt of an application that the platform has not registered. */
export const TAKEN = 'Luată la ghișeu, încă neînregistrată';
/** Text of the strip of a cut line. */
const LINE_STRIP = 'Legătura este tăiată din meniu.';

const at = (page: Page, pointer: string) => page.locator(`[id="${pointer}"]`);
const title = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
const choose = (page: Page, name: string) => page.getByRole('radio', { name, exact: true }).check({ force: true });
const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).click();

/**
 * Sets up the six words, and leaves the account menu open.
 * @returns the words
 */
export async function setUpWords(page: Page): Promise<string> {
  await press(page, /^Contul meu/);
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Pregătește cele șase cuvinte' }).click();
  const items = dialog.locator('ol').getByRole('listitem');
  await items.nth(5).waitFor();
  const words = await items.allInnerTexts();
  await dialog.getByRole('button', { name: 'Le-am notat' }).click();
  for (const field of await dialog.getByLabel(/^Cuvântul \d$/).all()) {
    const label = await field.evaluate((element) => (element as HTMLInputElement).labels?.[0]?.innerText ?? '');
    await field.fill(words[Number(/\d/.exec(label)?.[0]) - 1]!);
  }
  await dialog.getByRole('button', { name: 'Pornește' }).click();
  await dialog.getByText(/Ultimul contact/).waitFor();
  return words.join(' ');
}

/**
 * Fills in an application of a new person, up to the review.
 * @param service what finds the service, which has the form of `population-register-extract`
 * @param addScans runs at the documents
 */
export async function fillIn(
  page: Page,
  familyName: string,
  service = 'adeverinta',
  addScans?: () => Promise<void>,
): Promise<KeyboardUser> {
  const user = new KeyboardUser(page);
  await user.press('n');
  await page.getByRole('combobox').waitFor();
  await user.type(service);
  await page.getByRole('option', { selected: true }).waitFor();
  await user.press('Enter');
  await at(page, '/applicant/idnp').fill(idnp(nextPerson()));
  await at(page, '/applicant/familyName').fill(familyName);
  await at(page, '/applicant/givenName').fill('Vasile');
  await at(page, '/applicant/birthDate').fill('4.5.1961');
  await choose(page, 'Telefon');
  await at(page, '/contact/phone').fill('069 123 456');
  await user.press('Control+Enter');
  await fillInRequest(user, addScans);
  return user;
}

/**
 * Fills in what an extract of the population register needs beside the person, up to the review.
 * @param addScans runs at the documents
 */
export async function fillInRequest(
  user: KeyboardUser,
  addScans: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const { page } = user;
  await title(page, 'Ce se cere?');
  await choose(page, 'Eliberarea actelor de identitate');
  await user.press('Control+Enter');
  await title(page, 'Ce acte a adus persoana?');
  await user.press('Space');
  await addScans();
  await user.press('Control+Enter');
  await title(page, /^(Ce termen și cost alege|Cum primește)/);
  await user.press('1');
  await choose(page, 'Se ridică la centru');
  await user.press('Control+Enter');
  await title(page, 'Persoana împuternicește centrul');
  await user.press('Control+Enter');
  await title(page, 'Persoana verifică datele');
}

/** Submits, and returns the number on the receipt. */
export async function submitOffline(page: Page, user: KeyboardUser): Promise<string> {
  await at(page, '/checked').check({ force: true });
  await user.press('Control+Enter');
  await title(page, TAKEN);
  return page.getByText(NUMBER).first().innerText();
}

/**
 * Takes an application of a new person while the line is down.
 * @returns the number on the receipt
 */
export async function takeApplication(
  { page }: Pick<KeyboardUser, 'page'>,
  familyName: string,
  service?: string,
): Promise<string> {
  return submitOffline(page, await fillIn(page, familyName, service));
}

/** Cuts the line by the switch of the account menu. */
export async function cutLine(page: Page): Promise<void> {
  if (!(await page.getByRole('dialog').isVisible())) await press(page, /^Contul meu/);
  await press(page, 'Taie legătura');
  await page.keyboard.press('Escape');
  await page.getByText(LINE_STRIP).waitFor();
}

/** Restores the line by the button of the strip. */
export async function restoreLine(page: Page): Promise<void> {
  await press(page, 'Restabilește legătura');
  await page.getByText(LINE_STRIP).waitFor({ state: 'hidden' });
}

/** Opens the page with the six words. */
export async function unlock(page: Page, words: string): Promise<void> {
  await title(page, 'Fără legătură');
  await page.getByLabel('Șase cuvinte').fill(words);
  await press(page, 'Deschide');
}
