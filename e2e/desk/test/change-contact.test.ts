import { expect, test } from '@jest/globals';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication } from '../filings.ts';
import { findLayoutErrors } from '../layout-checks.ts';

test('changes the contact of a filed application, and shows both in the history', async () => {
  const filed = await fileApplication({
    operator: 'cu-004-specialist',
    content: { applicant: applicant('Contactescu'), contact: { none: true } },
  });
  const page = await open({ path: `/applications/${filed.id}`, operator: 'cu-004-specialist' });
  await page.getByRole('button', { name: 'Schimbă contactul' }).click();
  await page.getByRole('radio', { name: 'E-mail' }).check();
  await page.getByLabel('Adresa de e-mail').fill('no address');
  const save = page.getByRole('button', { name: 'Schimbă contactul' }).last();
  await save.click();
  await page.getByText('Scrieți adresa de e-mail').waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByLabel('Adresa de e-mail').fill('ana@example.md');
  await save.click();
  await page.getByText('– → ana@example.md').waitFor();
});

test.each([1366, 1024, 360])('shows the form for the contact at %i px without overlaps', async (width) => {
  const filed = await fileApplication({ operator: 'cu-004-specialist' });
  const page = await open({
    path: `/applications/${filed.id}`,
    operator: 'cu-004-specialist',
    viewport: { width, height: 800 },
  });
  await page.getByRole('button', { name: 'Schimbă contactul' }).click();
  await page.getByRole('radio', { name: 'E-mail' }).check();
  expect(await findLayoutErrors(page, 'main form')).toEqual([]);
});
