import type { Page } from 'playwright-core';
import { idnpOfOperator } from '@cups/tools/filings';
import { applicant, fileApplication } from './filings.ts';
import { fileForKnownPerson, KeyboardUser } from './keyboard.ts';
import type { Sample } from './sample.ts';
import type { Screen } from './screen.ts';
import { sessionKeyHeaders } from './session-key.ts';
import { platformUrl } from './test-env.ts';

/** Screens of the desk's ordinary work, of supervisors and of tracking, for screenshots. */

const CLERK = 'cu-001-specialist';
const pathOfSample =
  (which: keyof Sample, rest = '') =>
  (sample: Sample) =>
    `/applications/${sample[which].id}${rest}`;

/** Opens a visit up to the screen with this title. */
const openVisitAt = (title: string) => async (page: Page) => {
  const reached = new Error(title);
  const user = new KeyboardUser(page, (screen) => {
    if (screen === title) throw reached;
  });
  await fileForKnownPerson(user, 'Lung').catch((error: unknown) => {
    if (error !== reached) throw error;
  });
};

export const DESK_SCREENS: readonly Screen[] = [
  { name: 'sign-in', path: () => '/' },
  { name: 'queue', operator: CLERK, path: () => '/', isLocalized: true },
  { name: 'queue-dark', operator: CLERK, path: () => '/', isDark: true },
  { name: 'covered', operator: CLERK, path: () => '/', prepare: (page) => page.keyboard.press('F8') },
  { name: 'keys', operator: CLERK, path: () => '/', prepare: (page) => page.keyboard.press('Slash') },
  { name: 'service', operator: CLERK, path: () => '/', prepare: openVisitAt('Ce serviciu cere persoana?') },
  { name: 'person', operator: CLERK, path: () => '/', prepare: openVisitAt('Cine cere serviciul?') },
  { name: 'form', operator: CLERK, path: () => '/', prepare: openVisitAt('Ce se cere?') },
  { name: 'papers', operator: CLERK, path: () => '/', prepare: openVisitAt('Ce acte a adus persoana?') },
  { name: 'cost', operator: CLERK, path: () => '/', prepare: openVisitAt('Ce termen și cost alege persoana?') },
  { name: 'mandate', operator: CLERK, path: () => '/', prepare: openVisitAt('Persoana împuternicește centrul') },
  { name: 'review', operator: CLERK, path: () => '/', prepare: openVisitAt('Persoana verifică datele') },
  { name: 'receipt', operator: CLERK, path: () => '/', prepare: openVisitAt('Cererea a fost depusă') },
  { name: 'application', operator: CLERK, path: pathOfSample('asked'), isLocalized: true },
  { name: 'application-dark', operator: CLERK, path: pathOfSample('asked'), isDark: true },
  { name: 'application-under-way', operator: CLERK, path: pathOfSample('underway') },
  { name: 'application-closed', operator: CLERK, path: pathOfSample('closed') },
  { name: 'application-rejected', operator: CLERK, path: pathOfSample('rejected') },
  { name: 'documents', operator: CLERK, path: pathOfSample('asked'), prepare: (page) => page.keyboard.press('a') },
  { name: 'submission', operator: CLERK, path: pathOfSample('asked', '/submissions/1') },
  { name: 'hand-over', operator: CLERK, path: pathOfSample('ready', '/hand-over'), isLocalized: true },
  { name: 'own-application', operator: CLERK, path: () => '/', prepare: ownDraft },
  { name: 'find', operator: CLERK, path: () => '/', prepare: find },
  { name: 'team', operator: 'cu-001-manager', path: () => '/team', prepare: recordAbsence, isLocalized: true },
  {
    name: 'team-invite',
    operator: 'cu-001-manager',
    path: () => '/team',
    prepare: (page) => page.keyboard.press('Control+Enter'),
  },
  { name: 'team-former', operator: 'cu-001-manager', path: () => '/team', prepare: showFormerMember },
  { name: 'team-staff', operator: 'supervisor', path: () => '/team/staff' },
  {
    name: 'me',
    operator: CLERK,
    path: () => '/',
    prepare: (page) => page.getByRole('button', { name: /Contul meu/ }).click(),
  },
  { name: 'centres', operator: 'supervisor', path: () => '/centres', isLocalized: true },
  { name: 'practice', operator: 'cu-002-specialist', path: () => '/' },
  { name: 'tracking', path: (sample) => `/t#${sample.asked.trackingNumber}`, isLocalized: true },
];

async function find(page: Page): Promise<void> {
  await page.keyboard.press('F2');
  await page.keyboard.type('Mora');
  await page.keyboard.press('Enter');
}

/** The clerk is the applicant. */
async function ownDraft(page: Page): Promise<void> {
  const person = Object.assign(applicant('Testescu', 'Ana'), { idnp: idnpOfOperator(CLERK) });
  const { id } = await fileApplication({ submit: false, content: { applicant: person } });
  await page.goto(`/applications/${id}`);
}

/** Invites a member and removes them again. */
async function showFormerMember(page: Page): Promise<void> {
  const team = `${platformUrl()}/api/v1/centres/CU-001/operators`;
  const { idnp, givenName, familyName } = applicant('Ciobanu', 'Ana');
  const data = { idnp, givenName, familyName, roles: ['specialist'] };
  const key = await sessionKeyHeaders(page);
  const headers = () => Object.assign({ 'Idempotency-Key': crypto.randomUUID() }, key);
  const invited = await page.request.post(team, { data, headers: headers() });
  const { name } = (await invited.json()) as { name: string };
  await page.request.delete(`${team}/${name.replace('operators/', '')}`, { headers: headers() });
  await page.reload();
  await page.getByRole('button', { name: 'Arată și cine a plecat' }).click();
  await page.locator('main li button', { hasText: 'Ciobanu' }).click();
}

/** Records an absence of the specialist, and shows it to the manager. */
async function recordAbsence(page: Page): Promise<void> {
  const days = (n: number) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);
  const data = { from: days(0), to: days(7), standIn: 'operators/cu-001-manager' };
  const headers = Object.assign({ 'Idempotency-Key': crypto.randomUUID() }, await sessionKeyHeaders(page));
  await page.request.put(`${platformUrl()}/api/v1/centres/CU-001/operators/cu-001-specialist/absence`, {
    data,
    headers,
  });
  await page.reload();
  await page.locator('main li button').nth(1).click();
}
