import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axe, open } from '../desk.ts';
import { fileApplication, runAction } from '../filings.ts';
import { findLayoutErrors } from '../layout-checks.ts';

/** What supervisors do for the rights of a person: restriction, erasure, and the report of erasures. */

const choose = async (page: Page, button: string, reason: string) => {
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('radio', { name: reason }).check();
};

test('restricts an application, and tells the desk', async () => {
  const { id } = await fileApplication({ ending: 'ZN' });
  const page = await open({ operator: 'supervisor', path: '/data-ends' });
  await page.getByRole('button', { name: 'Arată' }).click();
  await page.getByText('Scrieți cele 26 de semne ale cererii.').waitFor();
  await page.getByLabel('Identificatorul cererii').fill(id);
  await page.keyboard.press('Enter');
  await page.getByText('termenul începe când cererea se încheie').waitFor();
  await page.getByText('Acum nu se pot șterge').waitFor();
  expect(await page.getByRole('button', { name: 'Șterge datele' }).count()).toBe(0);
  await choose(page, 'Restricționează prelucrarea', 'datele sunt greșite');
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Restricționează prelucrarea' }).click();
  await page.getByRole('status').getByText('S-a făcut.').waitFor();
  await page.getByText(/Restricționată din/).waitFor();

  const desk = await open({ operator: 'cu-001-specialist', path: `/applications/${id}` });
  await desk.getByText('Persoana a cerut restricționarea').waitFor();
  expect(await desk.getByRole('button', { name: 'Schimbă contactul' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Ridică restricția' }).click();
  await page.getByRole('button', { name: 'Restricționează prelucrarea' }).waitFor();
});

test('erases an ended application on request, and reports it', async () => {
  const filed = await fileApplication({ ending: 'ZN' });
  await runAction(filed, 'withdraw');
  const page = await open({ operator: 'supervisor', path: `/data-ends/${filed.id}` });
  await page.getByRole('button', { name: 'Șterge datele' }).click();
  await page.getByText('Nu se poate anula.').waitFor();
  await page.getByRole('button', { name: 'Da, șterge' }).click();
  await page.getByText('Alegeți motivul.').waitFor();
  await page.getByRole('radio', { name: 'nu mai sunt necesare' }).check();
  await page.getByRole('button', { name: 'Da, șterge' }).click();
  const report = page.getByRole('region', { name: 'Date șterse' });
  await report.getByRole('rowheader', { name: filed.id }).waitFor();
  await report.getByText('la cererea persoanei').first().waitFor();

  const desk = await open({ operator: 'cu-001-specialist', path: `/applications/${filed.id}` });
  await desk.getByText('Datele acestei cereri au fost șterse.').waitFor();
  expect(await axe(desk)).toEqual([]);
});

test.each([1366, 1024, 360])('shows the end of data at %i px without overlaps', async (width) => {
  const { id } = await fileApplication({ ending: 'ZN' });
  const page = await open({ operator: 'supervisor', path: `/data-ends/${id}`, viewport: { width, height: 800 } });
  await page.getByText('Acum nu se pot șterge').waitFor();
  expect(await findLayoutErrors(page, `section[aria-label="${id}"]`)).toEqual([]);
  expect(await page.evaluate((most) => document.documentElement.scrollWidth <= most, width)).toBe(true);
});
