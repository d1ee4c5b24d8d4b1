import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { eventually } from '@cups/testing';
import { idnp } from '@cups/tools/filings';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication, nextPerson, waitForState } from '../filings.ts';
import { refocusUntil } from '../refocus.ts';
import { sessionKeyHeaders } from '../session-key.ts';

/** Teams: what managers, supervisors and support change, and what specialists see of it. */

const inMain = (page: Page) => page.getByRole('main');
const row = (page: Page, name: RegExp) => inMain(page).getByRole('button', { name });
const pane = (page: Page) => page.getByRole('complementary');

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test('invites by keyboard, and records an absence for the team to see', async () => {
  const page = await open({ operator: 'cu-013-manager', path: '/team' });
  await row(page, /^Test Specialist/).waitFor();
  await pane(page).getByText('Propriul acces îl schimbă altcineva.').waitFor();
  expect(await axe(page)).toEqual([]);

  await page.keyboard.press('Control+Enter');
  await page.getByRole('dialog').getByLabel('IDNP').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByRole('link').nth(2).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('dialog').getByLabel('IDNP').fill(idnp(nextPerson()));
  await page.getByLabel('Numele', { exact: true }).fill('CIOBANU');
  // The unfinished form is restored after the dialog closed.
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+Enter');
  await page.getByRole('dialog').waitFor();
  await eventually(
    async () => (await page.getByLabel('Numele', { exact: true }).inputValue()) === 'Ciobanu' || undefined,
  );
  await page.getByLabel('Prenumele').fill('ana');
  await page.keyboard.press('Enter');
  await row(page, /^Ana Ciobanu.*Are invitație.*încă nu a intrat/).waitFor();
  await pane(page).getByRole('heading', { name: 'Ana Ciobanu' }).waitFor();
  await pane(page).getByText('invitație').first().waitFor();

  await row(page, /^Test Specialist/).click();
  await pane(page).getByRole('button', { name: 'Notează absența' }).click();
  await page.getByLabel('Ultima zi').fill(inDays(3));
  await page.getByLabel('Cine înlocuiește').selectOption({ label: 'Ana Ciobanu' });
  await pane(page).getByRole('button', { name: 'Salvează' }).click();
  await row(page, /^Test Specialist.*Lipsește.*înlocuitor: Ana Ciobanu/).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  expect(await axe(page)).toEqual([]);

  // Former members are listed on request, with their history.
  await page.setViewportSize({ width: 1280, height: 800 });
  await row(page, /^Ana Ciobanu/).click();
  await pane(page).getByRole('button', { name: 'Scoate din echipă' }).click();
  await pane(page).getByRole('button', { name: 'Scoate din echipă' }).click();
  await eventually(async () => (await row(page, /^Ana Ciobanu/).count()) === 0 || undefined);
  await row(page, /^Test Specialist.*fără înlocuitor/).waitFor();
  await page.getByRole('button', { name: 'Arată și cine a plecat' }).click();
  await row(page, /^Ana Ciobanu.*Nu mai lucrează.*a plecat/).click();
  await pane(page).getByText('ieșire din echipă').waitFor();
  expect(await axe(page)).toEqual([]);

  const specialist = await open({ operator: 'cu-013-specialist', path: '/team' });
  const specialistRow = inMain(specialist).getByRole('listitem').filter({ hasText: 'Test Specialist' });
  await specialistRow.getByText(/^Lipsește până la/).waitFor();
  await specialistRow.getByText('fără înlocuitor').waitFor();
  expect(await inMain(specialist).getByRole('button').count()).toBe(0);
  expect(await axe(specialist)).toEqual([]);
});

/** The figures of a centre that the test compares, in the order of the page. */
const FIGURES = ['Depuse', 'Deschise', 'Decise', 'Peste termen la instituții', 'De înmânat'];

const figuresOf = (page: Page) => inMain(page).getByRole('region', { name: 'Cererile centrului' });

const figure = (page: Page, term: string) =>
  figuresOf(page)
    .locator('dl > div')
    .filter({ has: page.getByText(term, { exact: true }) })
    .locator('dd')
    .innerText();

async function readFigures(page: Page): Promise<number[]> {
  await figuresOf(page).locator('dl').waitFor();
  return (await Promise.all(FIGURES.map((term) => figure(page, term)))).map(Number);
}

