import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { open } from '../desk.ts';
import { applicant, fileApplication, waitForState } from '../filings.ts';

/** Each action is one write, however often a control is pressed. */

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, level: 1 });

/** Collects the page's writes, in order, without the application ID. */
function writesOf(page: Page): string[] {
  const writes: string[] = [];
  page.on('request', (request) => {
    const path = new URL(request.url()).pathname.replace(/^\/api\/v1\/applications\/\w+\/?/, '');
    if (request.method() !== 'GET' && !path.startsWith('/api/')) writes.push(`${request.method()} ${path}`);
  });
  return writes;
}

/** Opens the review of a complete draft, checked by the applicant. */
async function openReview(operator: string, familyName: string): Promise<{ page: Page; id: string }> {
  const { id } = await fileApplication({
    operator,
    submit: false,
    ending: 'ZN',
    content: { applicant: applicant(familyName) },
  });
  const page = await open({ operator, path: `/visits/resume/${id}` });
  await heading(page, 'Persoana verifică datele').waitFor();
  await page.locator('[id="/checked"]').check({ force: true });
  return { page, id };
}

test.each([
  ['a double click', 'Rotari', (page: Page) => page.getByRole('button', { name: 'Depune cererea' }).dblclick()],
  [
    'a key pressed twice',
    'Ursu',
    async (page: Page) => {
      await page.keyboard.press('Control+Enter');
      await page.keyboard.press('Control+Enter');
    },
  ],
])('%s submits once and keeps the receipt', async (_case, familyName, press) => {
  const { page, id } = await openReview('cu-016-specialist', familyName);
  // Delays the merge before the submission, so that the second press comes during it.
  const release = Promise.withResolvers<void>();
  await page.route(`**/api/v1/applications/${id}`, async (route) => {
    await release.promise;
    await route.continue();
  });
  const writes = writesOf(page);
  await press(page);
  expect(await page.locator('[aria-busy=true]').count()).toBe(1);
  release.resolve();
  await heading(page, 'Cererea a fost depusă').waitFor();
  await page.getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}$/).waitFor();
  // A later read follows all writes.
  await page
    .getByRole('link', { name: /Vezi cererea|Deschide cererea|cerere/ })
    .first()
    .click();
  await page.getByLabel('Scrieți o notă').waitFor();
  expect(writes).toEqual(['POST submit']);
});

test('hands over once on a double click, and still prints the confirmation', async () => {
  const operator = 'cu-017-specialist';
  const filed = await fileApplication({ operator, content: { applicant: applicant('Cebotari') } });
  await waitForState(filed, 'ready', operator);
  const page = await open({ operator, path: `/applications/${filed.id}/hand-over` });
  await page.getByLabel('Seria și numărul').fill('B00004219');
  await page.getByLabel('Fotografia și numele corespund').check({ force: true });
  await page.getByLabel(/^Da/).check({ force: true });
  const writes = writesOf(page);
  await page.getByRole('button', { name: /Înmânează și închide/ }).dblclick();
  await heading(page, 'Înmânat și închis').waitFor();
  await waitForState(filed, 'closed', operator);
  await page.getByRole('button', { name: 'Tipărește confirmarea' }).waitFor();
  expect(writes).toEqual(['POST hand-over', 'POST confirm-outcome']);

  await page.getByRole('button', { name: 'Înapoi la coadă' }).click();
  await heading(page, /^Astăzi/).waitFor();
});

test('sends other actions once on a double click, and confirms nothing', async () => {
  const operator = 'cu-018-specialist';
  const filed = await fileApplication({ operator, ending: 'ZN', content: { applicant: applicant('Gurău') } });
  // The filing specialist is the assignee.
  const page = await open({ operator: 'cu-018-manager', path: `/applications/${filed.id}` });
  const writes = writesOf(page);
  await page.getByRole('button', { name: 'Preia cererea' }).dblclick();
  await page.getByRole('button', { name: 'Preia cererea' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Retrage cererea' }).dblclick();
  await page.getByRole('radio', { name: 'A semnat', exact: true }).check({ force: true });
  await page.getByRole('button', { name: 'Da, retrage' }).dblclick();
  await page.getByRole('heading', { name: /retras/i }).waitFor();
  expect(writes).toEqual(['POST assign', 'POST withdraw']);
});

test('ticks a box on a double click, and submits once on a held key', async () => {
  const { page } = await openReview('cu-016-specialist', 'Negru');
  const box = page.locator('[id="/checked"]');
  await box.uncheck({ force: true });
  await box.dblclick({ force: true });
  expect(await box.isChecked()).toBe(true);
  const writes = writesOf(page);
  await page.keyboard.down('Control');
  for (let times = 0; times < 3; times += 1) await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  await page.keyboard.up('Control');
  await heading(page, 'Cererea a fost depusă').waitFor();
  expect(writes).toEqual(['POST submit']);
});
