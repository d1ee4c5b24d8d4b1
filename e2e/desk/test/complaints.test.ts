import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axe, open, PHONE } from '../desk.ts';
import { applicant, fileApplication } from '../filings.ts';
import { pdfText } from '../pdf.ts';
import { silenceAgency } from '../store.ts';

/** A silent agency at the desk and for supervisors, and a complaint about it from preparation to answer. */

/** Files an application whose agency has been silent for one and a half terms. */
async function fileUnanswered(familyName: string, language = 'ro') {
  const person = Object.assign(applicant(familyName), { language });
  const filed = await fileApplication({ ending: 'ZN', content: { applicant: person } });
  await silenceAgency(filed);
  return filed;
}

/** Shows the own applications, the last changed first: other tests fill the list of today. */
const chooseOwn = (page: Page) =>
  page
    .getByRole('navigation', { name: 'Liste' })
    .getByRole('button', { name: /Cererile mele/ })
    .click();

test('the queue marks it, the facts and the history say which step it is', async () => {
  const { id } = await fileUnanswered('Tăcescu');
  const page = await open({ operator: 'cu-001-specialist', path: '/' });
  await chooseOwn(page);
  const row = page.locator(`[data-row="${id}"]`);
  await row.getByText('mult peste termen').waitFor();
  expect(await axe(page)).toEqual([]);
  await row.click();
  await page.getByText('Instituția tace').waitFor();
  await page.getByText(/Au trecut 150 % din termenul legal, /).waitFor();
});

test('a person complains: prepared by a key, printed, recorded and answered', async () => {
  const { id, trackingNumber } = await fileUnanswered('Plângărescu', 'ru');
  const page = await open({ operator: 'cu-001-specialist', path: `/applications/${id}` });
  await page.addInitScript(() => (window.print = () => undefined));
  await page.reload();
  const panel = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Plângere', exact: true }) });
  await panel.getByRole('button', { name: 'Pregătește plângerea' }).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('j');
  await panel.getByText(/pregătită astăzi/).waitFor();
  expect(await panel.locator('[aria-current="step"]').innerText()).toMatch(/^Tipăriți-l/);

  await panel.getByRole('button', { name: 'Tipărește plângerea' }).click();
  await page.waitForFunction(() => document.body.classList.contains('paper'));
  const [sheet = '', ...noMore] = await pdfText(page);
  expect(noMore).toEqual([]);
  expect(sheet).toContain('Către conducătorul instituției: Agenția Servicii Publice');
  expect(sheet).toContain('Руководителю учреждения');
  expect(sheet).toContain('Plângărescu');
  expect(sheet).toContain(id);
  expect(sheet).toContain('Semnătura solicitantului');
  expect(sheet).not.toContain(trackingNumber);

  const save = panel.getByRole('button', { name: 'Notează: semnată și depusă' });
  await save.click();
  await panel.getByText('Alegeți cum a ajuns la instituție.').waitFor();
  expect(await axe(page)).toEqual([]);
  await panel.getByRole('radio', { name: 'prin poștă' }).check();
  await panel.getByLabel('Numărul de înregistrare').fill('P-7/2026');
  await save.click();
  await panel.getByText(/prin poștă, nr\. P-7\/2026/).waitFor();
  await panel.getByText(/^fără răspuns de 0/).waitFor();
  expect(await panel.getByRole('button', { name: 'Pregătește din nou' }).count()).toBe(0);

  const queue = await open({ operator: 'cu-001-specialist', path: '/' });
  await chooseOwn(queue);
  await queue
    .locator(`[data-row="${id}"]`)
    .getByText(/plângere de 0/)
    .waitFor();

  await panel.getByRole('radio', { name: 'admisă în parte' }).check();
  await panel.getByLabel('Pe scurt, ce a răspuns').fill('Decizia vine.');
  await panel.getByRole('button', { name: 'Notează răspunsul' }).click();
  await panel.getByText(/admisă în parte — Decizia vine\./).waitFor();
  await page.getByText('a notat răspunsul la plângere').first().waitFor();
  expect(await axe(page)).toEqual([]);
});

test('a supervisor sees silent agencies without people, also on a phone', async () => {
  const { id } = await fileUnanswered('Supravegherea');
  const page = await open({ operator: 'supervisor', path: '/centres', viewport: PHONE });
  const region = page.getByRole('region', { name: 'Cereri care așteaptă în tăcere' });
  const row = region.getByRole('row').filter({ has: page.getByRole('rowheader', { name: id }) });
  await row.getByText('Au trecut 150 % din termenul legal').waitFor();
  expect(await region.innerText()).not.toContain('Supravegherea');
  expect(await axe(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width);
  await page.getByLabel('Pasul').selectOption({ label: 'Termenul legal a trecut' });
  await row.waitFor({ state: 'detached' });
});
