import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { revokeMandate } from '@cups/tools/mandates';
import type { Page } from 'playwright-core';
import { axe, open, tolerate } from '../desk.ts';
import { applicant, fileApplication, openDeskFor, waitForState } from '../filings.ts';
import type { OpenOptions } from '../desk.ts';
import { KeyboardUser } from '../keyboard.ts';

/** The mandate of a visit, and of requested documents. */

const operator = 'cu-001-specialist';
const title = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });
const MANDATE = 'Persoana împuternicește centrul';
/** The folder of mail beside that of the keys. */
const MAIL_DIR = join(process.env['CUPS_DESK_KEYS']!, '../mail');
const codeMails = () =>
  (existsSync(MAIL_DIR) ? readdirSync(MAIL_DIR) : []).filter(
    (name) => name.startsWith('mandate-code-') && name.endsWith('.eml'),
  );
const REVIEW = 'Persoana verifică datele';

/** Opens a draft without a mandate, as an earlier release left it. */
async function openDraft(
  familyName: string,
  options: Pick<OpenOptions, 'viewport'> & { language?: string } = {},
): Promise<Page> {
  const { language = 'ro', ...context } = options;
  const person = { ...applicant(familyName), language };
  const { id } = await fileApplication({ submit: false, mandate: false, content: { applicant: person } });
  return open(Object.assign({ operator, path: `/visits/resume/${id}` }, context));
}

test('records the mandate that a draft of an earlier release lacks, with one key', async () => {
  const page = await openDraft('Vechiu');
  const user = new KeyboardUser(page);
  await title(page, MANDATE);
  await page.getByText(/Eu, Maria Vechiu \(IDNP 2900\d+\), împuternicesc centrul „Lozova”/).waitFor();
  expect(await axe(page)).toEqual([]);
  await user.press('Enter');
  await title(page, REVIEW);
  expect(user.keys).toBe(1);
  await page.getByText('Împuternicirea este înregistrată').waitFor();

  await button(page, 'Schimbă Împuternicirea').click();
  await page.getByText(/^Tipărită la/).waitFor();
  await button(page, 'Tipărește un cod').click();
  await page.getByLabel('Codul spus de persoană').fill('12');
  await page.getByLabel('Codul spus de persoană').fill('000000');
  await button(page, 'Confirmă codul').click();
  await page.getByText(/Codul nu se potrivește|Codul este confirmat/).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByLabel('E-mailul persoanei').fill('maria');
  await button(page, 'Trimite codul prin e-mail').click();
  await page.getByText('Scrieți adresa întreagă, de exemplu nume@exemplu.md.').waitFor();
  const before = codeMails();
  await page.getByLabel('E-mailul persoanei').fill('maria@example.org');
  await button(page, 'Trimite codul prin e-mail').click();
  await page.getByText('Codul a fost trimis.').waitFor();
  await page.getByText(/^peste \d+ s$/).waitFor();
  expect(await axe(page)).toEqual([]);
  const [mail] = codeMails().filter((name) => !before.includes(name));
  const [, code = ''] = /este (\d{6})\./.exec(readFileSync(join(MAIL_DIR, mail!), 'utf8'))!;
  await page.getByLabel('Codul spus de persoană').fill(code);
  await button(page, 'Confirmă codul').click();
  await page.getByText('Codul este confirmat.').waitFor();
  expect(await axe(page)).toEqual([]);
  // Another person needs another mandate.
  await button(page, 'Persoana').click();
  await page.locator('[id="/applicant/familyName"]').fill('Nou');
  await button(page, 'Verificarea').click();
  await button(page, /^Împuternicirea: Înregistrați împuternicirea/).waitFor();
});

test('names a mandate that waits for the platform', async () => {
  const page = await openDraft('Rupere');
  tolerate(page, /Failed to load resource/);
  await title(page, MANDATE);
  await page.route('**/api/**', (route) => route.abort());
  await page.getByRole('radio', { name: /^Timp de 182 de zile/ }).check({ force: true });
  await page.getByRole('radio', { name: 'Teme' }).check({ force: true });
  await page.getByRole('checkbox', { name: 'Transport' }).check({ force: true });
  await page.getByText(/Pentru: .*; Transport\./).waitFor();
  await button(page, 'Înregistrează și tipărește').click();
  // The draft names the mandate before the platform has it.
  await title(page, REVIEW);
  await button(page, /^Împuternicirea/).click();
  await page.getByText(/Împuternicirea se înregistrează automat când revine/).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.unroute('**/api/**');
  await page.getByText('Împuternicirea este înregistrată').waitFor({ timeout: 60_000 });
});

test('uses a standing mandate of the person with one key', async () => {
  const person = applicant('Statornic');
  await fileApplication({ content: { applicant: person } });
  const { id } = await fileApplication({ submit: false, mandate: false, content: { applicant: person } });
  const page = await open({ operator, path: `/visits/resume/${id}` });
  await title(page, MANDATE);
  await page.getByText('Persoana are deja o împuternicire pentru acest serviciu').waitFor();
  expect(await axe(page)).toEqual([]);
  await new KeyboardUser(page).press('Enter');
  await title(page, REVIEW);
  const desk = await openDeskFor(operator);
  const { body } = await desk.call<{ mandates: object[] }>('POST', '/mandates/search', { body: { idnp: person.idnp } });
  expect(body.mandates).toHaveLength(1);
});

test('asks for a new mandate before requested documents, once the person has revoked it', async () => {
  const asked = await fileApplication({ ending: 'ZD', content: { applicant: applicant('Razgandit') } });
  await waitForState(asked, 'documents-requested');
  const desk = await openDeskFor(operator);
  const { body } = await desk.call<{ mandate: { name: string } }>('GET', `/applications/${asked.id}`);
  await revokeMandate(desk, body.mandate);
  const page = await open({ operator, path: `/applications/${asked.id}` });
  await page.getByText(/este nevoie de o împuternicire valabilă/).waitFor();
  await page.getByRole('radio', { name: 'Adus acum' }).first().check({ force: true });
  await button(page, /^Trimite/).click();
  await page.getByText('Înregistrați întâi împuternicirea.').waitFor();
  expect(await axe(page)).toEqual([]);
  await button(page, 'Înregistrează și tipărește').click();
  await page.getByText(/este nevoie de o împuternicire valabilă/).waitFor({ state: 'detached' });
  await button(page, /^Trimite/).click();
  await waitForState(asked, 'in-progress').catch(() => waitForState(asked, 'ready'));
});

test.each(['ru', 'en'])('fits the mandate in Romanian and %s on a narrow screen, accessibly', async (language) => {
  const page = await openDraft('Îngust', { viewport: { width: 360, height: 740 }, language });
  await title(page, MANDATE);
  await page.getByRole('radio', { name: /^Timp de 31 de zile/ }).check({ force: true });
  const more = page.getByRole('radio', { name: 'Mai multe servicii' });
  // The footer covers the end of a short page.
  await more.evaluate((radio) => radio.closest('label')?.scrollIntoView({ block: 'center' }));
  await more.check({ force: true });
  await page.locator(`blockquote[lang=${language}]`).waitFor();
  await page.locator('blockquote[lang=ro]').waitFor();
  expect(await axe(page)).toEqual([]);
  const width = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(width).toBeLessThanOrEqual(0);
});
