import type { Page } from 'playwright-core';

/** Withdraws the filed application of this page with a signed statement, and waits until it cannot be undone. */
export async function withdraw(page: Page): Promise<void> {
  await openWithdrawal(page);
  await page.getByRole('button', { name: 'Da, retrage' }).click();
  const undo = page.getByRole('button', { name: 'Anulează' });
  await undo.waitFor();
  await undo.waitFor({ state: 'detached' });
}

/** Opens the form of a withdrawal, and answers that the statement is signed. */
async function openWithdrawal(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Retrage cererea' }).click();
  await page.getByRole('radio', { name: 'A semnat', exact: true }).check({ force: true });
}