test('shows managers the figures of their centre, and nobody else', async () => {
  const operator = 'cu-026-specialist';
  const manager = await open({ operator: 'cu-026-manager', path: '/team' });
  const before = await readFigures(manager);
  const rejected = await fileApplication({ operator, ending: 'ZR' });
  await fileApplication({ operator, ending: 'ZN' });
  await waitForState(rejected, 'rejected', operator);

  await manager.reload();
  const after = await readFigures(manager);
  expect(after.map((count, n) => count - before[n]!)).toEqual([2, 2, 1, 0, 1]);
  expect(await figure(manager, 'La ghișeu')).toBe('sub 1 min');
  await figuresOf(manager).getByLabel('anul acesta').check();
  await eventually(async () => (await figuresOf(manager).getByLabel('anul acesta').isChecked()) || undefined);
  expect((await readFigures(manager))[0]).toBe(after[0]);
  expect(await axe(manager)).toEqual([]);
  for (const width of [360, 320]) {
    await manager.setViewportSize({ width, height: 640 });
    expect(await manager.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
  }

  const specialist = await open({ operator, path: '/team' });
  await inMain(specialist)
    .getByText(/^Test Specialist/)
    .waitFor();
  expect(await specialist.getByText('Cererile centrului').count()).toBe(0);
});

test('ends a suspended session, and destroys its input', async () => {
  const operator = 'cu-014-specialist';
  const filed = await fileApplication({
    operator,
    ending: 'ZN',
    content: { applicant: applicant('Botezatu', 'Tamara') },
  });
  const specialist = await open({ operator, path: `/applications/${filed.id}` });
  await specialist.getByLabel('Scrieți o notă').fill('scris pe jumătate');

  const manager = await open({ operator: 'cu-014-manager', path: '/team' });
  await row(manager, /^Test Specialist/).click();
  await pane(manager).getByRole('button', { name: 'Suspendă accesul' }).click();
  await pane(manager)
    .getByLabel(/^De ce/)
    .fill('Nu mai vine la lucru');
  await pane(manager).getByRole('button', { name: 'Suspendă accesul' }).click();
  await row(manager, /^Test Specialist.*Acces suspendat/).waitFor();
  // Other tests suspend the same specialist.
  await pane(manager).getByText('„Nu mai vine la lucru”').first().waitFor();

  await refocusUntil(specialist, () => specialist.getByText('Accesul dumneavoastră este suspendat.').isVisible());
  expect(await specialist.innerText('body')).not.toMatch(/Botezatu|Tamara|jumătate/);
  await specialist.getByRole('button', { name: /Intră din nou/ }).click();
  await specialist.getByRole('alert').waitFor();

  await pane(manager).getByRole('button', { name: 'Redă accesul' }).click();
  await pane(manager).getByRole('button', { name: 'Redă accesul' }).click();
  await row(manager, /^Test Specialist.*Lucrează/).waitFor();
  await specialist.getByRole('button', { name: /Intră din nou/ }).click();
  await specialist.getByLabel('Scrieți o notă').waitFor();
  expect(await specialist.getByLabel('Scrieți o notă').inputValue()).toBe('');
});

test('applies a role change to an open page without a reload', async () => {
  const specialist = await open({ operator: 'cu-015-specialist', path: '/team' });
  await inMain(specialist)
    .getByText(/^Test Specialist/)
    .waitFor();
  const invite = specialist.getByRole('button', { name: /Invită în echipă/ });
  expect(await invite.count()).toBe(0);

  const page = await open({ operator: 'supervisor', path: '/team' });
  await page.getByRole('heading', { name: 'Platforma și instituțiile' }).waitFor();
  await row(page, /^Test Supervisor/).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByLabel('Un centru').check();
  await page.getByLabel('Codul sau denumirea centrului').fill('cu-015');
  await row(page, /^Test Specialist/).click();
  await pane(page).getByRole('button', { name: 'Schimbă rolurile' }).click();
  await pane(page).getByLabel('manager de centru').check();
  await pane(page).getByRole('button', { name: 'Salvează' }).click();
  await row(page, /^Test Specialist.*manager de centru/).waitFor();
  await refocusUntil(specialist, () => invite.isVisible());
});

test('asks support for a reason, and offers no changes', async () => {
  const page = await open({ operator: 'support' });
  await page.getByLabel('De ce priviți?').fill('Solicitarea 17');
  await page.keyboard.press('Enter');
  await row(page, /^Test Support/).click();
  await pane(page).getByRole('heading', { name: 'Test Support' }).waitFor();
  expect(await page.getByRole('button', { name: /Invită|Suspendă|Schimbă/ }).count()).toBe(0);
  expect(await axe(page)).toEqual([]);
});

test('lists the devices of a member, and revokes one', async () => {
  const operator = 'cu-012-specialist';
  const specialist = await open({ operator, path: '/team' });
  // The page has a device of its own; these two are other computers.
  const [kept, lost] = ['01KB7Z0000000000000000AAAA', '01KB7Z0000000000000000BBBB'];
  await specialist.getByRole('heading', { level: 1 }).waitFor();
  const headers = await sessionKeyHeaders(specialist);
  const contact = (id: string) =>
    specialist.context().request.post(`/api/v1/devices/${id}/contact`, { data: {}, headers });
  const share = async (id: string) => ((await (await contact(id)).json()) as { keyShare: string }).keyShare;
  const [keptShare] = [await share(kept), await share(lost)];

  await fileApplication({ operator, ending: 'ZN' });
  const data = { device: kept, held: [], pageSize: 25 };
  const copy = await specialist.context().request.post('/api/v1/offline-copies', { data, headers });
  const { files } = (await copy.json()) as { files: unknown[] };

  const manager = await open({ operator: 'cu-012-manager', path: '/team' });
  await row(manager, /^Test Specialist/).click();
  const devices = pane(manager).getByRole('region', { name: 'Calculatoare' });
  const device = (code: string) => devices.getByRole('listitem').filter({ hasText: `Calculatorul ${code}` });
  await device('00AAAA').getByText('ultima legătură').waitFor();
  await device('00AAAA').getByText(`dosare copiate: ${files.length}`).waitFor();
  expect(await axe(manager)).toEqual([]);
  const revoke = device('00BBBB').getByRole('button', { name: 'Deconectează calculatorul' });
  await revoke.click();
  await device('00BBBB').getByText('Nu se poate anula').waitFor();
  expect(await axe(manager)).toEqual([]);
  await manager.keyboard.press('Enter');
  await device('00BBBB').getByText('deconectat la').waitFor();
  expect(await revoke.count()).toBe(0);
  await manager.setViewportSize({ width: 320, height: 640 });
  expect(await manager.evaluate(() => document.documentElement.scrollWidth)).toBe(320);

  const refused = await contact(lost);
  expect([refused.status(), ((await refused.json()) as { reason: string }).reason]).toEqual([403, 'DEVICE_REVOKED']);
  expect(await share(kept)).toBe(keptShare);
  await row(manager, /^Test Specialist/).waitFor();
  // Colleagues see no devices.
  expect(await specialist.getByText('Calculatoare').count()).toBe(0);
});
