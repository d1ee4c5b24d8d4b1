import { expect, test } from '@jest/globals';
import { idnp, idnpOfOperator } from '@cups/tools/filings';
import type { Page } from 'playwright-core';
import { axe, open, PHONE, tolerate } from '../desk.ts';
import { runAction, applicant, fileApplication, nextPerson } from '../filings.ts';
import { KeyboardUser } from '../keyboard.ts';
import { fillInRequest } from '../offline.ts';
import { pdfText } from '../pdf.ts';

/** Visits, from the service to the receipt: input, storage and colleagues. */

/** Returns a control by its pointer. */
const at = (page: Page, pointer: string) => page.locator(`[id="${pointer}"]`);
/** Selects a radio button. */
const choose = (page: Page, name: string) => page.getByRole('radio', { name, exact: true }).check({ force: true });
const footer = (page: Page) => page.getByRole('contentinfo');
const saved = (page: Page) => footer(page).getByText(/^(Salvat la|Сохранено в|Saved at) \d\d:\d\d$/);

/** Opens a visit for a service, up to the applicant screen. */
async function begin(page: Page, service: string): Promise<KeyboardUser> {
  const user = new KeyboardUser(page);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await user.press('n');
  await page.getByRole('combobox').waitFor();
  await user.type(service);
  await page.getByRole('option', { selected: true }).waitFor();
  await user.press('Enter');
  await at(page, '/applicant/familyName').waitFor();
  return user;
}

/** Types texts into consecutive fields, with Enter after each. */
async function fields(user: KeyboardUser, ...texts: string[]): Promise<void> {
  for (const text of texts) {
    await user.type(text);
    await user.press('Enter');
  }
}

async function titleIs(page: Page, title: string | RegExp): Promise<void> {
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
}

test('validates each screen of an allowance, and saves it for later', async () => {
  const page = await open({ operator: 'cu-001-specialist' });
  const found: string[] = [];
  const checkScreen = async (where: string) => found.push(...(await axe(page)).map((fault) => `${where}: ${fault}`));
  const user = await begin(page, 'bani pentru copil');
  await user.press('Control+Enter');
  const summary = page.getByRole('alert').filter({ hasText: 'De corectat' });
  expect(await summary.getByRole('link').count()).toBe(5);
  expect(await summary.evaluate((box) => box === document.activeElement)).toBe(true);
  await summary.getByRole('link', { name: /^Data nașterii/ }).click();
  expect(await at(page, '/applicant/birthDate').evaluate((field) => field === document.activeElement)).toBe(true);
  await checkScreen('person with faults');

  await at(page, '/applicant/idnp').focus();
  const [mother, child] = [idnp(nextPerson()), idnp(nextPerson())];
  await user.type(`${mother.slice(0, 12)}${(Number(mother[12]) + 1) % 10}`);
  await page.getByText('13 din 13').waitFor();
  await page
    .getByText(/Ultima cifră nu se potrivește/)
    .first()
    .waitFor();
  await at(page, '/applicant/idnp').fill(mother);
  await at(page, '/applicant/familyName').focus();
  await fields(user, 'ŢURCAN-ROTARU', 'vera', '31.2.90');
  await page
    .getByText(/Această zi nu există/)
    .first()
    .waitFor();
  await at(page, '/applicant/birthDate').fill('1.2.90');
  await page.getByText('joi, 1 februarie 1990').waitFor();
  expect(await at(page, '/applicant/familyName').inputValue()).toBe('Țurcan-Rotaru');
  await choose(page, 'Telefon');
  await at(page, '/contact/phone').fill('069 123 456');
  await choose(page, 'Pentru altă persoană');
  await user.press('Control+Enter');

  await titleIs(page, 'Pentru cine și cu ce temei?');
  await fields(user, child, 'Țurcan', 'Ана');
  await page.getByText(/Numele are litere chirilice/).waitFor();
  await at(page, '/represented/givenName').fill('Ana');
  await at(page, '/represented/birthDate').fill('05032026');
  await choose(page, 'Tutelă sau curatelă');
  await checkScreen('behalf');
  await at(page, '/mandate/reference').fill('decizia 12');
  await user.press('Control+Enter');

  await titleIs(page, 'Copilul');
  await checkScreen('form');
  await page.getByRole('button', { name: 'Folosește' }).first().click();
  await page.getByRole('button', { name: 'Folosește' }).click();
  expect(await at(page, '/answers/childBirthDate').inputValue()).toBe('05.03.2026');
  await user.press('Control+Enter');
  await titleIs(page, 'Plata');
  await choose(page, 'Cont bancar');
  await at(page, '/answers/iban').fill('md24 ag00 0225 1000 1310 4167');
  await user.press('Control+Enter');
  await page
    .getByRole('alert')
    .getByText(/IBAN-ul nu este complet/)
    .waitFor();
  await choose(page, 'Oficiu poștal');
  await at(page, '/answers/iban').waitFor({ state: 'detached' });
  await user.press('Control+Enter');

  await titleIs(page, 'Ce acte a adus persoana?');
  await user.press('Space');
  const certificate = page.getByRole('group', { name: /^Certificatul de naștere/ });
  await certificate.getByRole('radio', { name: 'Mai târziu' }).check({ force: true });
  await checkScreen('papers');
  await user.press('Control+Enter');
  await titleIs(page, 'Ce termen și cost alege persoana?');
  await user.press('Control+Enter');
  await titleIs(page, 'Persoana împuternicește centrul');
  await page.getByText(/care reprezint pe Ana Țurcan/).waitFor();
  await checkScreen('mandate');
  await user.press('Control+Enter');
  await titleIs(page, 'Persoana verifică datele');
  await user.press('Control+Enter');
  const missing = page.getByRole('button', { name: /^Certificatul de naștere .* lipsește încă/ });
  await missing.waitFor();
  await checkScreen('review with what is missing');
  await saved(page).waitFor();
  await page.evaluate(() => {
    window.print = () => Object.assign(window, { paper: document.getElementById('paper')?.innerText });
  });
  await page.getByRole('button', { name: 'Pune deoparte' }).first().click();
  await titleIs(page, 'Ce serviciu cere persoana?');
  expect(await page.evaluate(() => (window as unknown as { paper: string }).paper)).toContain(
    'Certificatul de naștere',
  );
  await page.getByText('Cererea este pusă deoparte și stă la ciorne.').waitFor();
  await checkScreen('after parking');
  await page.getByRole('link', { name: 'Vezi ciornele' }).click();
  await titleIs(page, 'Ciorne');
  await page.getByRole('link', { name: /Țurcan-Rotaru/ }).waitFor();
  expect(found).toEqual([]);
});

