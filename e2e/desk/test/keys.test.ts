import { expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { eventually } from '@cups/testing';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication, waitForState } from '../filings.ts';

/** Keyboard, focus, page titles and forced colours. */

const operator = 'cu-020-specialist';
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, level: 1 });
const hasFocus = (locator: Locator) => locator.evaluate((element) => element === document.activeElement);
const focusIsOnPage = (page: Page) => page.evaluate(() => document.activeElement !== document.body);

test('closes dialogs with Esc, and focuses what digits choose', async () => {
  const filed = await fileApplication({ operator, content: { applicant: applicant('Dodon') } });
  await waitForState(filed, 'ready', operator);
  const page = await open({ operator });
  await page.getByRole('link', { name: /Dodon/ }).waitFor();
  await page.keyboard.press('Digit4');
  expect(await hasFocus(heading(page, 'Rezultate și decizii'))).toBe(true);
  await page.getByRole('link', { name: /Dodon/ }).waitFor();
  await page.keyboard.press('Enter');
  const notifyButton = page.getByRole('button', { name: 'Am anunțat persoana' });
  await notifyButton.waitFor();

  for (const openDialog of [
    () => page.keyboard.press('Slash'),
    () => page.getByRole('button', { name: /Contul meu/ }).click(),
  ]) {
    await openDialog();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(page.url()).toContain(`/applications/${filed.id}`);
  }
  // Esc closes the question, not the screen.
  await notifyButton.click();
  await page.getByRole('radio').first().waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('radio').first().waitFor({ state: 'detached' });
  expect(page.url()).toContain(`/applications/${filed.id}`);
  await notifyButton.click();
  await page.keyboard.press('Digit2');
  const second = page.getByRole('radio').nth(1);
  expect(await second.isChecked()).toBe(true);
  expect(await hasFocus(second)).toBe(true);
  await page.keyboard.press('Enter');
  await page.getByText('Se înregistrează peste câteva secunde.').waitFor();
  // The form and its focused control are gone.
  expect(await focusIsOnPage(page)).toBe(true);
});

