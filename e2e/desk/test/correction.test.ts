import { expect, test } from '@jest/globals';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication, openDeskFor } from '../filings.ts';
import { findLayoutErrors } from '../layout-checks.ts';

const OPERATOR = 'cu-004-specialist';
/** The agency stays silent, so that the application waits for its decision. */
const SILENT = 'ZN';

const fileForCorrection = () =>
  fileApplication({
    operator: OPERATOR,
    ending: SILENT,
    content: { applicant: applicant('Corectescu'), contact: { email: 'corectescu@example.md' } },
  });

async function readAnswers(id: string): Promise<Record<string, unknown>> {
  const desk = await openDeskFor(OPERATOR);
  const { body } = await desk.call<{ answers: Record<string, unknown> }>('GET', `/applications/${id}`);
  return body.answers;
}

test('corrects a filed application, with the filed value beside the new one', async () => {
  const filed = await fileForCorrection();
  const before = await readAnswers(filed.id);
  const page = await open({ path: `/applications/${filed.id}`, operator: OPERATOR });
  await page.getByRole('button', { name: 'Corectează cererea' }).click();
  await page.getByRole('heading', { name: 'Ce se schimbă' }).waitFor();
  await page.getByRole('button', { name: 'Trimite corectarea' }).click();
  await page.getByText('Corectați cel puțin un câmp.').waitFor();
  await page.getByLabel('Locul înregistrării').fill('Vorniceni');
  await page.locator('ins', { hasText: 'Vorniceni' }).waitFor();
  await page.locator('del', { hasText: String(before['eventPlace']) }).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('Control+Enter');
  await page.getByText('a corectat cererea depusă').first().waitFor();
  expect(await readAnswers(filed.id)).toEqual({ ...before, eventPlace: 'Vorniceni' });
});

test('rejects a correction of what a colleague corrected meanwhile, and keeps the input', async () => {
  const filed = await fileForCorrection();
  const page = await open({ path: `/applications/${filed.id}/correct`, operator: OPERATOR });
  await page.getByLabel('Locul înregistrării').fill('Vorniceni');
  const desk = await openDeskFor(OPERATOR);
  await desk.call('POST', `/applications/${filed.id}/contact`, { body: { contact: { none: true } } });
  await page.getByRole('button', { name: 'Trimite corectarea' }).click();
  await page.getByRole('alert').filter({ hasText: /\S/ }).first().waitFor();
  expect(await page.getByLabel('Locul înregistrării').inputValue()).toBe('Vorniceni');
});

test.each([1366, 1024, 360])('shows the correction at %i px without overlaps', async (width) => {
  const filed = await fileForCorrection();
  const page = await open({
    path: `/applications/${filed.id}/correct`,
    operator: OPERATOR,
    viewport: { width, height: 800 },
  });
  await page.getByLabel('Locul înregistrării').fill('Vorniceni');
  await page.locator('ins').waitFor();
  expect(await findLayoutErrors(page, '#main')).toEqual([]);
});
