import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';
import { open, tolerate } from './desk.ts';
import { fileApplication, openDeskFor } from './filings.ts';
import { waitForScreens } from './offline.ts';

/** Steps of tests about acts that the platform rejects at contact. */

export const title = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name }).waitFor({ timeout: 60_000 });
export const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();
export const at = (page: Page, pointer: string) => page.locator(`[id="${pointer}"]`);

/** Cuts the page off the platform. Its code stays in memory. */
export async function goOffline(page: Page): Promise<void> {
  tolerate(page, /ERR_INTERNET_DISCONNECTED|Failed to load resource/);
  await page.context().setOffline(true);
}

/** Restores the line and opens the list of unsent acts, once one of them waits for a decision. */
export async function openDecision(page: Page): Promise<void> {
  await page.context().setOffline(false);
  await page.getByText('Platforma nu a primit tot ce s-a făcut aici.').waitFor({ timeout: 60_000 });
  // The strip of the cut line has the same link, and goes when the line returns.
  const link = page.getByRole('link', { name: 'Vezi ce este de trimis' }).first();
  await eventually(
    async () => {
      await link.click({ timeout: 1_000 });
      return page.getByRole('heading', { level: 1, name: 'De trimis' }).isVisible();
    },
    { timeoutMs: 60_000, everyMs: 500 },
  );
  await page.getByText('Ce s-a întâmplat').waitFor();
}

/** Waits until the list of unsent acts is empty. */
export const waitForNothingUnsent = (page: Page) => page.getByText('Totul este trimis.').waitFor({ timeout: 60_000 });

export type Draft = Awaited<ReturnType<typeof fileApplication>>;

/** Files a complete draft, opens it at its review, and goes offline. */
export async function openDraftOffline(
  operator: string,
  content: Record<string, unknown>,
): Promise<{ page: Page; draft: Draft }> {
  const draft = await fileApplication({ operator, ending: 'ZN', submit: false, content });
  const page = await open({ operator, path: `/visits/resume/${draft.id}` });
  await title(page, 'Persoana verifică datele');
  await waitForScreens(page);
  await goOffline(page);
  return { page, draft };
}

export interface FoundApplication {
  id: string;
  state: string;
  trackingNumber: string;
  applicant?: { familyName?: string; givenName?: string };
  answers?: Record<string, unknown>;
}

/** Returns the applications at the platform with this number. */
export async function findByNumber(
  trackingNumber: string,
  operator = 'cu-001-specialist',
): Promise<FoundApplication[]> {
  const desk = await openDeskFor(operator);
  const body = { trackingNumber };
  const found = await desk.call<{ applications: { id: string }[] }>('POST', '/applications/search', { body });
  const read = async ({ id }: { id: string }) => (await desk.call<FoundApplication>('GET', `/applications/${id}`)).body;
  return Promise.all(found.body.applications.map(read));
}

/** Returns the texts of the notes of an application. */
export async function notesOf(id: string, operator = 'cu-001-specialist'): Promise<string> {
  const desk = await openDeskFor(operator);
  const { body } = await desk.call<{ notes?: object[] }>('GET', `/applications/${id}/details`);
  return JSON.stringify(body.notes ?? body);
}
