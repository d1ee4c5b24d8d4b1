import { expect, test } from '@jest/globals';
import { revokeMandate } from '@cups/tools/mandates';
import type { Page } from 'playwright-core';
import {
  at,
  findByNumber,
  notesOf,
  openDecision,
  openDraftOffline,
  press,
  title,
  waitForNothingUnsent,
} from '../conflicts.ts';
import { axe } from '../desk.ts';
import { applicant, openDeskFor } from '../filings.ts';
import { KeyboardUser } from '../keyboard.ts';
import { submitOffline } from '../offline.ts';
import { expireMandate } from '../store.ts';

/** Applications that were taken without a line under a mandate which ended before they reached the platform. */

const operator = 'cu-001-specialist';
const FILED = 'Cererea a fost depusă';

interface Draft {
  id: string;
  trackingNumber: string;
  mandate?: { name?: string };
}

/** Opens a complete draft, and submits it without a line. */
async function takeDraft(familyName: string): Promise<{ page: Page; draft: Draft }> {
  const opened = await openDraftOffline(operator, { applicant: applicant(familyName) });
  const { page } = opened;
  const draft = opened.draft as unknown as Draft;
  expect(await submitOffline(page, new KeyboardUser(page))).toBe(draft.trackingNumber);
  return { page, draft };
}

test('files under a new mandate what was taken under one that the person revoked', async () => {
  const { page, draft } = await takeDraft('Revocat');
  await revokeMandate(await openDeskFor(operator), { name: draft.mandate!.name! });
  await openDecision(page);
  await page.getByText('Împuternicirea persoanei a fost revocată', { exact: false }).waitFor();
  await page.getByText(/^revocată la /).waitFor();
  await page.getByText('Fără o împuternicire nouă, centrul nu mai face nimic', { exact: false }).waitFor();
  expect(await axe(page)).toEqual([]);

  await press(page, 'Deschide ciorna');
  await press(page, 'La împuternicire');
  await title(page, 'Persoana împuternicește centrul');
  const user = new KeyboardUser(page);
  await user.press('Control+Enter');
  await title(page, 'Persoana verifică datele');
  await at(page, '/checked').check({ force: true });
  await user.press('Control+Enter');
  await title(page, FILED);
  const [filed] = await findByNumber(draft.trackingNumber);
  expect(filed).toMatchObject({ state: expect.not.stringMatching('draft') });
  expect((filed as unknown as Draft).mandate?.name).not.toBe(draft.mandate!.name);
});

test('keeps the reason of discarding what was taken under an expired mandate', async () => {
  const { page, draft } = await takeDraft('Expirat');
  await expireMandate(draft.mandate!.name!);
  await openDecision(page);
  await page.getByText('Mandatul a expirat.', { exact: false }).waitFor();
  await press(page, 'Renunță la act');
  await press(page, 'Renunță la act');
  await page.getByText('Scrieți motivul.').waitFor();
  await page.getByLabel('De ce renunțați?').fill('Persoana depune singură');
  await press(page, 'Renunță la act');
  await waitForNothingUnsent(page);
  expect(await notesOf(draft.id)).toMatch(/s-a renunțat: Depunere\. Motivul: Persoana depune singură/);
});
