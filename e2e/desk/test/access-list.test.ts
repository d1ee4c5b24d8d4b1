import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axe, open, tolerate } from '../desk.ts';
import { applicant, fileApplication, openDeskFor, runAction } from '../filings.ts';
import { findLayoutErrors } from '../layout-checks.ts';

/** What a clerk sees of who read and changed an application, and of a history that is longer than the page. */

const OPERATOR = 'cu-007-specialist';
const row = (page: Page, text: string | RegExp) => page.locator('main tbody tr', { hasText: text });

test('shows who read and changed an application, each with its position in the journal', async () => {
  const { id } = await fileApplication({
    operator: OPERATOR,
    ending: 'ZN',
    content: { applicant: applicant('Lista') },
  });
  const manager = await openDeskFor('cu-007-manager');
  await manager.call('GET', `/applications/${id}/submissions/1`);
  const page = await open({ operator: OPERATOR, path: `/applications/${id}/access-log` });
  await page.getByRole('heading', { level: 1, name: 'Cine a consultat și a schimbat cererea' }).waitFor();
  await row(page, /Test Manager/)
    .filter({ hasText: 'a consultat: cererea depusă' })
    .waitFor();
  await row(page, /Test Specialist/)
    .filter({ hasText: 'a depus cererea' })
    .waitFor();
  // The page asks again until the journal has everything.
  await page.getByText(/^Tot ce este în listă este înscris în jurnal/).waitFor();
  expect(
    await row(page, /Test Manager/)
      .locator('td')
      .last()
      .innerText(),
  ).toMatch(/^\d+$/);
  await page.getByText(/cups\.md\/journal, \d+ înregistrări, astăzi, \d\d:\d\d/).waitFor();
  expect(await axe(page)).toEqual([]);
  for (const width of [1366, 1024, 360]) {
    await page.setViewportSize({ width, height: 800 });
    expect([width, ...(await findLayoutErrors(page, 'main'))]).toEqual([width]);
  }
});

test('shows the list while the journal is unavailable', async () => {
  const { id } = await fileApplication({ operator: OPERATOR, ending: 'ZN' });
  const page = await open({ operator: OPERATOR, path: '/' });
  tolerate(page, /^console: Failed to load resource/);
  await page.route('**/journal?**', (route) =>
    route.fulfill({
      status: 503,
      headers: { 'content-type': 'application/problem+json' },
      body: JSON.stringify({ type: 'about:blank', title: 'Unavailable', status: 503, reason: 'UPSTREAM_UNAVAILABLE' }),
    }),
  );
  await page.goto(`/applications/${id}/access-log`);
  await page.getByText(/^Jurnalul nu răspunde acum\. Lista se vede fără poziții/).waitFor();
  expect(await row(page, 'a depus cererea').locator('td').last().innerText()).toBe('neverificat');
  expect(await page.getByRole('button', { name: 'Salvează dovezile' }).count()).toBe(0);
  expect(await axe(page)).toEqual([]);
});

test('shows the earlier steps of a history of more than 150 on request', async () => {
  const filed = await fileApplication({ operator: OPERATOR, ending: 'ZN' });
  await runAction(filed, 'contact', { contact: { email: 'prima@example.md' } }, OPERATOR);
  for (let n = 0; n < 151; n += 1) await runAction(filed, 'assign', {}, n % 2 === 0 ? OPERATOR : 'cu-007-manager');
  const page = await open({ operator: OPERATOR, path: `/applications/${filed.id}` });
  await page.getByText(/^pași mai vechi: \d+$/).waitFor();
  expect(await page.getByText('prima@example.md').count()).toBe(1);
  expect(await page.getByText('a depus cererea').count()).toBe(0);
  await page.getByRole('button', { name: 'Arată pașii mai vechi' }).click();
  await page.getByText('a depus cererea').waitFor();
  await page.getByText('→ prima@example.md').waitFor();
  expect(await page.getByRole('button', { name: 'Arată pașii mai vechi' }).count()).toBe(0);
  expect(await axe(page)).toEqual([]);
});