test('keeps the focus near a sent form', async () => {
  const filed = await fileApplication({ operator, ending: 'ZN', content: { applicant: applicant('Țurcan') } });
  // The filing specialist is the assignee.
  const page = await open({ operator: 'cu-020-manager', path: `/applications/${filed.id}` });
  const note = page.getByLabel('Scrieți o notă');
  await note.fill('Sună fiul.');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.getByText('Sună fiul.').waitFor();
  expect(await hasFocus(note)).toBe(true);
  await page.getByRole('button', { name: 'Preia cererea' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Preia cererea' }).waitFor({ state: 'detached' });
  expect(await focusIsOnPage(page)).toBe(true);
  await page.getByRole('button', { name: 'Retrage cererea' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: 'A semnat', exact: true }).focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Da, retrage' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /retras/i }).waitFor();
  expect(await focusIsOnPage(page)).toBe(true);
});

/** Presses N on a page whose catalog loads only after `arrive`. */
async function newVisitOnSlowLine(): Promise<{ page: Page; arrive: () => void }> {
  const page = await open({ operator });
  await heading(page, /^Astăzi/).waitFor();
  const arrival = Promise.withResolvers<void>();
  await page.route('**/api/v1/catalog**', async (route) => {
    await arrival.promise;
    await route.continue();
  });
  await page.reload();
  await heading(page, /^Astăzi/).waitFor();
  await page.keyboard.press('n');
  return { page, arrive: arrival.resolve };
}

test('buffers keys typed after N on a slow network', async () => {
  const { page, arrive } = await newVisitOnSlowLine();
  await page.keyboard.type('cavzier');
  for (let times = 0; times < 5; times += 1) await page.keyboard.press('Backspace');
  await page.keyboard.type('zier');
  arrive();
  const field = page.getByRole('combobox');
  await field.waitFor();
  await page.keyboard.type(' judiciar');
  expect(await field.inputValue()).toBe('cazier judiciar');
  await page.getByRole('option', { selected: true }).waitFor();
  await page.keyboard.press('Enter');

  const park = page
    .getByRole('contentinfo')
    .getByRole('button', { name: /Pune deoparte/ })
    .locator('kbd');
  const idnp = page.locator('[id="/applicant/idnp"]');
  await idnp.waitFor();
  expect(await hasFocus(idnp)).toBe(true);
  // The key does not work now. Its cap fills its place, so that nothing moves and no hole shows.
  const frame = () => park.evaluate((cap) => getComputedStyle(cap).borderTopWidth);
  const width = () => park.evaluate((cap) => cap.getBoundingClientRect().width);
  const idle = await width();
  expect(await frame()).toBe('0px');
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await eventually(async () => (await frame()) === '1px');
  expect(await width()).toBe(idle);
  // N on the screen of a new visit focuses its field.
  await page.goto('/');
  await heading(page, /^Astăzi/).waitFor();
  await page.keyboard.press('n');
  await field.waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('n');
  await page.keyboard.type('act');
  expect(await field.inputValue()).toBe('act');
});

test('accepts Enter as soon as the picked service is displayed', async () => {
  const { page, arrive } = await newVisitOnSlowLine();
  await page.keyboard.type('cazier');
  await page.evaluate(() => {
    const observer = new MutationObserver(() => {
      if (!document.querySelector('[role=option][aria-selected=true]')) return;
      observer.disconnect();
      const enter = new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', bubbles: true, cancelable: true });
      document.activeElement?.dispatchEvent(enter);
    });
    observer.observe(document.body, { childList: true, subtree: true });
  });
  arrive();
  await page.locator('[id="/applicant/idnp"]').waitFor();
});

test('continues with buffered text after an early Enter', async () => {
  const { page, arrive } = await newVisitOnSlowLine();
  await page.keyboard.type('cazier');
  await page.keyboard.press('Enter');
  await page.keyboard.type('x');
  arrive();
  const idnp = page.locator('[id="/applicant/idnp"]');
  await idnp.waitFor();
  expect(await hasFocus(idnp)).toBe(true);
});

test('titles tabs by screen, without names', async () => {
  const filed = await fileApplication({ operator, content: { applicant: applicant('Vrabie') } });
  await waitForState(filed, 'ready', operator);
  const page = await open({ operator });
  const titles: string[] = [];
  for (const path of ['/', '/find', `/applications/${filed.id}`, `/applications/${filed.id}/hand-over`, '/team']) {
    await page.goto(path);
    await page.waitForFunction(() => document.title !== 'CUPS');
    titles.push(await page.title());
  }
  await page.keyboard.press('F8');
  await heading(page, 'Ecran acoperit. Intrați din nou.').waitFor();
  titles.push(await page.title());
  expect(new Set(titles).size).toBe(titles.length);
  expect(titles.filter((title) => !title.endsWith(' · CUPS') || title.includes('Vrabie'))).toEqual([]);
});

test('uses the highlight colour in forced-colours mode', async () => {
  const { id } = await fileApplication({
    operator,
    submit: false,
    ending: 'ZN',
    content: { applicant: applicant('Rusnac') },
  });
  const page = await open({ operator, forcedColors: 'active' });
  await heading(page, /^Astăzi/).waitFor();
  const highlight = await page.evaluate(() => {
    const probe = document.body.appendChild(document.createElement('p'));
    Object.assign(probe.style, { forcedColorAdjust: 'none', backgroundColor: 'Highlight' });
    const { backgroundColor } = getComputedStyle(probe);
    probe.remove();
    return backgroundColor;
  });
  const colour = async (chosen: Locator) => {
    await chosen.first().waitFor();
    return chosen.first().evaluate((element) => getComputedStyle(element).backgroundColor);
  };
  const current = (locator: Locator) => colour(locator.and(page.locator('[aria-current]')));
  expect(await current(page.getByRole('navigation', { name: 'Liste' }).getByRole('button'))).toBe(highlight);
  expect(await current(page.getByRole('banner').getByRole('link'))).toBe(highlight);
  expect(await colour(page.getByRole('button', { name: 'RO', exact: true }))).toBe(highlight);
  await page.keyboard.press('n');
  await page.getByRole('combobox').fill('certificat');
  expect(await colour(page.getByRole('option', { selected: true }))).toBe(highlight);
  await page.goto(`/visits/resume/${id}`);
  await heading(page, 'Persoana verifică datele').waitFor();
  expect(await current(page.getByRole('navigation', { name: 'Pași' }).getByRole('button'))).toBe(highlight);
  const tick = page.locator('[id="/checked"] + span svg');
  expect(await tick.isVisible()).toBe(false);
  await page.locator('[id="/checked"]').check({ force: true });
  expect(await tick.isVisible()).toBe(true);
});

test('hides other names on screens turned to the applicant', async () => {
  const content = (familyName: string) => ({ content: { applicant: applicant(familyName) } });
  const first = await fileApplication(Object.assign({ operator, submit: false }, content('Hîncu')));
  const second = await fileApplication(Object.assign({ operator, submit: false }, content('Plămădeală')));
  const page = await open({ operator, path: `/visits/resume/${first.id}` });
  await heading(page, 'Persoana verifică datele').waitFor();
  await page.keyboard.press('F2');
  await page.keyboard.type('Postolache');
  await page.keyboard.press('Enter');
  await heading(page, 'Cereri găsite').waitFor();
  await page.getByRole('banner').getByText(/Hîncu/).waitFor();
  await page.goto(`/visits/resume/${second.id}`);
  await heading(page, 'Persoana verifică datele').waitFor();
  const bar = page.getByRole('banner');
  await bar.getByText(/Plămădeală/).waitFor();
  await bar.getByText('Altă vizită').waitFor();
  expect(await page.locator('body').innerText()).not.toMatch(/Hîncu|Postolache/);
  expect(await bar.getByRole('searchbox').inputValue()).toBe('');
  expect(await axe(page)).toEqual([]);
});
