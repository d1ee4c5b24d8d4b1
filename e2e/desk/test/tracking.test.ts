import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { generateTrackingNumber } from '@cups/application';
import type { Page } from 'playwright-core';
import { axe, open, PHONE } from '../desk.ts';
import { fileApplication, waitForState } from '../filings.ts';

/** The public tracking page at `/t`. */

const heading = (page: Page) => page.getByRole('heading', { level: 2 });
const field = (page: Page) => page.getByRole('textbox');
const unknownNumber = () => generateTrackingNumber((bytes) => randomBytes(bytes));

test('tracks a scanned number in three languages, and clears the URL', async () => {
  const { trackingNumber } = await waitForState(await fileApplication({ ending: 'ZD' }), 'documents-requested');
  const page = await open({ path: `/t#${trackingNumber}`, ...PHONE_CONTEXT });
  await heading(page).waitFor();
  expect(await page.evaluate(() => window.location.href)).not.toContain('#');
  expect(await heading(page).innerText()).toBe('Instituția cere acte suplimentare');
  expect(await page.getByRole('main').innerText()).toMatch(/Acte până la\s+\p{L}+, \d+ \p{L}+/u);
  expect(await axe(page)).toEqual([]);

  await page.getByRole('button', { name: 'RU' }).click();
  expect(await heading(page).innerText()).toBe('Учреждение просит дополнительные документы');
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('ru');
  await page.getByRole('button', { name: 'EN' }).click();
  expect(await heading(page).innerText()).toBe('The agency requests more documents');
  expect(await page.getByRole('main').innerText()).not.toContain('civil');

  await page.reload();
  expect(await field(page).inputValue()).toBe('');
  // Session storage keeps the language and nothing personal.
  expect(await page.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)])).toEqual([
    'cups-language',
  ]);
});

test('accepts typed variants, and rejects invalid numbers without a request', async () => {
  const { trackingNumber = '' } = await waitForState(await fileApplication(), 'ready');
  const page = await open({ path: '/t' });
  let requests = 0;
  page.on('request', (request) => (requests += request.url().endsWith('/tracking') ? 1 : 0));

  await page.keyboard.press('Tab');
  await page.getByRole('button', { name: 'Arată unde este' }).click();
  await page.getByText('Scrieți numărul de pe recipisă.').waitFor();
  await field(page).fill(withWrongEnd(trackingNumber));
  await page.keyboard.press('Enter');
  await page.getByText('Numărul nu este întreg sau are o greșeală. Comparați-l cu recipisa.').waitFor();
  expect(await field(page).getAttribute('aria-invalid')).toBe('true');
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT');
  expect(await axe(page)).toEqual([]);
  expect(requests).toBe(0);

  await field(page).fill(asTypedInRussian(trackingNumber));
  await page.keyboard.press('Enter');
  await heading(page).waitFor();
  expect(await heading(page).innerText()).toBe('Rezultatul este gata');
  expect(await page.getByText(trackingNumber).count()).toBe(1);
  // The agency has answered: its term is no longer a date to wait for.
  expect(await page.getByText('Răspunsul instituției până la').count()).toBe(0);

  await field(page).fill(unknownNumber());
  await page.keyboard.press('Enter');
  await page.getByText(/poate că cererea nu a ajuns încă/).waitFor();
  expect(await heading(page).count()).toBe(0);
});

test('explains rate limits and an unavailable platform, and tracks again', async () => {
  const { trackingNumber } = await fileApplication();
  const page = await open({ path: '/t', locale: 'en-GB', colorScheme: 'dark', viewport: { width: 320, height: 568 } });
  const number = unknownNumber();
  await page.route('**/api/v1/tracking', (route) =>
    route.fulfill({
      status: 429,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '21' },
      body: JSON.stringify({ type: 'about:blank', title: 'Too many', status: 429, reason: 'TOO_MANY_REQUESTS' }),
    }),
  );
  await field(page).fill(number);
  await page.keyboard.press('Enter');
  await page
    .getByRole('alert')
    .getByText(/Too many attempts from here\. Try again in 21\sseconds/)
    .waitFor();
  expect(await axe(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);

  await page.unroute('**/api/v1/tracking');
  await page.route('**/api/v1/tracking', (route) => route.abort());
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('The platform is unavailable now.').waitFor();

  await page.unroute('**/api/v1/tracking');
  await page.evaluate((scanned) => (window.location.hash = scanned), trackingNumber ?? '');
  await heading(page).waitFor();
  expect(page.url()).toMatch(/\/t$/);
  expect(await page.getByRole('alert').count()).toBe(0);
});

const PHONE_CONTEXT = { viewport: PHONE, isMobile: true, hasTouch: true };

/** Returns the number with a wrong check character. */
function withWrongEnd(number: string): string {
  return number.slice(0, -1) + (number.endsWith('A') ? 'B' : 'A');
}

/** In lower case, without dashes, with Cyrillic letters that look the same. */
function asTypedInRussian(number: string): string {
  const lookalikes: Record<string, string> = {
    a: 'а',
    e: 'е',
    k: 'к',
    m: 'м',
    h: 'н',
    c: 'с',
    p: 'р',
    t: 'т',
    y: 'у',
    x: 'х',
  };
  return number
    .toLowerCase()
    .replaceAll('-', ' ')
    .replace(/[a-z]/g, (letter) => lookalikes[letter] ?? letter);
}
