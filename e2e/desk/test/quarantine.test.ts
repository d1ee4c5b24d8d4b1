import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';
import { applicationId } from '@cups/tools/filings';
import { axe, open, PHONE, tolerate } from '../desk.ts';
import { applicant, fileApplication, openDeskFor } from '../filings.ts';
import { waitForScreens } from '../offline.ts';
import { refocusUntil } from '../refocus.ts';
import { reinstateSpecialist, suspendSpecialist } from '../suspension.ts';
import { platformUrl } from '../test-env.ts';
import { withdraw } from '../withdraw.ts';

/** Acts of suspended operators: handed in without a session, decided by a head or a supervisor in the screen. */

/** Returns a grant of the operator who is signed in, from the first contact of a new device. */
async function contact(operator: string): Promise<string> {
  const desk = await openDeskFor(operator);
  const { body } = await desk.call<{ offlineGrant: string }>('POST', `/devices/${applicationId('00')}/contact`, {
    body: {},
  });
  return body.offlineGrant;
}

const act = (application: string, kind: string, body: object, sequence: number) => ({
  key: randomUUID(),
  application,
  kind,
  body: JSON.stringify(body),
  time: new Date().toISOString(),
  sequence,
});

/** Hands in without a cookie, as a desk whose operator was suspended. */
async function handIn(grant: string, acts: object[]): Promise<void> {
  const response = await fetch(`${platformUrl()}/api/v1/quarantined-acts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'cups-offline': `grant="${grant}"` },
    body: JSON.stringify({ acts }),
  });
  expect([response.status, await response.json()]).toEqual([200, { kept: acts.length, known: 0, refused: [] }]);
}

interface AppliedApplication {
  trackingNumber: string;
  applicant: { familyName: string };
}

/** What the page asks of the platform. */
const API_CALLS = /\/(?:api\/v1|readyz)/;

const list = (page: Page) => page.getByRole('navigation', { name: 'Acte în carantină' });
/** @param name tracking number, or words of an application that does not exist yet */
const groupOf = (page: Page, name: string) => list(page).getByRole('region', { name });
const NEW_APPLICATION = 'CU-016 · Cerere nouă';
const done = (page: Page, text: string) => page.getByRole('status').getByText(text).waitFor();

test('shows an act beside its application, and applies or rejects it', async () => {
  const operator = 'cu-016-specialist';
  const filed = await fileApplication({ operator, ending: 'ZN' });
  const grant = await contact(operator);
  const id = applicationId('ZN');
  const person = applicant('Carabineanu', 'Eudochia');
  const create = { id, publicService: 'civil-status-extract', applicant: person };
  await handIn(grant, [
    act(id, 'create', create, 1),
    act(id, 'notes', { text: 'A lăsat numărul vecinei' }, 2),
    act(filed.id, 'notes', { text: 'Făcută din greșeală' }, 3),
  ]);

  const page = await open({ operator: 'supervisor', path: '/centres' });
  await page.getByText(/Acte în carantină care așteaptă decizia: \d+/).waitFor();
  await page.getByRole('link', { name: 'Deschide lista' }).click();
  await page.getByRole('heading', { level: 1, name: 'Acte în carantină' }).waitFor();
  expect(await page.innerText('main')).not.toContain('Carabineanu');

  // A later act waits for the earlier one.
  await groupOf(page, NEW_APPLICATION).getByRole('button', { name: 'notă internă' }).click();
  await page.getByText('cererea nu există încă').waitFor();
  await page.getByRole('cell', { name: 'A lăsat numărul vecinei' }).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('Control+Enter');
  await page.getByRole('alert').getByText('Un act mai vechi al aceluiași dosar așteaptă o decizie.').waitFor();

  await groupOf(page, NEW_APPLICATION).getByRole('button', { name: 'cerere nouă' }).click();
  await page.getByRole('cell', { name: 'Carabineanu' }).waitFor();
  await page.keyboard.press('Control+Enter');
  await done(page, 'Actul este aplicat.');
  // The colleagues of the centre find what was applied.
  const desk = await openDeskFor(operator);
  const { body } = await desk.call<AppliedApplication>('GET', `/applications/${id}`);
  expect(body.applicant.familyName).toBe('Carabineanu');
  await groupOf(page, body.trackingNumber).getByRole('button', { name: 'notă internă' }).click();
  await page.getByRole('button', { name: /Aplică actul/ }).click();
  await done(page, 'Actul este aplicat.');
  await groupOf(page, body.trackingNumber).waitFor({ state: 'detached' });

  // The other one is rejected, with a reason.
  await groupOf(page, filed.trackingNumber).getByRole('button', { name: 'notă internă' }).click();
  await page.getByRole('definition').filter({ hasText: filed.trackingNumber }).waitFor();
  await page.keyboard.press('r');
  await page.getByRole('button', { name: 'Respinge' }).click();
  await page.getByText('Scrieți motivul.').waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByLabel('De ce se respinge').fill('Nu privește această cerere');
  await page.keyboard.press('Enter');
  await done(page, 'Actul este respins.');
  await groupOf(page, filed.trackingNumber).waitFor({ state: 'detached' });
  await page.setViewportSize(PHONE);
  expect(await page.evaluate((width) => document.documentElement.scrollWidth <= width, PHONE.width)).toBe(true);

  const history = await desk.call<{ actions: object[] }>('GET', `/applications/${id}/history`);
  expect(history.body.actions).toMatchObject([
    { kind: 'note', actor: 'operators/supervisor', released: { operator: `operators/${operator}` } },
  ]);
});

test('is open to the head of the centre, and to nobody else there', async () => {
  const specialist = await open({ operator: 'cu-016-specialist', path: '/quarantine' });
  await specialist.getByText('Această pagină este pentru alt rol.').waitFor();
  const manager = await open({ operator: 'cu-016-manager', path: '/quarantine' });
  await manager.getByText('Niciun act nu așteaptă o decizie.').waitFor();
  expect(await axe(manager)).toEqual([]);
});

test('takes over the unsent acts of the page of a suspended operator', async () => {
  const centre = 'cu-017';
  const operator = `${centre}-specialist`;
  const filed = await fileApplication({ operator, ending: 'ZN' });
  const page = await open({ operator, path: `/applications/${filed.id}` });
  tolerate(page, /Failed to load resource|ERR_/);
  await page.getByLabel('Scrieți o notă').waitFor();
  await page.route(API_CALLS, (route) => route.abort());
  await page.getByLabel('Scrieți o notă').fill('Luată fără legătură');
  await page.keyboard.press('Enter');
  await page.getByText('de trimis', { exact: true }).waitFor();

  const manager = await open({ operator: `${centre}-manager`, path: '/team' });
  await suspendSpecialist(centre);
  // The response of the gateway, which learns of a suspension within two minutes. The hand-in reaches the platform.
  const problem = {
    type: 'urn:cups:problem:OPERATOR_SUSPENDED',
    title: 'Forbidden',
    status: 403,
    action: '',
    requestId: 'r',
  };
  const body = JSON.stringify(Object.assign(problem, { reason: 'OPERATOR_SUSPENDED' }));
  const handedIn = page.waitForResponse('**/api/v1/quarantined-acts', { timeout: 60_000 });
  // The newest route counts: no request passes between this one and the former.
  await page.route(API_CALLS, (route) =>
    route.request().url().endsWith('/quarantined-acts')
      ? route.continue()
      : route.fulfill({ status: 403, contentType: 'application/problem+json', body }),
  );
  await refocusUntil(page, () => page.getByText(/^Accesul dumneavoastră este suspendat/).isVisible(), 60_000);
  expect((await handedIn).status()).toBe(200);

  // The head of the centre finds the note and applies it once.
  await manager.goto('/quarantine');
  await groupOf(manager, filed.trackingNumber).getByRole('button', { name: 'notă internă' }).click();
  await manager.getByRole('cell', { name: 'Luată fără legătură' }).waitFor();
  await manager.keyboard.press('Control+Enter');
  await done(manager, 'Actul este aplicat.');
  await reinstateSpecialist(centre);
  const { notes } = (
    await (await openDeskFor(`${centre}-manager`)).call<{ notes: object[] }>('GET', `/applications/${filed.id}`)
  ).body;
  expect(notes).toMatchObject([{ text: 'Luată fără legătură', author: `operators/${centre}-manager` }]);
});

test('takes over an act whose time nothing proves, from the list of unsent acts', async () => {
  const operator = 'cu-015-specialist';
  const filed = await fileApplication({ operator, ending: 'ZN' });
  const page = await open({ operator, path: `/applications/${filed.id}` });
  tolerate(page, /Failed to load resource|ERR_INTERNET_DISCONNECTED/);
  await page.getByRole('button', { name: 'Retrage cererea' }).waitFor();
  await waitForScreens(page);
  await page.context().setOffline(true);
  await withdraw(page);
  await page.getByRole('link', { name: 'Vezi ce este de trimis' }).click();
  // The refusal of documents that may have come too late; the hand-in reaches the platform.
  const problem = { reason: 'DESK_TIME_UNBOUNDED', type: 'x', title: 'x', status: 422, action: '', requestId: 'r' };
  const withdrawal = `**/api/v1/applications/${filed.id}/withdraw`;
  await page.route(withdrawal, (route) =>
    route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
  );
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Predă supervizorului' }).waitFor();
  await page.unroute(withdrawal);
  // The page has read the application, so that a note on it can say what became of the act.
  await page.getByRole('button', { name: 'Păstrează ca notă' }).waitFor();
  const handedIn = page.waitForResponse('**/api/v1/quarantined-acts');
  await page.getByRole('button', { name: 'Predă supervizorului' }).click();
  expect((await handedIn).status()).toBe(200);
  await page.getByText('Totul este trimis.').waitFor();
  const manager = await openDeskFor('cu-015-manager');
  const listed = await manager.call<{ acts: object[] }>('GET', `/quarantined-acts?application=${filed.id}`);
  expect(listed.body.acts).toMatchObject([{ kind: 'withdraw', operator: `operators/${operator}` }]);
  const desk = await openDeskFor(operator);
  const notes = await eventually(
    async () => (await desk.call<{ notes?: { text: string }[] }>('GET', `/applications/${filed.id}`)).body.notes,
    { timeoutMs: 30_000 },
  );
  expect(notes.map(({ text }) => text)).toEqual([expect.stringMatching(/predat supervizorului spre decizie/)]);
});

test('lists computers whose acts without a line contradict each other', async () => {
  const operator = 'cu-015-specialist';
  const filed = await fileApplication({ operator, ending: 'ZN' });
  const grant = await contact(operator);
  const desk = await openDeskFor(operator);
  const chain = randomUUID();
  for (const text of ['De la calculator', 'De la o copie a profilului']) {
    const claim = `grant="${grant}", time="${new Date().toISOString()}", sequence=1, chain="${chain}"`;
    const response = await fetch(`${platformUrl()}/api/v1/applications/${filed.id}/notes`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        cookie: desk.cookie(),
        'idempotency-key': randomUUID(),
        'cups-offline': claim,
      },
      body: JSON.stringify({ text }),
    });
    expect(response.status).toBe(200);
  }
  const page = await open({ operator: 'cu-015-manager', path: '/' });
  await page.getByText(/lanțuri de acte întrerupte în ultimele 7 zile: 1/).waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: 'Deschide lista' }).click();
  const row = page
    .getByRole('region', { name: 'Lanțuri de acte întrerupte' })
    .getByRole('row', { name: /același număr/ });
  await row.waitFor({ timeout: 60_000 });
  expect(await axe(page)).toEqual([]);
  await row.getByRole('link').click();
  await page.getByText('De la o copie a profilului').waitFor({ timeout: 60_000 });
});
