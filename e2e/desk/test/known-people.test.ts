import { expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication } from '../filings.ts';

/** The applicant: told apart from others of the same name, and spelled as in the document. */

const operator = 'cu-001-specialist';
const hasFocus = (locator: Locator) => locator.evaluate((element) => element === document.activeElement);
const heading = (page: Page) => page.getByRole('heading', { level: 1, name: 'Cine cere serviciul?' });
const idnp = (page: Page) => page.getByRole('textbox', { name: 'IDNP' });

async function openPersonScreen(): Promise<Page> {
  const page = await open({ operator });
  await page.getByRole('heading', { name: /^Astăzi/ }).waitFor();
  await page.keyboard.press('n');
  await page.getByRole('heading', { name: 'Ce serviciu cere persoana?' }).waitFor();
  await page.keyboard.type('adev');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
  await heading(page).waitFor();
  return page;
}

test('preselects none of several people of a name, and lists the newest first with the year of birth', async () => {
  const born = (givenName: string, birthDate: string) =>
    fileApplication({ operator, content: { applicant: { ...applicant('Rusnac', givenName), birthDate } } });
  await born('Ana', '1950-01-02');
  await born('Vera', '1984-02-01');
  const page = await openPersonScreen();
  await idnp(page).fill('Rusnac');
  const people = page.getByRole('region').filter({ hasText: 'Persoane cunoscute aici' }).getByRole('button');
  const shown = page.getByRole('button', { name: /^(Rusnac|Ana|Vera)/ });
  await shown.nth(1).waitFor();
  const names = (await shown.allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
  expect(names[0]).toMatch(/Vera.*1984$/);
  expect(names.findIndex((name) => name.includes('1950'))).toBeGreaterThan(0);
  expect(await page.locator('button[data-chosen]').count()).toBe(0);
  expect(await axe(page)).toEqual([]);

  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'Sunt mai multe persoane.' }).waitFor();
  expect(await idnp(page).inputValue()).toBe('Rusnac');
  expect(await hasFocus(idnp(page))).toBe(true);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await people.first().waitFor({ state: 'detached' });
  await page.waitForFunction(() => [...document.querySelectorAll('input')].some(({ value }) => value === '01.02.1984'));
  expect(await page.getByLabel('Prenumele').inputValue()).toBe('Vera');
});

test('asks about a name in Cyrillic before it continues, and about an age above 120 years', async () => {
  const page = await openPersonScreen();
  await page.getByLabel('Numele', { exact: true }).fill('Чобану');
  await page.getByLabel('Prenumele').fill('Юрий');
  await page.getByLabel('Data nașterii').fill('04.05.1856');
  await page.keyboard.press('Control+Enter');
  await page.getByText('Persoana ar avea peste 120 de ani.', { exact: false }).first().waitFor();
  await heading(page).waitFor();
  expect(await page.getByText('Alegeți scrierea latină', { exact: false }).count()).toBeGreaterThanOrEqual(2);
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Scrie Ciobanu' }).click();
  expect(await page.getByLabel('Numele', { exact: true }).inputValue()).toBe('Ciobanu');
  await page.getByRole('button', { name: 'Așa este scris în act' }).click();
  await page.getByText('Scris ca în act, cu litere chirilice.').waitFor();
  expect(await page.getByText('Alegeți scrierea latină', { exact: false }).count()).toBe(0);
  expect(await page.getByLabel('Prenumele').inputValue()).toBe('Юрий');
});
