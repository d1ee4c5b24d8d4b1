import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { idnp } from '@cups/tools/filings';
import type { Page } from 'playwright-core';
import { startKillableChromium } from '../chromium.ts';
import type { KillableBrowser } from '../chromium.ts';
import { axe, open, tolerate } from '../desk.ts';
import { nextPerson, openDeskFor } from '../filings.ts';
import { KeyboardUser } from '../keyboard.ts';
import { pdfText } from '../pdf.ts';
import { platformUrl } from '../test-env.ts';

/** Work at a desk whose line is down: from the open queue to the receipt, and what becomes of it afterwards. */

const operator = 'cu-001-specialist';
const NUMBER = /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}$/;
const TAKEN = 'Luată la ghișeu, încă neînregistrată';
const FILED = 'Cererea a fost depusă';

const at = (page: Page, pointer: string) => page.locator(`[id="${pointer}"]`);
const title = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();
const choose = (page: Page, name: string) => page.getByRole('radio', { name, exact: true }).check({ force: true });

/** Waits until the page has the catalog and the code of its screens, so that it needs no line. */
async function waitForScreens(page: Page): Promise<void> {
  await page.locator('[data-row]').or(page.getByText('Nimic de făcut acum.')).first().waitFor();
  await page.waitForLoadState('networkidle');
  await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => /visit-/.test(name)));
  await page.waitForLoadState('networkidle');
}

/** Fills in an application of a new person, up to the review. */
async function fillIn(page: Page, familyName: string): Promise<KeyboardUser> {
  const user = new KeyboardUser(page);
  await user.press('n');
  await page.getByRole('combobox').waitFor();
  await user.type('adeverinta');
  await page.getByRole('option', { selected: true }).waitFor();
  await user.press('Enter');
  await at(page, '/applicant/idnp').fill(idnp(nextPerson()));
  await at(page, '/applicant/familyName').fill(familyName);
  await at(page, '/applicant/givenName').fill('Vasile');
  await at(page, '/applicant/birthDate').fill('4.5.1961');
  await choose(page, 'Nu are');
  await user.press('Control+Enter');
  await title(page, 'Ce se cere?');
  await choose(page, 'Eliberarea actelor de identitate');
  await user.press('Control+Enter');
  await title(page, 'Ce acte a adus persoana?');
  await user.press('Space');
  await user.press('Control+Enter');
  await title(page, /^(Ce termen și cost alege|Cum primește)/);
  await user.press('1');
  await choose(page, 'Se ridică la centru');
  await user.press('Control+Enter');
  await title(page, 'Persoana împuternicește centrul');
  await user.press('Control+Enter');
  await title(page, 'Persoana verifică datele');
  return user;
}

/** Submits, and returns the number on the receipt. */
async function submitOffline(page: Page, user: KeyboardUser): Promise<string> {
  await at(page, '/checked').check({ force: true });
  await user.press('Control+Enter');
  await title(page, TAKEN);
  return page.getByText(NUMBER).first().innerText();
}

async function findByNumber(trackingNumber: string): Promise<{ state: string; applicant?: { familyName?: string } }> {
  const desk = await openDeskFor(operator);
  const body = { trackingNumber };
  const found = await desk.call<{ applications: { id: string }[] }>('POST', '/applications/search', { body });
  expect(found.body.applications).toHaveLength(1);
  const { id } = found.body.applications[0]!;
  return (await desk.call<{ state: string }>('GET', `/applications/${id}`)).body;
}

test('takes an application without a line, prints its receipt, and registers it afterwards', async () => {
  const page = await open({ operator });
  tolerate(page, /ERR_INTERNET_DISCONNECTED|Failed to load resource/);
  await waitForScreens(page);
  await page.context().setOffline(true);
  const user = await fillIn(page, 'Fărăfir');
  const number = await submitOffline(page, user);
  expect(await axe(page)).toEqual([]);
  const receipt = (await pdfText(page)).join('\n');
  expect(receipt).toContain(number);
  expect(receipt).toContain('cererea a fost luată la ghișeu, încă neînregistrată');
  expect(receipt).toContain('Termenul instituției începe când cererea este înregistrată');
  expect(receipt).not.toContain('Răspuns până la');

  await page.context().setOffline(false);
  await title(page, FILED);
  expect(await page.getByText(NUMBER).first().innerText()).toBe(number);
  expect(await findByNumber(number)).toMatchObject({ applicant: { familyName: 'Fărăfir' } });
});

test('keeps an application whose receipt is shown when the browser is killed', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cups-e2e-browser-'));
  const browsers: KillableBrowser[] = [];
  const start = async (): Promise<Page> => {
    const killable = await startKillableChromium(dataDir);
    browsers.push(killable);
    const context = killable.browser.contexts()[0]!;
    const data = { provider: 'local', operator };
    await context.request.post(`${platformUrl()}/api/v1/sessions`, { data });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.addInitScript(() => sessionStorage.setItem('cups-language', 'ro'));
    await page.goto(platformUrl());
    await waitForScreens(page);
    return page;
  };
  try {
    const page = await start();
    await page.context().setOffline(true);
    const number = await submitOffline(page, await fillIn(page, 'Întrerupt'));
    await browsers[0]!.kill();

    const next = await start();
    await next.getByText('de trimis').waitFor({ state: 'detached' });
    expect(await findByNumber(number)).toMatchObject({ applicant: { familyName: 'Întrerupt' } });
  } finally {
    for (const browser of browsers) await browser.kill();
    rmSync(dataDir, { recursive: true, force: true });
  }
});
