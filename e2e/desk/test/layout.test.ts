import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { open } from '../desk.ts';
import { findLayoutErrors } from '../layout-checks.ts';
import { applicant, fileApplication, waitForState } from '../filings.ts';

/** Layout in each language, by element boxes. */

const LANGUAGES = ['ro', 'ru', 'en'] as const;
const DESKTOP = { width: 1366, height: 620 };
const TABLET = { width: 1024, height: 768 };
const PHONE = { width: 360, height: 740 };

/** Sets the language without the menu of the phone layout. */
async function chooseLanguage(page: Page, language: string): Promise<void> {
  await page.evaluate((chosen) => sessionStorage.setItem('cups-language', chosen), language);
  await page.reload();
  await page.locator('main h1').waitFor();
}

/** Runs in the page. Tabular digits leave gaps beside each 1 of Onest. */
const torn = () =>
  [...document.querySelectorAll('body *')]
    .filter((element) => getComputedStyle(element).fontVariantNumeric.includes('tabular'))
    .map((element) => `torn digits: ${element.textContent}`);

/** Opens a visit and types a name. */
async function visitOf(page: Page, familyName: string, givenName: string): Promise<void> {
  await page.getByRole('navigation').first().getByRole('button', { name: 'Vizită nouă' }).click();
  await page.getByRole('heading', { name: 'Ce serviciu cere persoana?' }).waitFor();
  await page.keyboard.type('adev');
  await page.getByRole('option').first().waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Cine cere serviciul?' }).waitFor();
  await page.getByLabel('Numele', { exact: true }).fill(familyName);
  await page.getByLabel('Prenumele').fill(givenName);
  await page.keyboard.press('Tab');
  await page.getByRole('navigation').first().getByText(familyName).waitFor();
}

test('fits the top bar in each language, with a menu on a phone', async () => {
  const page = await open({ operator: 'cu-011-specialist', path: '/' });
  await page.locator('main h1').waitFor();
  const errors: string[] = [];
  const checkLayout = async (what: string) => {
    for (const language of LANGUAGES) {
      await page.setViewportSize(DESKTOP);
      await chooseLanguage(page, language);
      for (const size of [DESKTOP, TABLET, PHONE]) {
        await page.setViewportSize(size);
        await page.evaluate(() => document.fonts.ready);
        const found = await findLayoutErrors(page, 'header');
        const bar = await page.locator('header').evaluate((header) => header.getBoundingClientRect().height);
        if (bar > 56) found.push(`the bar takes ${bar} px`);
        found.push(...(await page.evaluate(torn)));
        errors.push(...found.map((fault) => `${what}, ${language}, ${size.width}: ${fault}`));
      }
    }
    await page.setViewportSize(DESKTOP);
    await chooseLanguage(page, 'ro');
  };
  await checkLayout('no visit');
  await visitOf(page, 'Ciobanu', 'Galina');
  await checkLayout('one visit');
  await visitOf(page, 'Constantinov-Brînzaru', 'Alexandrina');
  await checkLayout('two visits');
  expect(errors).toEqual([]);

  await page.setViewportSize(PHONE);
  const menu = page.getByRole('button', { name: 'Meniu' });
  await menu.click();
  expect(await findLayoutErrors(page, '#menu')).toEqual([]);
  await page.getByRole('link', { name: /Coada/ }).click();
  await page.getByRole('heading', { name: /^Astăzi/ }).waitFor();
  expect(await menu.getAttribute('aria-expanded')).toBe('false');
  await page.getByRole('button', { name: 'Caută o cerere' }).click();
  await page.keyboard.type('Ciobanu');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Cereri găsite' }).waitFor();
});

test('shows the behalf question without scrolling, and errors in red', async () => {
  const page = await open({ operator: 'cu-012-specialist', path: '/' });
  await page.locator('main h1').waitFor();
  await visitOf(page, 'Ciobanu', 'Galina');
  for (const language of LANGUAGES) {
    await chooseLanguage(page, language);
    const [asked, footer] = await Promise.all([
      page.locator('[id="/behalf"]').boundingBox(),
      page.locator('footer').boundingBox(),
    ]);
    expect([language, asked!.y + asked!.height <= footer!.y]).toEqual([language, true]);
    expect(await findLayoutErrors(page, 'main')).toEqual([]);
  }
  await page.keyboard.press('Control+Enter');
  const summary = page.getByRole('alert').first();
  await summary.waitFor();
  const style = await summary.evaluate((box) => {
    const { outlineStyle, borderTopColor, boxShadow } = getComputedStyle(box);
    return {
      focused: box === document.activeElement,
      outlineStyle,
      red: boxShadow.includes(borderTopColor.slice(4, -1)),
    };
  });
  expect(style).toEqual({ focused: true, outlineStyle: 'none', red: true });
});

test('fits rows, shows one filled button, and a readable hand-over preview', async () => {
  const operator = 'cu-016-specialist';
  const filed = await fileApplication({ operator, content: { applicant: applicant('Moraru', 'Olga') } });
  await waitForState(filed, 'ready', operator);
  const page = await open({ operator, path: '/' });
  await page.getByRole('link', { name: /Olga Moraru/ }).waitFor();
  for (const language of LANGUAGES) {
    await chooseLanguage(page, language);
    const row = page.getByRole('link', { name: /Olga Moraru/ });
    const cut = await row.evaluate((link) =>
      [...link.querySelectorAll('span')].filter((span) => span.scrollWidth > span.clientWidth),
    );
    expect([language, cut]).toEqual([language, []]);
    expect(await findLayoutErrors(page, 'main')).toEqual([]);
  }
  await chooseLanguage(page, 'ro');
  await page.goto(`/applications/${filed.id}`);
  const filled = () =>
    page.locator('main button').evaluateAll((buttons) => {
      const isBrand = (button: Element) => getComputedStyle(button).backgroundColor === 'rgb(0, 88, 210)';
      return buttons.filter(isBrand).map(({ textContent }) => textContent);
    });
  await page.getByRole('button', { name: 'Notează plata' }).click();
  await page.getByLabel('Numărul chitanței').waitFor();
  expect(await filled()).toEqual(['Notează plata']);

  await page.goto(`/applications/${filed.id}/hand-over`);
  const paper = page.getByRole('complementary').getByText('Confirmare de înmânare');
  await paper.waitFor();
  const small = await page.locator('aside [aria-hidden] td, aside [aria-hidden] dd').evaluateAll((cells) =>
    cells.filter((cell) => {
      const box = cell.getBoundingClientRect();
      const scale = box.width / (cell as HTMLElement).offsetWidth;
      return scale * parseFloat(getComputedStyle(cell).fontSize) < 14;
    }),
  );
  expect(small).toEqual([]);
});
