import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '@cups/testing';
import type { Application } from '@cups/tools/desk';
import { axe, open } from '../desk.ts';
import { applicant, openDeskFor, fileApplication, waitForState } from '../filings.ts';

/** Undoable writes: notes, payments and notifications. */

const operator = 'cu-019-specialist';
const undoNotice = (page: Page) => page.getByText('Se înregistrează peste câteva secunde.');
const undo = (page: Page) => page.getByRole('button', { name: 'Anulează' });

interface RecordedDetails {
  notes?: { text: string }[];
  personNotifications?: { method: string }[];
}

async function recordedOf({ id }: Application): Promise<RecordedDetails> {
  return (await (await openDeskFor(operator)).call<RecordedDetails>('GET', `/applications/${id}`)).body;
}

/** Collects the paths to which the page posts. A contact of the device is no write. */
function writesOf(page: Page): string[] {
  const writes: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (request.method() === 'POST' && !pathname.endsWith('/contact')) writes.push(pathname);
  });
  return writes;
}

async function note(page: Page, text: string): Promise<void> {
  await page.getByLabel('Scrieți o notă').fill(text);
  await page.keyboard.press('Enter');
  await undoNotice(page).waitFor();
}

test('withdraws with a signed statement or the reason why not, and can undo it', async () => {
  const filed = await fileApplication({ operator, ending: 'ZN', content: { applicant: applicant('Retras') } });
  const page = await open({ operator, path: `/applications/${filed.id}` });
  const writes = writesOf(page);
  const yes = page.getByRole('button', { name: 'Da, retrage' });
  await page.getByRole('button', { name: 'Retrage cererea' }).click();
  await yes.click();
  await page.getByText('Tipăriți cererea de retragere, dați-o la semnat și alegeți un răspuns.').waitFor();
  await page.getByRole('radio', { name: 'Nu a semnat' }).check({ force: true });
  await yes.click();
  await page.getByText('Scrieți de ce nu este semnată.').waitFor();
  await page.getByLabel('De ce nu este semnată?').fill('a sunat fiul');
  expect(await axe(page)).toEqual([]);
  await yes.click();
  await undoNotice(page).waitFor();
  expect(await axe(page)).toEqual([]);
  await undo(page).click();
  expect(writes).toEqual([]);
  // The form returns with what was typed.
  expect(await page.getByLabel('De ce nu este semnată?').inputValue()).toBe('a sunat fiul');
  await yes.click();
  await page.getByRole('heading', { name: /retras/i }).waitFor();
  expect(writes.filter((path) => path.includes(filed.id))).toEqual([`/api/v1/applications/${filed.id}/withdraw`]);
  await page.getByText('cererea de retragere nu este semnată: a sunat fiul').waitFor();
});

test('records a notification after confirmation, and can undo it', async () => {
  const filed = await fileApplication({
    operator,
    content: { applicant: applicant('Cazacu'), contact: { phone: '+37369111222' } },
  });
  await waitForState(filed, 'ready', operator);
  const page = await open({ operator, path: `/applications/${filed.id}` });
  const writes = writesOf(page);
  await page.getByRole('button', { name: 'Am anunțat persoana' }).click();
  await page.getByRole('radio').first().focus();
  for (const key of ['ArrowRight', 'ArrowRight', 'ArrowLeft']) await page.keyboard.press(key);
  await page.getByRole('button', { name: 'Notează', exact: true }).waitFor();
  expect(writes).toEqual([]);
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('Enter');
  await undoNotice(page).waitFor();
  expect(await axe(page)).toEqual([]);
  await undo(page).click();
  // The form returns, and confirming without a choice shows an error.
  await page.getByRole('button', { name: 'Notează', exact: true }).click();
  await page.getByText('Alegeți cum i-ați spus.').waitFor();
  expect(writes).toEqual([]);
  expect((await recordedOf(filed)).personNotifications ?? []).toEqual([]);

  // Closing the page sends undoable writes.
  await page.getByRole('radio').first().check({ force: true });
  await page.getByRole('button', { name: 'Notează', exact: true }).click();
  await undoNotice(page).waitFor();
  await page.goto('/find');
  await eventually(async () => ((await recordedOf(filed)).personNotifications?.length === 1 ? true : undefined), {
    timeoutMs: 30_000,
  });
});

test('restores an undone note, and sends notes on lock and sign-out', async () => {
  const filed = await fileApplication({ operator, ending: 'ZN', content: { applicant: applicant('Guțu') } });
  const texts = async () => (await recordedOf(filed)).notes?.map(({ text }) => text) ?? [];
  const isRecorded = (text: string) =>
    eventually(async () => (await texts()).includes(text) || undefined, { timeoutMs: 30_000 });
  const page = await open({ operator, path: `/applications/${filed.id}` });
  await note(page, 'scris din greșeală');
  await undo(page).click();
  await undoNotice(page).waitFor({ state: 'detached' });
  const field = page.getByLabel('Scrieți o notă');
  await eventually(async () => (await field.inputValue()) === 'scris din greșeală' || undefined);
  expect(await field.evaluate((input) => input === document.activeElement)).toBe(true);
  expect(await texts()).toEqual([]);

  await note(page, 'înainte de acoperire');
  await page.keyboard.press('F8');
  await page.getByRole('heading', { name: 'Ecran acoperit. Intrați din nou.' }).waitFor();
  await isRecorded('înainte de acoperire');
  await page.getByRole('button', { name: /Intră din nou/ }).click();

  await note(page, 'înainte de ieșire');
  await page.getByRole('button', { name: /Contul meu/ }).click();
  await page.getByRole('button', { name: 'Ieșire' }).click();
  await page.getByRole('heading', { name: 'Autentificare' }).waitFor();
  await isRecorded('înainte de ieșire');
  expect(await texts()).toEqual(['înainte de acoperire', 'înainte de ieșire']);
});

test('records a note after its undo window', async () => {
  const filed = await fileApplication({ operator, ending: 'ZN', content: { applicant: applicant('Lupu') } });
  const page = await open({ operator, path: `/applications/${filed.id}` });
  await note(page, 'Fiica ridică actul.');
  await undoNotice(page).waitFor({ state: 'detached' });
  await page.getByText('Fiica ridică actul.').waitFor();
  expect(await undo(page).count()).toBe(0);
  await eventually(async () => (await recordedOf(filed)).notes?.length === 1 || undefined);
});
