import { beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication, openDeskFor, waitForState } from '../filings.ts';
import { KeyboardUser } from '../keyboard.ts';
import { addPageAgency, addPublicService } from '../registry.ts';

/** An agency without a system: its clerk finds, acknowledges and decides applications in the page. */

const AGENCY = 'arhivatest';
const CLERK = `${AGENCY}-clerk`;

beforeAll(async () => {
  await addPageAgency(AGENCY, 'CU-001');
  await addPublicService('arhivare', AGENCY);
});

const file = (familyName: string) =>
  fileApplication({ publicService: 'test-arhivare', content: { applicant: applicant(familyName) } });

const title = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();

test('decides the first application by keyboard, and the desk gets the result', async () => {
  const filed = await file('Arhivescu');
  const page = await open({ operator: CLERK });
  await title(page, 'Cereri de lucrat');
  const row = page.getByRole('link', { name: /Maria Arhivescu/ });
  await row.waitFor();
  expect(await axe(page)).toEqual([]);

  const user = new KeyboardUser(page);
  await row.focus();
  await user.press('Enter');
  await page.getByText('Maria Arhivescu').first().waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByLabel('Numărul instituției').fill('AR-17/2026');
  await user.press('Control+Enter');
  await page.getByRole('radio', { name: 'Decid' }).waitFor();
  await page.getByRole('radio', { name: 'Se aprobă' }).check({ force: true });
  await page.getByRole('radio', { name: 'pe hârtie' }).check({ force: true });
  await page.getByLabel('Numărul rezultatului').fill('EX 4217');
  await user.press('Control+Enter');
  await page.getByText('Decise').first().waitFor();

  const ready = await waitForState(filed, 'ready');
  expect(ready).toMatchObject({ decision: { approved: true, resultNumber: 'EX 4217' } });
});

test('rejects by a template in three languages, and asks for what is missing', async () => {
  const filed = await file('Respinsescu');
  const page = await open({ operator: CLERK });
  await page.getByRole('link', { name: /Respinsescu/ }).click();
  await page.getByRole('radio', { name: 'Decid' }).check({ force: true });
  await page.getByRole('button', { name: /^Decid/ }).click();
  await page.getByText('Alegeți decizia.').waitFor();
  await page.getByRole('radio', { name: 'Se respinge' }).check({ force: true });
  await page.getByRole('button', { name: /^Decid/ }).click();
  await page.getByText('Scrieți motivul în română.').waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByLabel('Model').selectOption({ label: 'Nu există în evidență' });
  await page.getByRole('button', { name: /^Decid/ }).click();
  const rejected = await waitForState(filed, 'rejected');
  expect(rejected).toMatchObject({
    decision: {
      reason: {
        ro: expect.stringContaining('În evidența instituției'),
        ru: expect.stringContaining('В учёте'),
        en: expect.stringContaining('The records'),
      },
    },
  });
});

test('shows the person who read the application', async () => {
  const filed = await file('Cititescu');
  const page = await open({ operator: CLERK });
  await page.getByRole('link', { name: /Cititescu/ }).click();
  await page.getByText('Maria Cititescu').first().waitFor();
  const desk = await openDeskFor('cu-001-specialist');
  const { body } = await desk.call<{ entries: { operator: string; agency?: string }[] }>(
    'GET',
    `/applications/${filed.id}/access-log`,
  );
  expect(body.entries).toContainEqual(
    expect.objectContaining({ operator: `operators/${CLERK}`, agency: `agencies/${AGENCY}` }),
  );
});
