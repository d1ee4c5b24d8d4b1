import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { sendReply } from '../agency.ts';
import { goOffline, notesOf, openDecision, press, waitForNothingUnsent } from '../conflicts.ts';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication, openDeskFor, waitForState } from '../filings.ts';
import { waitForScreens } from '../offline.ts';
import { passAnswerDate } from '../store.ts';
import { withdraw } from '../withdraw.ts';

/** Acts on filed applications that were done without a line and came too late, or at a time that nothing proves. */

const operator = 'cu-001-specialist';

type Application = Awaited<ReturnType<typeof fileApplication>>;

const DAY_MS = 86_400_000;

/** Opens an application, once the page needs no line for what is on its screen. */
async function openApplication(filed: Application): Promise<Page> {
  const page = await open({ operator, path: `/applications/${filed.id}` });
  await page.getByLabel('Scrieți o notă').waitFor();
  await waitForScreens(page);
  await goOffline(page);
  return page;
}

/** Files an application whose agency asks for documents. */
async function fileAsked(familyName: string): Promise<Application> {
  const filed = await fileApplication({ operator, ending: 'ZD', content: { applicant: applicant(familyName) } });
  return waitForState(filed, 'documents-requested', operator);
}

/** Sends the requested documents without a line. */
async function supply(page: Page): Promise<void> {
  await page.getByLabel('Adus acum').first().check();
  await press(page, /^Trimite actele aduse/);
  await page.getByRole('link', { name: 'Vezi ce este de trimis' }).waitFor();
}

test('shows the decision of the agency beside a withdrawal that came too late, and takes a note after it', async () => {
  const filed = await fileApplication({ operator, ending: 'ZN', content: { applicant: applicant('Grăbit') } });
  const page = await openApplication(filed);
  await withdraw(page);
  await page.getByRole('link', { name: 'Vezi ce este de trimis' }).waitFor();
  await page.getByLabel('Scrieți o notă').fill('Persoana a cerut retragerea la ghișeu');
  await page.keyboard.press('Enter');
  await page.getByText('Persoana a cerut retragerea la ghișeu').waitFor();
  const decision = { outcome: 'approved', decideTime: new Date().toISOString() };
  await sendReply(filed, 'decided', Object.assign({ result: { kind: 'electronic', number: 'ASP-78' } }, decision));
  await waitForState(filed, 'ready', operator);

  await openDecision(page);
  await page.getByText('Instituția a hotărât înainte ca acest act să ajungă.', { exact: false }).waitFor();
  await page.getByText('Gata de înmânat').waitFor();
  await page.getByText('Spuneți decizia și cum se poate contesta.', { exact: false }).waitFor();
  expect(await axe(page)).toEqual([]);
  await press(page, 'Renunță la act');
  await page.getByLabel('De ce renunțați?').fill('Persoana primește rezultatul');
  await press(page, 'Renunță la act');
  await waitForNothingUnsent(page);
  const notes = await notesOf(filed.id);
  expect(notes).toMatch(/s-a renunțat: Retragere\. Motivul: Persoana primește rezultatul/);
  expect(notes).toContain('Persoana a cerut retragerea la ghișeu');
});

test('says that requested documents came after the answer date', async () => {
  const filed = await fileAsked('Întârziat');
  const page = await openApplication(filed);
  await supply(page);
  await passAnswerDate(filed);
  await openDecision(page);
  await page.getByText('Actele au fost primite la ghișeu după termenul instituției.').waitFor();
  await page.getByText('Acte până la').waitFor();
  await page.getByText('pentru acest serviciu este nevoie de o cerere nouă', { exact: false }).waitFor();
  await press(page, 'Păstrează ca notă');
  await waitForNothingUnsent(page);
  expect(await notesOf(filed.id)).toMatch(/neprimit de platformă: Acte aduse/);
});

test('hands documents of a desk with a wrong clock in for a supervisor, who decides that they were in time', async () => {
  const filed = await fileAsked('Ceasornicaru');
  const page = await openApplication(filed);
  // The clock is set back beyond the last contact, while nothing corrects it.
  await page.evaluate((ms) => {
    const now = Date.now.bind(Date);
    Date.now = () => now() - ms;
  }, 3 * DAY_MS);
  await supply(page);
  await passAnswerDate(filed);
  await openDecision(page);
  await page.getByText('nimic nu dovedește ora: ceasul era greșit.', { exact: false }).waitFor();
  await page.getByText('Făcut la ora acestui calculator').waitFor();
  await page.getByText('un supervizor confirmă ziua', { exact: false }).waitFor();
  expect(await axe(page)).toEqual([]);
  await press(page, 'Predă supervizorului');
  await waitForNothingUnsent(page);
  expect(await notesOf(filed.id)).toMatch(/predat supervizorului spre decizie: Acte aduse/);

  const supervisor = await openDeskFor('supervisor');
  const { body } = await supervisor.call<{ acts: { id: string; kind: string; deskTimeBounded: boolean }[] }>(
    'GET',
    `/quarantined-acts?application=${filed.id}`,
  );
  expect(body.acts).toMatchObject([{ kind: 'supply-documents', deskTimeBounded: false }]);
  await supervisor.call('POST', `/quarantined-acts/${body.acts[0]!.id}/release`, { body: {} });
  const desk = await openDeskFor(operator);
  const { body: released } = await desk.call<Application>('GET', `/applications/${filed.id}`);
  expect(released.submissionCount).toBe(2);
});
