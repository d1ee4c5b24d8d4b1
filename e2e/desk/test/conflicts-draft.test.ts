import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import {
  at,
  findByNumber,
  notesOf,
  openDecision,
  openDraftOffline,
  press,
  title,
  waitForNothingUnsent,
} from '../conflicts.ts';
import type { Draft } from '../conflicts.ts';
import { axe } from '../desk.ts';
import { applicant, openDeskFor, runAction } from '../filings.ts';
import { KeyboardUser } from '../keyboard.ts';
import { submitOffline } from '../offline.ts';

/** Drafts that were finished without a line while a colleague with a line worked on them. */

const operator = 'cu-001-specialist';
const FILED = 'Cererea a fost depusă';

const main = (page: Page) => page.getByRole('main');

/** Opens a complete draft of a person, goes offline, and changes the phone number. */
async function changeOffline(familyName: string, phone: string): Promise<{ page: Page; draft: Draft }> {
  const content = { applicant: applicant(familyName), contact: { phone: '+37369000001' } };
  const { page, draft } = await openDraftOffline(operator, content);
  await press(page, 'Persoana');
  await title(page, 'Cine cere serviciul?');
  await at(page, '/contact/phone').fill(phone);
  await press(page, /Verificarea$/);
  await title(page, 'Persoana verifică datele');
  return { page, draft };
}

/** Changes a draft, as a colleague with a line does. */
async function changeAsColleague({ id }: Draft, body: object): Promise<void> {
  const desk = await openDeskFor('cu-001-manager');
  const { etag } = (await desk.call<Draft>('GET', `/applications/${id}`)).body;
  await desk.call('PATCH', `/applications/${id}`, { body, etag });
}

test('shows what a colleague changed in the same draft, and submits what the operator chooses', async () => {
  const { page, draft } = await changeOffline('Comun', '069 111 111');
  await submitOffline(page, new KeyboardUser(page));
  await changeAsColleague(draft, { contact: { phone: '+37369222222', email: 'comun@example.md' } });
  await openDecision(page);
  await page.getByText('Un coleg a schimbat aceeași ciornă', { exact: false }).waitFor();
  await main(page).getByText('+37369111111').waitFor();
  await main(page).getByText('+37369222222').waitFor();
  expect(await axe(page)).toEqual([]);

  await press(page, 'Deschide ciorna');
  await title(page, 'Persoana verifică datele');
  await main(page)
    .getByRole('group')
    .getByRole('button', { name: /111 ?111/ })
    .click();
  await at(page, '/checked').check({ force: true });
  await new KeyboardUser(page).press('Control+Enter');
  await title(page, FILED);
  expect(await findByNumber(draft.trackingNumber)).toMatchObject([
    { state: expect.not.stringMatching('draft'), contact: { phone: '+37369111111', email: 'comun@example.md' } },
  ]);
});

test('keeps as notes what was typed into a draft that a colleague has filed', async () => {
  const { page, draft } = await changeOffline('Depus', '069 333 333');
  await submitOffline(page, new KeyboardUser(page));
  await runAction(draft, 'submit', {}, 'cu-001-manager');
  await openDecision(page);
  await page.getByText('Un coleg a depus sau a încheiat deja această cerere.', { exact: false }).waitFor();
  await main(page).getByText('+37369333333').waitFor();
  expect(await axe(page)).toEqual([]);
  await press(page, 'Păstrează ca notă');
  await waitForNothingUnsent(page);
  expect(await notesOf(draft.id)).toMatch(/neprimit de platformă: Date completate \(.*69333333.*\)\. Depunere\./);
  expect(await findByNumber(draft.trackingNumber)).toMatchObject([{ contact: { phone: '+37369000001' } }]);
});
