import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axe, open, PHONE } from '../desk.ts';
import { fileApplication } from '../filings.ts';

/** What supervisors see of documents: holds, and results that nobody collected. */

const row = (page: Page, id: string) =>
  page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: id }) });
const fitsPhone = (page: Page) => page.evaluate((width) => document.documentElement.scrollWidth <= width, PHONE.width);

test('holds the documents of an application, and releases them', async () => {
  const { id } = await fileApplication({ ending: 'ZN' });
  const page = await open({ operator: 'supervisor', path: '/centres' });
  await page.getByRole('link', { name: 'Documente reținute' }).click();
  await page.getByRole('heading', { level: 1, name: 'Documente reținute' }).waitFor();
  await page.getByRole('button', { name: 'Reține documentele' }).click();
  await page.getByText('Scrieți cele 26 de semne ale cererii.').waitFor();
  await page.getByText('Alegeți motivul.').waitFor();
  expect(await axe(page)).toEqual([]);

  await page.getByLabel('Identificatorul cererii').fill(`https://cups.example.md/applications/${id}`);
  await page.getByRole('radio', { name: 'o plângere este în curs' }).check();
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('Documentele sunt reținute.').waitFor();
  expect(await row(page, id).innerText()).toMatch(/o plângere este în curs\s+Test Supervisor\s+\d\d\.\d\d, \d\d:\d\d/);
  expect(await axe(page)).toEqual([]);
  await page.setViewportSize(PHONE);
  expect(await fitsPhone(page)).toBe(true);

  // Another reason does not replace the first one.
  await page.goto(`/holds/${id}`);
  await page.getByRole('radio', { name: 'un audit le verifică' }).check();
  await page.getByRole('button', { name: 'Reține documentele' }).click();
  await page.getByRole('alert').getByText('Documentele cererii sunt deja reținute din alt motiv.').waitFor();

  const release = row(page, id).getByRole('button', { name: 'Ridică reținerea' });
  await release.click();
  await page.getByText('Ce a ajuns la termen se șterge într-o zi.').waitFor();
  await release.click();
  await page.getByRole('status').getByText('Reținerea este ridicată.').waitFor();
  await row(page, id).waitFor({ state: 'detached' });
});

test('lists results that nobody collected, and leads to their hold', async () => {
  const { id, agency, centre } = await fileApplication({ ending: 'ZN' });
  const page = await open({ operator: 'supervisor', path: '/' });
  // The term is at least a day, so the response is changed.
  const day = (n: number) => new Date(Date.now() - n * 86_400_000).toISOString();
  await page.route('**/api/v1/uncollected-results?*', async (route) => {
    const response = await route.fetch();
    const result = { application: `applications/${id}`, centre, agency, resultTime: day(190), reportTime: day(10) };
    await route.fulfill({ response, json: { results: [result] } });
  });
  await page.goto('/centres');
  const table = page.getByRole('region', { name: 'Rezultate neridicate' });
  await table.getByRole('cell', { name: '190', exact: true }).waitFor();
  // Codes become names once the catalog is there.
  await table.getByText('Agenția Servicii Publice').waitFor();
  expect(await row(page, id).innerText()).toMatch(/Lozova\s+Agenția Servicii Publice\s+190/);
  expect(await axe(page)).toEqual([]);
  await page.setViewportSize(PHONE);
  expect(await fitsPhone(page)).toBe(true);
  await table.getByRole('link', { name: 'Reține documentele' }).click();
  await page.waitForURL(`**/holds/${id}`);
  expect(await page.getByLabel('Identificatorul cererii').inputValue()).toBe(id);
});

test('hides holds from specialists', async () => {
  const page = await open({ operator: 'cu-001-specialist', path: '/holds' });
  await page.getByRole('main').getByText('Această pagină este pentru alt rol.').waitFor();
});
