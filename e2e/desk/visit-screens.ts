import type { Language } from '@cups/application';
import type { Page } from 'playwright-core';
import { applicant, fileApplication } from './filings.ts';
import type { Screen } from './screen.ts';

/** Screens of a visit, for screenshots. Their steps use no words of the page, because each is shown in three languages. */

const CLERK = 'cu-001-specialist';
const at = (page: Page, pointer: string) => page.locator(`[id="${pointer}"]`);
const IDNP = '/applicant/idnp';

/** Starts a visit at the search of services. */
async function startVisit(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor();
  await page.keyboard.press('n');
  await page.getByRole('combobox').waitFor();
}

/** Chooses the extract of the population register, whose name is found in every language. */
async function chooseService(page: Page): Promise<void> {
  await page.getByRole('combobox').pressSequentially('adeverinta');
  await page.getByRole('option', { selected: true }).waitFor();
  await page.getByRole('combobox').press('Enter');
  await at(page, IDNP).waitFor();
}

async function typePerson(page: Page, familyName: string): Promise<void> {
  const person = applicant(familyName);
  await at(page, IDNP).pressSequentially(person.idnp);
  await at(page, '/applicant/familyName').pressSequentially(person.familyName);
  await at(page, '/applicant/givenName').pressSequentially(person.givenName);
  await at(page, '/applicant/givenName').press('Tab');
}

/** Opens another window of the clerk. */
async function openWindow(page: Page, path: string): Promise<Page> {
  const other = await page.context().newPage();
  await other.goto(path);
  await other.locator('main h1').first().waitFor();
  return other;
}

/** N in two windows, before the first one has a service and a person. */
async function showSecondVisit(page: Page): Promise<void> {
  const first = await openWindow(page, '/');
  await startVisit(first);
  await page.bringToFront();
  await startVisit(page);
  await first.bringToFront();
  await chooseService(first);
  await typePerson(first, 'Întâiescu');
  await page.bringToFront();
}

/** The second window opens the visit of the first one. */
async function showVisitOfOtherWindow(page: Page): Promise<void> {
  const first = await openWindow(page, '/');
  await startVisit(first);
  await chooseService(first);
  await typePerson(first, 'Întâiescu');
  await waitForSaved(first);
  await page.goto(first.url());
  await page.locator('main section').or(at(page, IDNP)).first().waitFor();
}

/** The second window types another person into the visit of the first one. */
async function showReplacedPerson(page: Page): Promise<void> {
  await startVisit(page);
  await chooseService(page);
  await typePerson(page, 'Întâiescu');
  await waitForSaved(page);
  const second = await openWindow(page, page.url());
  const correct = second.locator('main section button').first();
  await correct.or(at(second, IDNP)).first().waitFor();
  if ((await at(second, IDNP).count()) === 0) await correct.click();
  await typePerson(second, 'Altuleac');
  await waitForSaved(second);
  await page.bringToFront();
}

/** The draft is stored at the platform. */
const waitForSaved = (page: Page) =>
  page
    .getByRole('contentinfo')
    .getByText(/\d\d:\d\d$/)
    .first()
    .waitFor();

/** Applicants of one name, filed once for all pictures. */
let namesakes: Promise<unknown> | undefined;

const fileNamesakes = () =>
  Promise.all(
    ['Ana', 'Vera', 'Ion', 'Galina'].map((givenName, n) =>
      fileApplication({
        ending: 'ZN',
        content: { applicant: { ...applicant('Rusu', givenName), birthDate: `${1948 + n * 13}-02-03` } },
      }),
    ),
  );

async function showNamesakes(page: Page): Promise<void> {
  namesakes ??= fileNamesakes();
  await namesakes;
  await startVisit(page);
  await chooseService(page);
  await at(page, IDNP).pressSequentially('Rusu');
  await page.getByRole('button', { name: /Rusu/ }).nth(3).waitFor();
  await at(page, IDNP).press('Enter');
}

async function showCyrillicName(page: Page): Promise<void> {
  await startVisit(page);
  await chooseService(page);
  await at(page, '/applicant/familyName').pressSequentially('Чобану');
  await at(page, '/applicant/givenName').pressSequentially('Юрий');
  await at(page, '/applicant/birthDate').pressSequentially('04.05.1856');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('alert').first().waitFor();
}

const SEARCHES: Readonly<Record<'pension' | 'aid', Readonly<Record<Language, string>>>> = {
  pension: { ro: 'revizuire pensie', ru: 'пересмотр пенсии', en: 'pension review' },
  aid: { ro: 'ajutor social', ru: 'социальная помощь', en: 'social aid' },
};

const search = (what: keyof typeof SEARCHES) => async (page: Page, _sample: unknown, language: Language) => {
  await startVisit(page);
  await page.getByRole('combobox').pressSequentially(SEARCHES[what][language]);
  await page.getByRole('option', { selected: true }).waitFor();
};

const screen = (name: string, prepare: NonNullable<Screen['prepare']>): Screen => ({
  name,
  operator: CLERK,
  path: () => '/',
  prepare,
  isLocalized: true,
});

export const VISIT_SCREENS: readonly Screen[] = [
  screen('windows-new-visit', showSecondVisit),
  screen('windows-same-visit', showVisitOfOtherWindow),
  screen('windows-replaced-person', showReplacedPerson),
  screen('namesakes', showNamesakes),
  screen('cyrillic-name', showCyrillicName),
  screen('search-pension', search('pension')),
  screen('search-aid', search('aid')),
];
