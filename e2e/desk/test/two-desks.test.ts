import { expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';
import { at, findByNumber, goOffline, press, title } from '../conflicts.ts';
import { open } from '../desk.ts';
import { applicant, fileApplication } from '../filings.ts';
import { waitForScreens } from '../offline.ts';

/** One draft at two PCs without a line: what both typed is merged, and where they differ, somebody chooses. */

const operator = 'cu-001-specialist';

type Draft = Awaited<ReturnType<typeof fileApplication>>;

async function openDesk(draft: Draft, as: string): Promise<Page> {
  const page = await open({ operator: as, path: `/visits/resume/${draft.id}` });
  await title(page, 'Persoana verifică datele');
  await waitForScreens(page);
  return page;
}

/** Types without a line, and waits until the browser has it. */
async function typeOffline(page: Page, phone: string, [pointer, text]: [string, string]): Promise<void> {
  await goOffline(page);
  await press(page, 'Formularul');
  await at(page, pointer).fill(text);
  await press(page, 'Persoana');
  await title(page, 'Cine cere serviciul?');
  await at(page, '/contact/phone').fill(phone);
  await at(page, '/applicant/idnp').focus();
  await page.getByText('Se păstrează aici, de trimis').waitFor({ timeout: 60_000 });
}

const saved = (page: Page) => page.getByText(/^Salvat la/).waitFor({ timeout: 60_000 });

async function contentOf(draft: Draft) {
  const [found] = await findByNumber(draft.trackingNumber);
  return found as unknown as { contact?: { phone?: string }; answers?: Record<string, string> };
}

test.each([
  ['one operator', operator],
  ['two clerks', 'cu-001-manager'],
])('merges what %s typed at two PCs, and asks where they differ', async (_who, other) => {
  const content = { applicant: applicant('Dublu'), contact: { phone: '+37369000001' } };
  const draft = await fileApplication({ operator, ending: 'ZN', submit: false, content });
  const [first, second] = [await openDesk(draft, operator), await openDesk(draft, other)];
  await typeOffline(first, '069 111 111', ['/answers/holderName', 'Munteanu Elena']);
  await typeOffline(second, '069 222 222', ['/answers/eventPlace', 'Călărași']);

  await first.context().setOffline(false);
  await saved(first);
  await second.context().setOffline(false);
  const choice = second.getByRole('alert', { name: /./ }).getByRole('button', { name: /222 ?222/ });
  await choice.waitFor({ timeout: 60_000 });
  expect(await contentOf(draft)).toMatchObject({ contact: { phone: '+37369111111' } });
  await choice.click();
  await choice.waitFor({ state: 'detached' });
  await eventually(async () => (await contentOf(draft)).contact?.phone === '+37369222222', { timeoutMs: 60_000 });
  expect(await contentOf(draft)).toMatchObject({ answers: { holderName: 'Munteanu Elena', eventPlace: 'Călărași' } });
});
