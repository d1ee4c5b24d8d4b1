import { buffer, text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import type { PersonCopy } from '@cups/application/person-copy';
import type { Page } from 'playwright-core';
import { axe, open, PHONE } from '../desk.ts';
import { applicant, fileApplication } from '../filings.ts';
import { fileText } from '../pdf.ts';

/** The copy of a person's data, which a supervisor creates on a written request. */

const fits = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);

/** Presses a button and returns the file that it saves. */
async function download(page: Page, name: string) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  return file;
}

test('creates the copy of a person, shows counts only, and saves document and file', async () => {
  const person = applicant('Copiescu');
  const { id } = await fileApplication({
    ending: 'ZN',
    publicService: 'criminal-record',
    content: { applicant: person },
  });
  const page = await open({ operator: 'supervisor', path: '/centres' });
  await page.getByRole('link', { name: 'Copia datelor unei persoane' }).click();
  await page.getByRole('heading', { level: 1, name: 'Copia datelor unei persoane' }).waitFor();
  await page.getByRole('button', { name: 'Creează copia' }).click();
  for (const error of ['Scrieți cele 13 cifre', 'Alegeți cine a cerut copia.', 'Scrieți numărul de pe cerere'])
    await page.getByText(error).waitFor();
  expect(await axe(page)).toEqual([]);

  await page.getByLabel('IDNP-ul persoanei').fill(person.idnp);
  await page.getByRole('radio', { name: 'persoana', exact: true }).check();
  await page.getByLabel('Numărul cererii scrise').fill('CD-12/2026');
  await page.keyboard.press('Enter');
  const result = page.getByRole('region', { name: 'Copia este gata' });
  await result.waitFor();
  expect(await result.innerText()).toMatch(/Cereri\s+[1-9]/);
  expect(await result.innerText()).not.toContain(person.familyName);
  expect(await axe(page)).toEqual([]);
  for (const viewport of [PHONE, { width: 1024, height: 768 }, { width: 1366, height: 768 }]) {
    await page.setViewportSize(viewport);
    expect(await fits(page)).toBe(true);
  }

  const file = await download(page, 'Descarcă fișierul (JSON)');
  expect(file.suggestedFilename()).toBe('copy.json');
  const copy = JSON.parse(await text(await file.createReadStream())) as PersonCopy;
  expect(copy).toMatchObject({ reason: 'person-request', evidence: 'CD-12/2026' });
  expect(copy.applications.map(({ application }) => application.id)).toContain(id);

  await page.getByRole('radio', { name: 'rusă' }).check();
  const saved = await download(page, 'Descarcă documentul (PDF)');
  const pdf = (await fileText(await buffer(await saved.createReadStream()))).join(' ');
  expect(pdf).toContain('Копия персональных данных');
  expect(pdf).toContain(person.idnp);
});
