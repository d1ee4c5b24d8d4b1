import { expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';
import { axe, open, tolerate } from '../desk.ts';
import { applicant, fileApplication, openDeskFor, runAction } from '../filings.ts';
import { fillIn, submitOffline, waitForScreens } from '../offline.ts';
import { KeyboardUser } from '../keyboard.ts';
import { KillableDesk } from '../killable-desk.ts';
import { pdfText } from '../pdf.ts';
import { withdraw } from '../withdraw.ts';

/** Work at a desk whose line is down: from the open queue to the receipt, and what becomes of it afterwards. */

const operator = 'cu-001-specialist';
const NUMBER = /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}$/;
const FILED = 'Cererea a fost depusă';

const at = (page: Page, pointer: string) => page.locator(`[id="${pointer}"]`);
const title = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name }).waitFor();

/** Waits until a control has a value. */
async function expectValue(page: Page, pointer: string, value: string): Promise<void> {
  await eventually(async () => (await at(page, pointer).inputValue()) === value);
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
  const desk = new KillableDesk(operator);
  try {
    const page = await desk.start();
    await page.context().setOffline(true);
    const number = await submitOffline(page, await fillIn(page, 'Întrerupt'));
    await desk.kill();

    const next = await desk.start();
    await next.getByText('de trimis').waitFor({ state: 'detached' });
    expect(await findByNumber(number)).toMatchObject({ applicant: { familyName: 'Întrerupt' } });
  } finally {
    await desk.remove();
  }
});

test('shows a rejected act beside the state at the platform, and keeps it as a note', async () => {
  const filed = await fileApplication({ operator, ending: 'ZN', content: { applicant: applicant('Răzgândit') } });
  const page = await open({ operator, path: `/applications/${filed.id}` });
  tolerate(page, /ERR_INTERNET_DISCONNECTED|Failed to load resource/);
  await page.getByRole('button', { name: 'Retrage cererea' }).waitFor();
  await waitForScreens(page);
  await page.context().setOffline(true);
  await withdraw(page);
  await page.getByRole('link', { name: 'Vezi ce este de trimis' }).click();
  await title(page, 'De trimis');
  await page.getByText('Așteaptă platforma. Se trimite automat.').waitFor();
  expect(await axe(page)).toEqual([]);

  await runAction(filed, 'withdraw', {}, 'cu-001-manager');
  await page.context().setOffline(false);
  await page.getByRole('heading', { name: 'La platformă acum' }).waitFor();
  await page.getByText('Retrasă').waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Păstrează ca notă' }).click();
  await page.getByText('Totul este trimis.').waitFor();
  const desk = await openDeskFor(operator);
  const { body } = await desk.call<{ notes?: { text: string }[] }>('GET', `/applications/${filed.id}/details`);
  expect(JSON.stringify(body)).toMatch(/Făcut la ghișeu la .*, neprimit de platformă: Retragere\./);
});

test('two windows share a draft, and one sends what the other leaves', async () => {
  const page = await open({ operator });
  tolerate(page, /ERR_INTERNET_DISCONNECTED|Failed to load resource/);
  await waitForScreens(page);
  const user = new KeyboardUser(page);
  await user.press('n');
  await page.getByRole('combobox').waitFor();
  await user.type('adeverinta');
  await page.getByRole('option', { selected: true }).waitFor();
  await user.press('Enter');
  await at(page, '/applicant/familyName').fill('Fereastră');
  await page.getByText(/^Salvat la/).waitFor();
  const other = await page.context().newPage();
  await other.goto(page.url());
  await at(other, '/applicant/givenName').fill('Doina');
  await at(page, '/applicant/familyName').fill('Ferestrău');
  await expectValue(page, '/applicant/givenName', 'Doina');
  await expectValue(other, '/applicant/familyName', 'Ferestrău');

  await page.context().setOffline(true);
  await at(page, '/applicant/birthDate').fill('4.5.1961');
  await expectValue(other, '/applicant/birthDate', '4.5.1961');
  await at(page, '/applicant/idnp').focus();
  await page.getByText('Se păstrează aici, de trimis').waitFor();
  const id = new URL(page.url()).pathname.split('/')[3]!;
  await page.goto('about:blank');
  await page.context().setOffline(false);
  await other.getByText(/^Salvat la/).waitFor();
  const desk = await openDeskFor(operator);
  const read = async () =>
    (await desk.call<{ applicant?: object }>('GET', `/applications/${id}`)).body.applicant as { birthDate?: string };
  await eventually(async () => (await read()).birthDate === '1961-05-04');
  expect(await read()).toMatchObject({ familyName: 'Ferestrău', givenName: 'Doina' });
  await page.goto('/');
  await title(page, /^Astăzi/);
  await other.close();
});

test('a new visit in a second window is another visit, and nobody replaces its person unasked', async () => {
  const page = await open({ operator });
  await waitForScreens(page);
  await page.keyboard.press('n');
  await page.getByRole('combobox').waitFor();
  const other = await page.context().newPage();
  await other.goto('/');
  await waitForScreens(other);
  await other.keyboard.press('n');
  await other.getByRole('combobox').waitFor();
  const visitOf = (window: Page) => new URL(window.url()).pathname.split('/')[2];
  expect(visitOf(other)).not.toBe(visitOf(page));

  await page.bringToFront();
  await page.getByRole('combobox').fill('adeverinta');
  await page.getByRole('option', { selected: true }).waitFor();
  await page.getByRole('combobox').press('Enter');
  const person = applicant('Întâia');
  await at(page, '/applicant/idnp').fill(person.idnp!);
  await at(page, '/applicant/familyName').fill(person.familyName!);
  await at(page, '/applicant/givenName').fill(person.givenName!);
  await page.getByText(/^Salvat la/).waitFor();

  // The other window opens the same visit: it shows the person, and asks before anything replaces it.
  await other.goto(page.url());
  await other.getByText('Persoana acestei vizite').waitFor();
  expect(await at(other, '/applicant/idnp').count()).toBe(0);
  expect(await axe(other)).toEqual([]);
  await other.getByRole('button', { name: 'Corectează datele' }).click();
  await at(other, '/applicant/idnp').fill(applicant('Alta').idnp!);
  await page.getByText(/Persoana a fost schimbată în altă fereastră/).waitFor();
  expect(await axe(page)).toEqual([]);
  await other.close();
});

test('reports a PC whose clock is wrong', async () => {
  const page = await open({ operator: 'cu-002-specialist' });
  await page.addInitScript(() => {
    const now = Date.now;
    Date.now = () => now() - 10 * 60_000;
  });
  await page.reload();
  await page.getByText('Ceasul acestui calculator este în urmă cu 10 min.').waitFor();
  expect(await axe(page)).toEqual([]);
});
