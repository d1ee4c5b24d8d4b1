import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { goOffline, press, title } from '../conflicts.ts';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication, openDeskFor, waitForState } from '../filings.ts';
import { waitForCopy, waitForScreens } from '../offline.ts';

/** Acts on filed applications without a line: those that wait for the platform, and what says that it needs one. */

const operator = 'cu-001-specialist';

type Application = Awaited<ReturnType<typeof fileApplication>>;

async function openOffline(filed: Application, path = ''): Promise<Page> {
  const page = await open({ operator, path: `/applications/${filed.id}${path}` });
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await waitForScreens(page);
  await goOffline(page);
  return page;
}

/** Restores the line, and waits until everything is sent. */
async function send(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Vezi ce este de trimis' }).click();
  await title(page, 'De trimis');
  await page.context().setOffline(false);
  await page.getByText('Totul este trimis.').waitFor({ timeout: 60_000 });
}

interface Details {
  application: { payment?: { receiptNumber?: string } };
  history: { kind: string; deskTime?: { bounded: boolean } }[];
}

/** Returns the application and the entry of an act, which has the time of the desk. */
async function entryOf(filed: Application, kind: string) {
  const desk = await openDeskFor(operator);
  const { body } = await desk.call<Details>('GET', `/applications/${filed.id}/details`);
  return { application: body.application, entry: body.history.find((entry) => entry.kind === kind) };
}

test('records a payment without a line, with the time of the desk', async () => {
  const filed = await fileApplication({ operator, ending: 'ZN', content: { applicant: applicant('Achitat') } });
  const page = await openOffline(filed);
  await press(page, 'Notează plata');
  await page.getByLabel('Numărul chitanței').fill('CH-4411');
  await page.getByLabel(/^Suma/).fill('70,00');
  await page.getByLabel(/^Suma/).press('Enter');
  await page.getByText('CH-4411', { exact: false }).first().waitFor();
  await send(page);
  expect(await entryOf(filed, 'record-payment')).toMatchObject({
    application: { payment: { receiptNumber: 'CH-4411' } },
    entry: { deskTime: { bounded: true } },
  });
});

test('supplies requested documents without a line, with the time of the desk', async () => {
  const filed = await fileApplication({ operator, ending: 'ZD', content: { applicant: applicant('Adus') } });
  await waitForState(filed, 'documents-requested', operator);
  const page = await openOffline(filed);
  await page.getByLabel('Adus acum').first().check();
  await press(page, /^Trimite actele aduse/);
  await send(page);
  const supplied = await entryOf(filed, 'supply-documents');
  expect(supplied.entry).toMatchObject({ deskTime: { bounded: true } });
});

test('hands over without a line only what was read in the last 24 hours, and says so', async () => {
  const filed = await fileApplication({ operator, ending: 'ZQ', content: { applicant: applicant('Vechi') } });
  await waitForState(filed, 'ready', operator);
  const page = await openOffline(filed);
  await page.evaluate(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + 25 * 3_600_000;
  });
  await press(page, /^Înmânează/);
  await page
    .getByRole('main')
    .getByText(/24 de ore/)
    .waitFor();
  expect(await axe(page)).toEqual([]);
  expect(await page.getByLabel('Seria și numărul').count()).toBe(0);
});

test('hands over from a copy by its age, not by the time at which the page read it', async () => {
  const filed = await fileApplication({ operator, ending: 'ZQ', content: { applicant: applicant('Copiatvechi') } });
  await waitForState(filed, 'ready', operator);
  const page = await open({ operator });
  await waitForScreens(page);
  await waitForCopy(page);
  await goOffline(page);
  await page.evaluate(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() + 30 * 3_600_000;
  });
  await page.keyboard.press('F2');
  await page.keyboard.type('copiatvechi');
  await page.keyboard.press('Enter');
  await page.getByText('Copiatvechi').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await press(page, /^Înmânează/);
  await page
    .getByRole('main')
    .getByText(/24 de ore/)
    .waitFor();
  expect(await page.getByLabel('Seria și numărul').count()).toBe(0);
});
