import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication } from '../filings.ts';

/** The search box: query kinds, hints for invalid queries, and no query in URLs. */

async function searchFor(page: Page, text: string): Promise<void> {
  await page.keyboard.press('F2');
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

test('finds by phone and partial number, and explains invalid queries', async () => {
  const operator = 'cu-017-specialist';
  const filed = await fileApplication({
    operator,
    ending: 'ZN',
    content: { applicant: applicant('Lupu', 'Vera'), contact: { phone: '+373 68 765 432' } },
  });
  const page = await open({ operator });
  await page.locator('main h1').waitFor();
  const row = page.getByRole('main').getByRole('link', { name: /Vera Lupu/ });
  await searchFor(page, '068 765 432');
  await page.getByText('după telefon: 1').waitFor();
  await row.waitFor();
  await searchFor(page, filed.trackingNumber.slice(2, 11));
  await page.getByText('după o parte din număr: 1').waitFor();
  await row.waitFor();
  for (const text of ['2900', '!!']) {
    await searchFor(page, text);
    await row.waitFor({ state: 'detached' });
    await page.getByText('IDNP, toate cele 13 cifre').waitFor();
  }
  await page.getByText('Cu ce ați scris nu se poate căuta. Se caută după:').waitFor();
  expect(await page.getByText(/nu s-a putut încărca|Pagina nu/).count()).toBe(0);
  expect(await axe(page)).toEqual([]);
  expect(new URL(page.url()).pathname).toBe('/find');
});

test('shows where identity cards and passports are issued', async () => {
  const page = await open({ operator: 'cu-017-specialist' });
  await page.getByRole('navigation').getByRole('button', { name: 'Vizită nouă' }).click();
  await page.getByRole('heading', { name: 'Ce serviciu cere persoana?' }).waitFor();
  for (const [query, title] of [
    ['buletin', 'Eliberarea buletinului de identitate'],
    ['pasaport', 'Eliberarea pașaportului'],
  ] as const) {
    await page.getByRole('main').getByRole('searchbox').or(page.getByRole('main').getByRole('combobox')).fill(query);
    const first = page.getByRole('option').first();
    await first.getByText(title).waitFor();
    await first.getByText(/^Nu se depune aici: Se eliberează la un oficiu al ASP/).waitFor();
  }
});
