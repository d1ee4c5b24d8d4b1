import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axe, open, PHONE } from '../desk.ts';
import { runAction, fileApplication, waitForState } from '../filings.ts';

/** The supervisor's view of all centres: counts and durations only. */

const row = (page: Page, name: string) => page.getByRole('row').filter({ has: page.getByRole('rowheader', { name }) });
const cells = async (page: Page, name: string) => (await row(page, name).first().innerText()).split(/\s*\t\s*/);

test('shows statistics by centre, service and agency, on the map and as CSV', async () => {
  const operator = 'cu-003-specialist';
  const ready = await waitForState(
    await fileApplication({ operator, publicService: 'criminal-record' }),
    'ready',
    operator,
  );
  const given = { collectedBy: 'applicant', idDocumentKind: 'identity-document', idDocumentNumber: 'B00000035' };
  await runAction(ready, 'hand-over', given, operator);
  await runAction(ready, 'confirm-outcome', { needMet: false, missing: 'nu este apostilat' }, operator);

  const page = await open({ operator: 'supervisor', path: '/' });
  await row(page, 'Bilicenii Vechi').waitFor();
  expect(new URL(page.url()).pathname).toBe('/centres');
  const [name, status, wave, filed] = await cells(page, 'Bilicenii Vechi');
  expect([name, status, wave]).toEqual(['Bilicenii Vechi Sîngerei', 'lucrează', 'pilot'].map(asShown));
  expect(Number(filed)).toBeGreaterThan(0);
  expect((await cells(page, 'Bilicenii Vechi')).at(-1)).toMatch(/· [1-9]\d* nu$/);
  const pins = page.getByRole('img', { name: 'Harta centrelor' }).locator('circle');
  await pins.first().waitFor();
  expect(await pins.count()).toBe(16);
  expect(await page.getByText('Fără loc cunoscut: 1 (Corjeuți)').count()).toBe(1);
  expect(await page.getByRole('complementary').innerText()).toMatch(/Italia\s+MISSION-\d\d, acum \d\d:\d\d \(Roma\)/);
  expect(await axe(page)).toEqual([]);

  // Hovering a row marks its pin.
  await row(page, 'Bilicenii Vechi').hover();
  await page.locator('svg text').getByText('Bilicenii Vechi').waitFor();
  await page.getByRole('button', { name: 'Denumirea' }).click();
  expect(await page.getByRole('rowheader').first().innerText()).toMatch(/^Albota de Sus/);
  await page.getByLabel('Arată și centrele planificate').check();
  expect(await row(page, 'TOWN-HALL-60').count()).toBe(1);

  await page.getByRole('radio', { name: 'Servicii' }).check();
  await row(page, 'Eliberarea cazierului judiciar').first().waitFor();
  await page.getByRole('radio', { name: 'Instituții' }).check();
  await row(page, 'Ministerul Afacerilor Interne').first().waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Descarcă tabelul (CSV)' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('statistics.csv');
  const csv = await text(await download.createReadStream());
  expect(csv).toMatch(/^name,filed,open,/);
  expect(csv).toMatch(/^agencies\/mai,[1-9]/m);
});

test('lists an unresponsive agency, and rejects an invalid period', async () => {
  await fileApplication({ ending: 'ZN', publicService: 'pension-reexamination' });
  const page = await open({ operator: 'supervisor', path: '/centres', colorScheme: 'dark', viewport: PHONE });
  const silent = page.getByRole('region', { name: 'Instituții care tac' });
  await silent.getByRole('rowheader', { name: 'Casa Națională de Asigurări Sociale' }).waitFor();
  expect(await axe(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);

  await page.getByLabel('Perioada depunerii').selectOption({ label: 'altă perioadă' });
  await page.getByLabel('De la').fill('2024-01-01');
  await page.getByText('Alegeți două zile în ordine, la cel mult un an una de alta.').waitFor();
  await page.getByLabel('Până la').fill('2024-01-31');
  await page.getByRole('radio', { name: 'Instituții' }).check();
  await page.getByText('În această perioadă nu s-a depus nimic.').waitFor();
});

test('hides the page of all centres from specialists', async () => {
  const page = await open({ operator: 'cu-001-specialist', path: '/' });
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await page.getByRole('link', { name: 'Centre' }).count()).toBe(0);
  await page.goto('/centres');
  await page.getByRole('main').getByText('Această pagină este pentru alt rol.').waitFor();
});

/** The second line of a cell follows a line break. */
function asShown(words: string): string {
  return words.replace(' Sîngerei', '\nSîngerei');
}
