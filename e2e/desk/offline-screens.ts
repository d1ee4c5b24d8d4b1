import type { Page } from 'playwright-core';
import { runAction } from './filings.ts';
import { KeyboardUser } from './keyboard.ts';
import { cutLine, restoreLine, setUpWords, takeApplication, waitForStoredPage } from './offline.ts';
import type { Sample } from './sample.ts';
import type { Screen } from './screen.ts';
import { withdraw } from './withdraw.ts';

/** Screens of a desk without a line. */

async function openUnlock(page: Page): Promise<void> {
  await waitForStoredPage(page);
  await setUpWords(page);
  await cutLine(page);
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Fără legătură' }).waitFor();
}

async function takeWithoutLine(page: Page): Promise<void> {
  await waitForStoredPage(page);
  await cutLine(page);
  await takeApplication(new KeyboardUser(page), 'Drumea');
}

async function openUnsent(page: Page): Promise<void> {
  await takeWithoutLine(page);
  await page.getByRole('link', { name: 'Vezi ce este de trimis' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'De trimis' }).waitFor();
}

/** A colleague withdraws the application that the desk withdraws without a line. */
async function openConflict(page: Page, { underway }: Sample): Promise<void> {
  await waitForStoredPage(page);
  await page.goto(`/applications/${underway.id}`);
  await page.getByRole('button', { name: 'Retrage cererea' }).waitFor();
  await cutLine(page);
  await withdraw(page);
  await page.getByRole('link', { name: 'Vezi ce este de trimis' }).first().click();
  await runAction(underway, 'withdraw', {}, 'cu-001-manager');
  await restoreLine(page);
  await page.getByRole('heading', { name: 'La platformă acum' }).waitFor();
}

const operator = 'cu-001-specialist';
const path = () => '/';

export const OFFLINE_SCREENS: readonly Screen[] = [
  { name: 'offline', operator, path, prepare: (page) => waitForStoredPage(page).then(() => cutLine(page)) },
  { name: 'offline-unlock', operator, path, prepare: openUnlock },
  { name: 'offline-receipt', operator, path, prepare: takeWithoutLine },
  { name: 'offline-pending', operator, path, prepare: openUnsent },
  { name: 'offline-conflict', operator, path, prepare: openConflict },
];
