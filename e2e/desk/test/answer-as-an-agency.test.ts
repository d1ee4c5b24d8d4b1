import { expect, test } from '@jest/globals';
import { open } from '../desk.ts';
import { applicant, fileApplication, waitForState } from '../filings.ts';

const DESK = 'cu-014-specialist';

test('plays the tutorial docs/tutorials/answer-as-an-agency.md', async () => {
  const filed = await fileApplication({
    publicService: 'archive-work-record',
    operator: DESK,
    content: { applicant: applicant('Invatescu') },
  });
  const page = await open();
  await page.getByRole('button', { name: 'EN', exact: true }).click();
  await page.getByLabel('Centre or name').fill('arhiva-orhei');
  await page.getByRole('button', { name: /agency clerk · arhiva-orhei/ }).click();

  await page.getByRole('heading', { level: 1, name: 'Applications to work on' }).waitFor();
  await page.getByRole('link', { name: /Invatescu/ }).press('Enter');
  await page.getByLabel('Agency reference').fill('AO-1/2026');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('navigation').getByText('To decide').waitFor();

  await page.getByRole('radio', { name: 'Decide' }).check({ force: true });
  await page.getByRole('radio', { name: 'Reject' }).check({ force: true });
  await page
    .getByLabel(/^Template optional/)
    .first()
    .selectOption({ index: 1 });
  for (const language of ['Romanian', 'Russian', 'English'])
    expect(await page.getByLabel(new RegExp(`^Reason, for the person · In ${language}`)).inputValue()).not.toBe('');
  await page.keyboard.press('Control+Enter');
  await page.getByText('Fill in the places in brackets.').first().waitFor();

  await page.getByRole('radio', { name: 'Approve' }).check({ force: true });
  await page.getByRole('radio', { name: 'on paper' }).check({ force: true });
  await page.getByLabel('Number of the result').fill('CA 17');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('navigation').getByText('Decided').waitFor();
  for (const name of ['Correct the result', 'Revoke the result']) await page.getByRole('radio', { name }).waitFor();

  const ready = await waitForState(filed, 'ready', DESK);
  expect(ready).toMatchObject({ decision: { approved: true, resultNumber: 'CA 17' } });
  const tracking = await open({ path: `/t#${filed.trackingNumber}` });
  await tracking.getByText(filed.trackingNumber!).waitFor();
});
