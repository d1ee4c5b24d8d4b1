import { eventually } from '@cups/testing';
import { expect, test } from '@jest/globals';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication, waitForState } from '../filings.ts';
import { KeyboardUser } from '../keyboard.ts';
import { createPdf } from '../scans.ts';

/** An example agency without a system: its clerk attaches the document of the result, its manager gives out work. */

const DESK = 'cu-014-specialist';
const AGENCY = 'arhiva-orhei';
/** Keys from the queue to the decision, an acknowledgement included; a chord counts as two. */
const MAX_KEYS = 16;

const file = (familyName: string) =>
  fileApplication({
    publicService: 'archive-work-record',
    operator: DESK,
    content: { applicant: applicant(familyName) },
  });

test('decides with an uploaded document, which the desk receives', async () => {
  const filed = await file('Avizescu');
  const page = await open({ operator: `${AGENCY}-clerk` });
  await page.getByRole('link', { name: /Avizescu/ }).click();
  await page.getByRole('radio', { name: 'Decid' }).check({ force: true });
  await page.getByRole('radio', { name: 'Se aprobă' }).check({ force: true });
  await page.getByRole('radio', { name: 'electronic' }).check({ force: true });

  const result = page.getByRole('group', { name: 'Documentul rezultatului' });
  const choose = async (buffer: Buffer) => {
    const chooser = page.waitForEvent('filechooser');
    await result.getByRole('button', { name: 'Atașez documentul' }).click();
    await (await chooser).setFiles({ name: 'certificat.pdf', mimeType: 'application/pdf', buffer });
  };
  await choose(Buffer.from('no PDF'));
  await result.getByText('Acest tip de fișier nu este acceptat.').waitFor();
  await choose(createPdf('Certificat'));
  await result.getByRole('button', { name: /^Deschide/ }).waitFor();
  expect(await axe(page)).toEqual([]);
  await result.getByRole('button', { name: /^Deschide/ }).click();
  await page.frameLocator('dialog iframe').locator('canvas').first().waitFor();
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: /^Decid/ }).click();
  const ready = await waitForState(filed, 'ready', DESK);
  expect(ready).toMatchObject({ decision: { documents: [{ mediaType: 'application/pdf' }] } });
}, 120_000);

test('a manager sees the load of the clerks, and gives work to one of them', async () => {
  await file('Sarcinescu');
  const page = await open({ operator: `${AGENCY}-manager` });
  await page.getByRole('link', { name: /Sarcinescu/ }).click();
  await page.getByLabel('Dau unui coleg').selectOption(`operators/${AGENCY}-clerk`);
  await page.getByRole('button', { name: 'Dau' }).click();
  // The page says "a colleague" while identity, which has the names, does not answer.
  const assignee = page.getByText(/Lucrează:/).getByText(/Clerk ARHIVA-ORHEI|Un coleg/);
  await assignee.waitFor();
  const isNamed = async (): Promise<boolean> => {
    if ((await assignee.textContent()) === 'Test Clerk ARHIVA-ORHEI') return true;
    await page.reload();
    await assignee.waitFor();
    return false;
  };
  await eventually(isNamed, { everyMs: 1_000 });
  expect(await axe(page)).toEqual([]);
  // Not by Escape: after a reload the focus is in the first field of the reply, which Escape only leaves.
  await page.getByRole('main').getByRole('link', { name: 'Cereri de lucrat' }).click();
  await page.getByRole('link', { name: 'Cine la ce lucrează' }).click();
  const row = page.getByRole('row', { name: /Test Clerk ARHIVA-ORHEI/ });
  await row.waitFor();
  expect(Number(await row.getByRole('cell').first().textContent())).toBeGreaterThanOrEqual(1);
  expect(await axe(page)).toEqual([]);
}, 120_000);

test('acknowledges and decides by keyboard only', async () => {
  const filed = await fileApplication({
    publicService: 'personal-assistant',
    operator: 'cu-011-specialist',
    content: { applicant: applicant('Tastescu') },
  });
  const page = await open({ operator: 'social-edinet-clerk' });
  const user = new KeyboardUser(page);
  await page.getByRole('link', { name: /Tastescu/ }).waitFor();
  await user.press('ArrowDown');
  await user.press('Enter');
  await page.getByLabel('Numărul instituției').waitFor();
  await user.tabTo(/^Numărul instituției/);
  await user.type('AS-1', { counted: false });
  await user.press('Control+Enter');
  await page.getByRole('radio', { name: 'Se aprobă' }).waitFor();
  await user.tabTo(/^Se aprobă/);
  await user.press('Space');
  await page.getByRole('radio', { name: 'pe hârtie' }).waitFor();
  await user.tabTo(/^pe hârtie/);
  await user.press('Space');
  await user.press('Control+Enter');
  await waitForState(filed, 'ready', 'cu-011-specialist');
  expect(user.keys).toBeLessThanOrEqual(MAX_KEYS);
}, 120_000);
