import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication, openDeskFor } from '../filings.ts';
import { findLayoutErrors } from '../layout-checks.ts';
import { pdfText, qrText } from '../pdf.ts';
import { platformUrl } from '../test-env.ts';

/** Mandates on the page of their holder and at the desk: seen, printed and revoked, wholly or in part. */

const CLERK = 'cu-001-specialist';
const EXTRACT = 'publicServices/civil-status-extract';
const SIZES = [
  { width: 1366, height: 768 },
  { width: 1024, height: 768 },
  { width: 360, height: 740 },
];

interface GrantedMandate {
  id: string;
  name: string;
  code: string;
  text: { sha256: string };
}

/** Grants a mandate in Russian for a service and a theme. */
async function grant(familyName: string, term = 'days-31'): Promise<GrantedMandate & { idnp: string }> {
  const { idnp, givenName } = applicant(familyName);
  const body = {
    person: { idnp, givenName, familyName },
    scope: { publicServices: [EXTRACT], themes: ['property'] },
    term,
    ground: { kind: 'present-and-signing' },
    language: 'ru',
  };
  const desk = await openDeskFor(CLERK);
  return { ...(await desk.call<GrantedMandate>('POST', '/mandates', { body })).body, idnp };
}

/** Opens a page whose print dialog does nothing, so that the printout stays until the test prints it. */
async function openToPrint(path: string, operator?: string): Promise<Page> {
  const page = await open({ path: 'about:blank', ...(operator ? { operator } : {}) });
  await page.addInitScript(() => (window.print = () => undefined));
  await page.goto(path);
  return page;
}

async function printed(page: Page): Promise<string> {
  await page.waitForFunction(() => document.body.classList.contains('paper'));
  return (await pdfText(page)).join(' ');
}

/** Checks the layout of a part of the page in each language and size. */
async function layoutErrors(page: Page, selector: string): Promise<string[]> {
  const errors: string[] = [];
  for (const size of SIZES) {
    await page.setViewportSize(size);
    const found = await findLayoutErrors(page, selector);
    errors.push(...found.map((fault) => `${size.width}: ${fault}`));
  }
  await page.setViewportSize(SIZES[0]!);
  return errors;
}

const button = (page: Page, name: string) => page.getByRole('button', { name });

test('shows a mandate to the holder of its code, and revokes a part and then the rest', async () => {
  const { code, text } = await grant('Munteanu');
  const page = await openToPrint('/t#mandate');
  const main = page.getByRole('main');
  await page.getByRole('heading', { name: 'Împuternicirea dumneavoastră' }).waitFor();
  expect(page.url()).toMatch(/\/t$/);
  await button(page, 'Arată împuternicirea').click();
  await page.getByText('Scrieți codul de pe împuternicirea tipărită.').waitFor();

  await page.getByRole('textbox').fill(code.toLowerCase().replaceAll('-', ' '));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 2, name: 'Împuternicirea este valabilă' }).waitFor();
  await page.getByText('Încă nu s-a depus nimic.').waitFor();
  const shown = await main.innerText();
  expect(shown).toContain('Bunuri imobile');
  expect(shown).toContain(text.sha256);
  // The text is closed at first, because it names people.
  expect(shown).not.toContain('Munteanu');
  await page.getByText('Textul pe care l-ați semnat').click();
  await page.getByText(/Я, Maria Munteanu .* уполномочиваю центр/).waitFor();
  await page.getByText(/Eu, Maria Munteanu .* împuternicesc centrul/).waitFor();
  expect(await axe(page)).toEqual([]);
  expect(await layoutErrors(page, 'main')).toEqual([]);

  await button(page, 'Revocă ce am ales').click();
  await page.getByText('Bifați cel puțin o parte sau revocați tot.').waitFor();
  await page.getByRole('checkbox', { name: /Bunuri imobile/ }).check();
  await button(page, 'Revocă ce am ales').click();
  expect(await axe(page)).toEqual([]);
  await button(page, 'Da, revocă').click();
  await page.getByText('Revocarea este înregistrată.').waitFor();
  await button(page, 'Tipărește recipisa').click();
  const receipt = await printed(page);
  expect(receipt).toContain('Recipisă: împuternicirea a fost revocată în parte');
  expect(receipt).toMatch(/Numărul recipisei [0-9A-Z]+-1 /);
  expect(receipt).not.toContain('Munteanu');

  await button(page, 'EN').click();
  await button(page, 'Revoke everything').click();
  await button(page, 'No, keep it').click();
  await button(page, 'Revoke everything').click();
  await button(page, 'Yes, revoke').click();
  await page.getByRole('heading', { level: 2, name: 'The mandate is revoked' }).waitFor();
  expect(await button(page, 'Print the receipt').count()).toBe(2);
  expect(await button(page, 'Revoke everything').count()).toBe(0);
  await button(page, 'RU').click();
  await page.getByRole('heading', { level: 2, name: 'Полномочие отозвано' }).waitFor();
  expect(await layoutErrors(page, 'main')).toEqual([]);
});

