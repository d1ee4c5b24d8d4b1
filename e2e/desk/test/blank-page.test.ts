import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axe, open, tolerate } from '../desk.ts';

/** Paths of what does not exist, and code that does not load: each is a screen with a way on, never a blank page. */

const UNKNOWN = '01K00000000000000000000000';

const main = (page: Page) => page.getByRole('main');

test('says that a visit is no longer open here, and leads to the queue', async () => {
  const page = await open({ operator: 'cu-001-specialist', path: `/visits/${UNKNOWN}/${UNKNOWN}/person` });
  await main(page).getByRole('heading', { level: 1, name: 'Această vizită nu mai este deschisă aici.' }).waitFor();
  expect(await axe(page)).toEqual([]);
  await main(page).getByRole('button', { name: 'Înapoi la coadă' }).click();
  await main(page)
    .getByRole('heading', { level: 1, name: /^Astăzi/ })
    .waitFor();
});

const PATHS = [
  `/visits/resume/${UNKNOWN}`,
  `/visits/correct/${UNKNOWN}`,
  `/applications/${UNKNOWN}`,
  `/applications/${UNKNOWN}/hand-over`,
  `/applications/${UNKNOWN}/correct`,
  `/applications/${UNKNOWN}/access-log`,
  `/applications/${UNKNOWN}/submissions/1`,
  `/collections/${UNKNOWN}`,
  `/collections/${UNKNOWN}/hand-over`,
  `/mandates/${UNKNOWN}`,
];

test('says on each path of an application that it does not exist', async () => {
  const page = await open({ operator: 'cu-001-specialist', path: '/t' });
  for (const path of PATHS) {
    await page.goto(path);
    await main(page)
      .getByRole('alert')
      .getByText(/^Cererea nu există/)
      .waitFor();
  }
});

/** Lets the code of a part fail, also after the page has reloaded itself once. */
async function failCode(page: Page, name: string): Promise<void> {
  tolerate(page, /Failed to (?:fetch|load)|ERR_FAILED|error loading dynamically/i);
  await page.route(`**/assets/${name}-*.js`, (route) => route.abort());
}

test('offers another attempt if the code of a screen does not load', async () => {
  const page = await open({ operator: 'supervisor', path: '/team' });
  await failCode(page, 'copies');
  await page.goto('/copies');
  const retry = main(page).getByRole('button', { name: 'Încearcă din nou' });
  await retry.waitFor();
  expect(await axe(page)).toEqual([]);
  await page.unroute('**/assets/copies-*.js');
  await retry.click();
  await main(page).getByRole('heading', { level: 1 }).waitFor();
});

const MANDATE_LIST = /\/assets\/mandate-list-[^/]+\.js$/;

test('code that does not load in the background is loaded when a reload loses nothing', async () => {
  const page = await open({ operator: 'cu-001-specialist', path: '/t' });
  await failCode(page, 'mandate-list');
  const failed = page.waitForEvent('requestfailed', (request) => MANDATE_LIST.test(request.url()));
  await page.goto('/find');
  const field = page.getByRole('banner').getByRole('textbox').or(page.getByRole('searchbox')).first();
  await field.fill('Crețu');
  await failed;
  await page.waitForFunction(() => performance.getEntriesByName('cups-screens-prefetched').length > 0);
  await page.unroute('**/assets/mandate-list-*.js');
  expect(await field.inputValue()).toBe('Crețu');

  const loaded = page.waitForResponse((response) => MANDATE_LIST.test(response.url()));
  await page.getByRole('banner').getByRole('link').first().click();
  await loaded;
});

test('reloads once if the code of an opened screen does not load', async () => {
  const page = await open({ operator: 'cu-001-specialist', path: '/t' });
  await failCode(page, 'mandate-list');
  await page.goto('/');
  const link = page.getByRole('navigation').getByRole('link', { name: /^Împuterniciri/ });
  await link.waitFor();
  page.once('domcontentloaded', () => void page.unroute('**/assets/mandate-list-*.js'));
  await link.click();
  await main(page)
    .getByRole('heading', { level: 1, name: /^Împuterniciri/ })
    .waitFor();
});

test('offers another attempt if a part of the sign-in does not load', async () => {
  const page = await open({ path: '/t' });
  await failCode(page, 'test-operators');
  await page.goto('/');
  const retry = main(page).getByRole('button', { name: 'Încearcă din nou' });
  await retry.waitFor();
  await page.unroute('**/assets/test-operators-*.js');
  await retry.click();
  await page
    .getByRole('button', { name: /specialist/i })
    .first()
    .waitFor();
});