test('files one of two services in a visit, and reuses the person', async () => {
  const known = applicant('Bostan');
  await fileApplication({ content: { applicant: known, contact: { none: true } } });
  const page = await open({ operator: 'cu-001-specialist' });
  const user = await begin(page, 'adeverinta');
  await user.type(known.idnp);
  await page
    .getByText('Persoana este cunoscută aici')
    .or(page.getByRole('button', { name: 'Preia datele' }))
    .first()
    .waitFor();
  await user.press('Enter');
  await page.getByText('joi, 4 mai 1961').waitFor();
  await page.getByRole('complementary').getByText('Cereri deschise aici').waitFor();
  await user.press('Control+Enter');
  await titleIs(page, 'Ce se cere?');
  await user.press('Control+Enter');
  await page.getByRole('alert').getByText('De corectat').waitFor();
  await fillInRequest(user);
  await user.press('Control+Enter');
  await page.getByText(/Persoana citește datele, apoi notați/).waitFor();
  await at(page, '/checked').check({ force: true });
  await user.press('Control+Enter');
  await titleIs(page, 'Cererea a fost depusă');
  const number = await page.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}$/).innerText();
  expect(await axe(page)).toEqual([]);
  expect((await pdfText(page)).join('\n')).toContain(number);

  await page.getByRole('button', { name: 'Încă un serviciu pentru aceeași persoană' }).click();
  await titleIs(page, 'Ce serviciu cere persoana?');
  await user.type('cazier');
  await user.press('Enter');
  await titleIs(page, 'Cine cere serviciul?');
  expect(await at(page, '/applicant/familyName').inputValue()).toBe('Bostan');
  await page.getByRole('button', { name: 'Șterge ciorna' }).click();
  await page.getByRole('alert').getByRole('button', { name: 'Șterge ciorna' }).click();
  await titleIs(page, /^Astăzi/);
});