test('keeps the key of a revocation after a lost response, and says when the mandate has ended before', async () => {
  const { id, code } = await grant('Bujor');
  const page = await open({ path: '/t#mandate' });
  await page.getByRole('textbox').fill(code);
  await page.keyboard.press('Enter');
  await button(page, 'Revocă tot').click();
  const keys: (string | null)[] = [];
  await page.route('**/mandate-tracking/end', async (route) => {
    keys.push(await route.request().headerValue('idempotency-key'));
    await (keys.length === 1 ? route.abort() : route.continue());
  });
  await button(page, 'Da, revocă').click();
  await page.getByRole('alert').getByText('Platforma nu răspunde acum.').waitFor();
  const desk = await openDeskFor(CLERK);
  await desk.call('POST', `/mandates/${id}/revoke`, { body: {} });
  await button(page, 'Da, revocă').click();
  await page.getByRole('heading', { level: 2, name: 'Împuternicirea este revocată' }).waitFor();
  expect(new Set(keys).size).toBe(1);
  expect(keys).toHaveLength(2);
});

test('refuses the number of an application, and explains the rate limit', async () => {
  const { trackingNumber = '' } = await fileApplication();
  const page = await open({ path: '/t' });
  await button(page, 'O împuternicire').click();
  await page.getByRole('textbox').fill(trackingNumber);
  await page.keyboard.press('Enter');
  await page.getByText('Nu găsim acest cod.').waitFor();
  await page.route('**/api/v1/mandate-tracking', (route) =>
    route.fulfill({
      status: 429,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '21' },
      body: JSON.stringify({ type: 'about:blank', title: 'Too many', status: 429, reason: 'TOO_MANY_REQUESTS' }),
    }),
  );
  await page.keyboard.press('Enter');
  await page
    .getByRole('alert')
    .getByText(/Încercați din nou peste 21/)
    .waitFor();
});

test('lists the mandates of the centre, finds those of a person, and revokes one with a printed receipt', async () => {
  const { code, idnp, id } = await grant('Grosu');
  await grant('Ursu', 'days-365');
  const page = await openToPrint('/', CLERK);
  await page.getByRole('link', { name: /^Împuterniciri/ }).click();
  await page.getByRole('heading', { level: 1, name: 'Împuterniciri' }).waitFor();
  await page.getByText('Maria Ursu').waitFor();
  expect(await axe(page)).toEqual([]);
  expect(await layoutErrors(page, 'main')).toEqual([]);

  await page.getByLabel('IDNP-ul persoanei').fill('2900');
  await button(page, 'Caută').click();
  await page.getByText('Scrieți cele 13 cifre ale IDNP-ului.').waitFor();
  await page.getByLabel('IDNP-ul persoanei').fill(idnp);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 2, name: 'Ale persoanei' }).waitFor();
  expect(page.url()).not.toContain(idnp);
  await page.locator(`[data-row="${id}"]`).press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Împuternicire' }).waitFor();
  await page.getByText('În română').waitFor();
  expect(await axe(page)).toEqual([]);
  expect(await layoutErrors(page, 'main')).toEqual([]);

  await page.keyboard.press('p');
  const sheet = await printed(page);
  // Each printout has a new code, which the page does not keep.
  expect(sheet).toMatch(/[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}/);
  expect(sheet).not.toContain(code);
  expect(sheet).toContain(`${platformUrl()}/t#mandate`);
  await page.keyboard.press('p');
  await page.waitForFunction(() => document.body.classList.contains('paper'));
  await page.emulateMedia({ media: 'print' });
  const scanned = await qrText(page.locator('#paper svg').first());
  expect(scanned).toMatch(new RegExp(`^${platformUrl()}/t#mandate=[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}$`));
  await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
  await page.emulateMedia({ media: null });
  const holder = await open({ path: new URL(scanned!).pathname + new URL(scanned!).hash });
  const typed = holder.getByRole('textbox');
  await typed.waitFor();
  expect(await typed.inputValue()).toBe(scanned!.split('=')[1]);
  expect(holder.url()).toBe(`${platformUrl()}/t`);
  await typed.press('Enter');
  await holder.getByRole('heading', { level: 2 }).first().waitFor();
  expect(sheet).toContain('уполномочиваю центр');
  expect(sheet).toContain('împuternicesc centrul');
  await button(page, 'Tipărește din nou').waitFor();

  await button(page, 'Revocă tot').click();
  await button(page, 'Da, revocă').waitFor();
  // Esc closes the question first, and leaves the page when pressed again.
  await page.keyboard.press('Escape');
  await button(page, 'Da, revocă').waitFor({ state: 'detached' });
  await button(page, 'Revocă tot').click();
  await button(page, 'Da, revocă').click();
  await page.getByText(/^Revocată\. Dați persoanei recipisa/).waitFor();
  expect(await printed(page)).toContain('Recipisă: împuternicirea a fost revocată Расписка: полномочие отозвано');
  expect(await button(page, 'Revocă tot').count()).toBe(0);
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { level: 1, name: 'Împuterniciri' }).waitFor();
});
