import { expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { open, tolerate } from '../desk.ts';
import { applicant, fileApplication, openDeskFor, waitForState } from '../filings.ts';
import { handOverResult, KeyboardUser } from '../keyboard.ts';
import {
  cutLine,
  restoreLine,
  setUpWords,
  takeApplication,
  unlock,
  waitForCopy,
  waitForStoredPage,
} from '../offline.ts';
import { pdfText } from '../pdf.ts';

const CLERK = 'cu-001-specialist';

test('plays the tutorial docs/tutorials/a-day-without-a-line.md', async () => {
  const filed = await fileApplication({ operator: CLERK, ending: 'ZQ', content: { applicant: applicant('Predescu') } });
  await waitForState(filed, 'ready');
  const page = await open({ operator: CLERK, serviceWorkers: 'allow' });
  tolerate(page, /Failed to load resource/);
  await page.getByRole('heading', { level: 1, name: /^Astăzi/ }).waitFor();
  await Promise.all([waitForStoredPage(page), waitForCopy(page)]);
  const words = await setUpWords(page);
  await cutLine(page);
  await page.reload();
  await unlock(page, words);

  await page.getByRole('heading', { level: 1, name: /^Astăzi/ }).waitFor();
  const number = await takeApplication(new KeyboardUser(page), 'Drumea');
  expect((await pdfText(page)).join('\n')).toContain(number);
  await page.reload();
  await unlock(page, words);
  await page
    .getByText(/de trimis/)
    .first()
    .waitFor();

  await page.getByRole('link', { name: /^Coada \d/ }).click();
  await page.keyboard.press('4');
  await page.locator('[data-row]', { hasText: 'Predescu' }).click();
  await page.keyboard.press('Enter');
  await page.getByText('Rezultatul este la ghișeu').first().waitFor();
  await handOverResult(new KeyboardUser(page), 'B00004217');

  await restoreLine(page);
  await waitForState(filed, 'closed');
  const desk = await openDeskFor(CLERK);
  const find = () =>
    desk.call<{ applications: { state: string }[] }>('POST', '/applications/search', {
      body: { trackingNumber: number },
    });
  // The draft arrives first, and its submission last.
  const isFiled = ({ state }: { state: string }) => state !== 'draft';
  await eventually(async () => (await find()).body.applications.some(isFiled), { timeoutMs: 30_000 });
  await page.goto(`/t#${number}`);
  await page.getByRole('heading', { level: 2 }).waitFor();
  await page.getByText(number).waitFor();
});