test('keeps input over lock, reload and outage, and shows conflicts', async () => {
  const page = await open({ operator: 'cu-001-specialist' });
  tolerate(page, /Failed to load resource/, /412/);
  const user = await begin(page, 'cazier');
  await fields(user, idnp(nextPerson()), 'Melnic', 'Olga');
  await user.type('3.4');
  await user.press('F8');
  await page
    .getByRole('heading', { name: 'Ecran acoperit. Intrați din nou.' })
    .or(page.getByText('Ecran acoperit'))
    .first()
    .waitFor();
  expect(await page.locator('body').innerText()).not.toContain('Melnic');
  await page.getByRole('button', { name: 'Intră din nou' }).click();
  await titleIs(page, 'Cine cere serviciul?');
  expect(await at(page, '/applicant/birthDate').inputValue()).toBe('3.4');
  await at(page, '/applicant/birthDate').fill('3.4.70');
  await saved(page).waitFor();
  const draft = new URL(page.url()).pathname.split('/')[3] as string;

  const other = await open({ operator: 'cu-001-manager', path: `/visits/resume/${draft}` });
  await other.getByText(/De această ciornă se ocupă/).waitFor();
  await at(other, '/applicant/givenName').fill('Olguța');
  await choose(other, 'Telefon');
  await at(other, '/contact/phone').fill('069222333');
  await other.getByRole('button', { name: 'Preia ciorna' }).click();
  await other.getByText(/De această ciornă se ocupă/).waitFor({ state: 'detached' });
  await saved(other).waitFor();

  await at(page, '/applicant/givenName').fill('Oleana');
  const both = page.getByRole('alert').filter({ hasText: 'Altcineva a scris între timp' });
  await both.waitFor();
  expect(await axe(page)).toEqual([]);
  expect(await at(page, '/contact/phone').inputValue()).toBe('+37369222333');
  expect(await at(page, '/applicant/givenName').inputValue()).toBe('Oleana');
  await both.getByRole('button', { name: /Scris aici/ }).click();
  await both.waitFor({ state: 'detached' });
  await saved(page).waitFor();

  await page.route('**/api/**', (route) => route.abort());
  await at(page, '/applicant/familyName').fill('Melnic-Rusu');
  await footer(page).getByText('Se păstrează aici, de trimis').waitFor();
  await user.press('Control+Enter');
  await titleIs(page, 'Ce se cere?');
  await page.unroute('**/api/**');
  await saved(page).waitFor({ timeout: 30_000 });
  await page.reload();
  await titleIs(page, 'Ce se cere?');
  await page.getByRole('button', { name: 'Înapoi' }).click();
  expect(await at(page, '/applicant/familyName').inputValue()).toBe('Melnic-Rusu');
});

test('leaves the submission of an own application to a colleague', async () => {
  const draft = await fileApplication({ submit: false, content: { applicant: applicant('Sandu') } });
  const page = await open({ operator: 'cu-001-specialist', path: `/visits/resume/${draft.id}` });
  tolerate(page, /Failed to load resource/, /403/);
  const own = page.getByText(/^Aceasta este cererea dumneavoastră/);
  const user = new KeyboardUser(page);
  await titleIs(page, 'Persoana verifică datele');
  await page.getByRole('button', { name: 'Depune cererea' }).waitFor();
  expect(await own.count()).toBe(0);

  await page.route('**/api/v1/applications/**', (route) => route.abort());
  await page.getByRole('button', { name: 'Schimbă Persoana' }).click();
  await at(page, '/applicant/idnp').fill(idnpOfOperator('cu-001-specialist'));
  await user.press('Control+Enter');
  while (!(await at(page, '/checked').isVisible())) await user.press('Control+Enter');
  await at(page, '/checked').check({ force: true });
  await page.getByRole('button', { name: 'Depune cererea' }).click();
  await titleIs(page, 'Luată la ghișeu, încă neînregistrată');
  await page.unroute('**/api/v1/applications/**');
  // An overloaded platform asks for up to 30 s between two attempts.
  await page.getByText(/un coleg face acest pas/).waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Deschide ciorna' }).click();
  await own.filter({ hasText: 'un coleg o depune' }).waitFor();
  expect(await page.getByRole('button', { name: 'Depune cererea' }).count()).toBe(0);
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Las-o unui coleg' }).click();
  await titleIs(page, 'Ce serviciu cere persoana?');

  const filed = await runAction(draft, 'submit', {}, 'cu-001-manager');
  await page.goto(`/applications/${filed.id}`);
  await own.filter({ hasText: 'pașii care urmează îi face un coleg' }).waitFor();
  expect(await page.getByRole('button', { name: 'Retrage cererea' }).count()).toBe(0);
  expect(await axe(page)).toEqual([]);
});

test.each([
  ['RU', 'судимость', 'Кто обращается?', { viewport: { width: 320, height: 640 } }],
  ['EN', 'criminal record', 'Who is applying?', { viewport: PHONE }],
] as const)('fits a visit in %s on a narrow screen, accessibly', async (language, query, title, options) => {
  const page = await open(Object.assign({ operator: 'cu-001-specialist' }, options));
  await page.getByRole('button', { name: 'Meniu' }).click();
  await page.getByRole('button', { name: language, exact: true }).click();
  // The menu closes before the next key.
  await page.keyboard.press('Escape');
  await begin(page, query);
  await titleIs(page, title);
  await at(page, '/applicant/idnp').fill(idnp(nextPerson()));
  expect(await axe(page)).toEqual([]);
  const width = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(width).toBeLessThanOrEqual(0);
});
