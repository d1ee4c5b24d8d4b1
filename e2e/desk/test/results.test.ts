import { expect, test } from '@jest/globals';
import { waitUntil } from '@cups/tools/desk';
import type { Application } from '@cups/tools/desk';
import { axe, open, PHONE } from '../desk.ts';
import { applicant, fileApplication, openDeskFor } from '../filings.ts';

/** A paper result between the decision of the agency and the desk of the centre. */

const OPERATOR = 'cu-005-specialist';

/** Files an application whose paper result is on its way. */
async function fileOnTheWay(): Promise<Application> {
  const content = { applicant: applicant('Sosire'), contact: { none: true }, delivery: { kind: 'at-centre' } };
  const { id } = await fileApplication({ operator: OPERATOR, content });
  const desk = await openDeskFor(OPERATOR);
  const read = async () => (await desk.call<Application>('GET', `/applications/${id}`)).body;
  return waitUntil(read, ({ allowedActions }) => allowedActions.includes('confirm-arrival'), 'a paper on its way', 30);
}

test('tells a decided result from an arrived one, and confirms the arrival with one key', async () => {
  const filed = await fileOnTheWay();
  const page = await open({ operator: OPERATOR, path: `/applications/${filed.id}` });
  await page.getByRole('heading', { name: 'Rezultatul este pe drum spre centru' }).waitFor();
  expect(await axe(page)).toEqual([]);

  const citizen = await open({ path: `/t#${filed.trackingNumber}`, viewport: PHONE });
  await citizen.getByRole('heading', { name: 'Rezultatul este pe drum spre centru' }).waitFor();
  await citizen.getByText('Nu veniți încă.').waitFor();
  expect(await axe(citizen)).toEqual([]);

  await page.bringToFront();
  await page.keyboard.press('KeyH');
  await page.getByText('Sosirea rezultatului nu este confirmată.').waitFor();
  // Escape leaves the field, then the screen.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /Confirmă sosirea/ }).waitFor();
  await page.keyboard.press('KeyR');
  await page.getByRole('heading', { name: 'Rezultatul este la ghișeu' }).waitFor();
  await page.getByText('A sosit la centru').waitFor();
  expect(await page.getByRole('button', { name: /Confirmă sosirea/ }).count()).toBe(0);

  const again = await open({ path: `/t#${filed.trackingNumber}`, viewport: PHONE });
  await again.getByRole('heading', { name: 'Rezultatul este gata' }).waitFor();
});

test('lists what is on its way apart from what can be handed over', async () => {
  const filed = await fileOnTheWay();
  const page = await open({ operator: OPERATOR });
  // Below the work of the desk, under a heading of its own.
  const row = page.locator(`a[data-row="${filed.id}"]`);
  await row.waitFor();
  const headings = await page.locator('main h2').allInnerTexts();
  expect(headings.at(-1)).toContain('Rezultate pe drum');
  await row.focus();
  await page.getByRole('button', { name: /Confirmă sosirea/ }).waitFor();
  await page.getByRole('button', { name: /Rezultate pe drum/ }).click();
  await page.locator(`a[href*="${filed.id}"]`).first().waitFor();
  await page.getByText('Rezultat pe drum').first().waitFor();
  await page.getByRole('button', { name: /Rezultate și decizii/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Rezultate și decizii' }).waitFor();
  expect(await page.locator(`main a[href*="${filed.id}"]`).count()).toBe(0);
});

test('confirms the arrival of a whole envelope', async () => {
  const filed = [await fileOnTheWay(), await fileOnTheWay()];
  const page = await open({ operator: OPERATOR });
  await page.getByRole('button', { name: /Rezultate pe drum/ }).click();
  await page.getByRole('button', { name: 'A sosit un plic' }).click();
  await page.getByRole('button', { name: 'Au sosit: 0' }).click();
  await page.getByText('Bifați cel puțin un rezultat.').waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Bifează toate' }).click();
  await page.getByRole('button', { name: /^Au sosit: \d+/ }).click();
  await page.getByText('Lista este goală.').waitFor();
  for (const { id } of filed) {
    const desk = await openDeskFor(OPERATOR);
    const { body } = await desk.call<{ decision: { arrivalTime?: string } }>('GET', `/applications/${id}`);
    expect(body.decision.arrivalTime).toBeDefined();
  }
});
