import type { Page } from 'playwright-core';
import { eventually } from '@cups/testing';
import { applicant, fileApplication, openDeskFor, runAction } from './filings.ts';
import type { Sample } from './sample.ts';
import type { Screen } from './screen.ts';

/**
 * Screens of mandates, access list, correction, copies and the end of data, for screenshots. Their steps use no words of
 * the page, because each is shown in three languages.
 */

const CLERK = 'cu-001-specialist';

/** Grants a mandate of a person who reads a language, for a service and a theme. */
async function grant(familyName: string, given: { language?: string; term?: string; givenName?: string } = {}) {
  const { language = 'ro', term = 'days-365', givenName = 'Maria' } = given;
  const { idnp } = applicant(familyName, givenName);
  const body = {
    person: { idnp, givenName, familyName },
    scope: { publicServices: ['publicServices/civil-status-extract'], themes: ['property'] },
    term,
    ground: { kind: 'present-and-signing' },
    language,
  };
  const desk = await openDeskFor(CLERK);
  return (await desk.call<{ id: string; code: string }>('POST', '/mandates', { body })).body;
}

/** The longest names that a list must hold. */
const LONG_NAME = { familyName: 'Constantinescu-Hadîrcă', givenName: 'Alexandrina-Ecaterina' };

/** The mandates of all pictures of the list. */
let granted: Promise<unknown> | undefined;

/** Shows the centre's mandates, of which some end soon. */
async function showMandates(page: Page): Promise<void> {
  granted ??= Promise.all([
    grant('Ursu', { term: 'days-31' }),
    grant(LONG_NAME.familyName, { givenName: LONG_NAME.givenName }),
  ]);
  await granted;
  await page.reload();
  await page.locator('[data-row]').first().waitFor();
}

/** Shows a mandate of which a part was revoked. */
async function showMandate(page: Page): Promise<void> {
  const { id } = await grant(LONG_NAME.familyName, { language: 'ru', givenName: LONG_NAME.givenName });
  const desk = await openDeskFor(CLERK);
  await desk.call('POST', `/mandates/${id}/revoke`, { body: { scope: { themes: ['property'] } } });
  await page.goto(`/mandates/${id}`);
  await page.locator('blockquote').first().waitFor();
}

/** Opens a draft that lacks its mandate. */
async function showMandateStep(page: Page): Promise<void> {
  const person = { ...applicant(LONG_NAME.familyName, LONG_NAME.givenName), language: 'ru' };
  const { id } = await fileApplication({ submit: false, mandate: false, content: { applicant: person } });
  await page.goto(`/visits/resume/${id}`);
  await page.locator('blockquote').last().waitFor();
}

/** The list without anything that is still on its way to the journal. */
async function showAccessList(page: Page, { asked }: Sample): Promise<void> {
  const manager = await openDeskFor('cu-001-manager');
  await manager.call('GET', `/applications/${asked.id}/details`);
  await page.reload();
  await page.locator('main table').waitFor();
  await page.locator('main dl').waitFor();
  await eventually(async () => (await page.locator('main .lucide-shield-check').count()) > 0);
}

const UNAVAILABLE = JSON.stringify({ type: 'about:blank', title: '', status: 503, reason: 'UPSTREAM_UNAVAILABLE' });

/** The journal does not respond. */
async function showListWithoutJournal(page: Page): Promise<void> {
  await page.route('**/api/v1/applications/*/journal?**', (route) =>
    route.fulfill({ status: 503, headers: { 'content-type': 'application/problem+json' }, body: UNAVAILABLE }),
  );
  await page.reload();
  await page.locator('main table').waitFor();
}

async function showCorrection(page: Page): Promise<void> {
  const contact = { email: 'corectescu@example.md' };
  const { id } = await fileApplication({ ending: 'ZN', content: { applicant: applicant('Corectescu'), contact } });
  await page.goto(`/applications/${id}/correct`);
  await page.locator('[id="/answers/eventPlace"]').fill('Vorniceni');
  await page.locator('ins').first().scrollIntoViewIfNeeded();
}

/** Creates the copy of a person with one application. */
async function showCopy(page: Page): Promise<void> {
  const person = applicant('Copiescu');
  await fileApplication({ ending: 'ZN', content: { applicant: person } });
  const inputs = page.locator('main form input:not([type=radio])');
  await inputs.first().fill(person.idnp);
  await page.locator('main form input[type=radio]').first().check({ force: true });
  await inputs.last().fill('CD-12/2026');
  await page.keyboard.press('Enter');
  await page.locator('main section dl').waitFor();
}

/** Shows an open application, and below it one that was erased on request. */
async function showDataEnd(page: Page, { underway }: Sample): Promise<void> {
  const erased = await fileApplication({ ending: 'ZN' });
  await runAction(erased, 'withdraw');
  const supervisor = await openDeskFor('supervisor');
  const body = { application: `applications/${erased.id}`, reason: 'no-longer-needed' };
  await supervisor.call('POST', '/erasures', { body });
  await page.goto(`/data-ends/${underway.id}`);
  await page.locator('main table').waitFor();
}

/** Shows a mandate to the holder of its code, with the receipt of what they revoked. */
async function showTrackedMandate(page: Page): Promise<void> {
  const { id, code } = await grant('Munteanu');
  const desk = await openDeskFor(CLERK);
  await desk.call('POST', `/mandates/${id}/revoke`, { body: { scope: { themes: ['property'] } } });
  await page.getByRole('textbox').fill(code);
  await page.keyboard.press('Enter');
  await page.locator('#state').waitFor();
}

const SUPERVISOR = 'supervisor';
const listOf = ({ asked }: Sample) => `/applications/${asked.id}/access-log`;

export const TRUST_SCREENS: readonly Screen[] = [
  { name: 'mandates', operator: CLERK, path: () => '/mandates', prepare: showMandates, isLocalized: true },
  { name: 'mandates-dark', operator: CLERK, path: () => '/mandates', isDark: true },
  {
    name: 'one-mandate',
    operator: CLERK,
    path: () => '/mandates',
    prepare: showMandate,
    isLocalized: true,
  },
  { name: 'visit-mandate', operator: CLERK, path: () => '/', prepare: showMandateStep, isLocalized: true },
  { name: 'access-list', operator: CLERK, path: listOf, prepare: showAccessList, isLocalized: true },
  { name: 'access-list-dark', operator: CLERK, path: listOf, prepare: showAccessList, isDark: true },
  { name: 'access-list-without-journal', operator: CLERK, path: listOf, prepare: showListWithoutJournal },
  { name: 'correction', operator: CLERK, path: () => '/', prepare: showCorrection, isLocalized: true },
  { name: 'correction-dark', operator: CLERK, path: () => '/', prepare: showCorrection, isDark: true },
  { name: 'copies', operator: SUPERVISOR, path: () => '/copies', isLocalized: true },
  { name: 'copy', operator: SUPERVISOR, path: () => '/copies', prepare: showCopy, isLocalized: true },
  {
    name: 'data-end',
    operator: SUPERVISOR,
    path: () => '/data-ends',
    prepare: showDataEnd,
    isLocalized: true,
  },
  { name: 'data-end-dark', operator: SUPERVISOR, path: () => '/data-ends', isDark: true },
  {
    name: 'tracking-mandate',
    path: () => '/t#mandate',
    prepare: showTrackedMandate,
    isLocalized: true,
    isWhole: true,
  },
];
