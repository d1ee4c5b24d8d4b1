import { expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';
import { axe, open, tolerate } from '../desk.ts';
import { fileApplication, openDeskFor } from '../filings.ts';
import { fillIn, submitOffline, waitForScreens } from '../offline.ts';
import { reinstateSpecialist, suspendSpecialist } from '../suspension.ts';
import { signIn } from '../sign-in.ts';

/** Unsent acts on a PC whose operator does not return: their page was closed when the key share ended. */

interface Act {
  kind: string;
  application: string;
  sequence: number;
  deskTimeBounded: boolean;
}

/** What the browser stores of operators. Runs in the page. */
async function readStored(): Promise<{
  keys: string[];
  records: { owner: string; kind: string; isSealed: boolean }[];
}> {
  const opening = indexedDB.open('cups-desk', 1);
  await new Promise((done) => (opening.onsuccess = done));
  const db = opening.result;
  const read = (store: string, what: 'getAll' | 'getAllKeys') =>
    new Promise<unknown[]>((resolve) => {
      const request = db.transaction(store).objectStore(store)[what]();
      request.onsuccess = () => resolve(request.result as unknown[]);
    });
  const keys = (await read('keys', 'getAllKeys')).map(String);
  const records = (await read('records', 'getAll')) as { owner: string; kind: string; sealedAct?: object }[];
  db.close();
  return { keys, records: records.map(({ owner, kind, sealedAct }) => ({ owner, kind, isSealed: !!sealedAct })) };
}

const actsOf = async (page: Page) => (await page.evaluate(readStored)).records.filter(({ kind }) => /write/.test(kind));

/** Waits until the browser has stored unsent acts, each with its sealed copy. */
const waitForSealed = (page: Page, atLeast: number) =>
  eventually(async () => {
    const acts = await actsOf(page);
    return (acts.length >= atLeast && acts.every(({ isSealed }) => isSealed)) || undefined;
  });

/** Collects what the platform answers to sealed acts. */
async function collectOutcomes(page: Page): Promise<string[]> {
  const outcomes: string[] = [];
  await page.route('**/api/v1/sealed-acts', async (route) => {
    const response = await route.fetch();
    outcomes.push(...((await response.json()) as { outcomes: string[] }).outcomes);
    await route.fulfill({ response });
  });
  return outcomes;
}

/** Waits for the answers, which follow the opening of a page by 15 s. */
const waitForOutcomes = (outcomes: string[], expected: string[]) =>
  eventually(() => JSON.stringify(outcomes) === JSON.stringify(expected) || undefined, { timeoutMs: 60_000 });

async function quarantinedActs(centre: string): Promise<Act[]> {
  const manager = await openDeskFor(`${centre}-manager`);
  const path = `/quarantined-acts?operator=operators/${centre}-specialist`;
  return (await manager.call<{ acts: Act[] }>('GET', path)).body.acts;
}

/** Opens the page of the specialist of a centre, with the code of its screens. */
async function openPage(centre: string, path = '/'): Promise<Page> {
  const page = await open({ operator: `${centre}-specialist`, path });
  tolerate(page, /Failed to load resource|ERR_/);
  await waitForScreens(page);
  return page;
}

/** Writes a note without a line, and switches the computer off. */
async function leaveNote(page: Page, text: string): Promise<void> {
  await page.context().setOffline(true);
  await page.getByLabel('Scrieți o notă').fill(text);
  await page.keyboard.press('Enter');
  await waitForSealed(page, 1);
  await page.goto('about:blank');
}

/** Applies the first act of the list. The screen ignores a click that may be the second of a double click. */
async function applyFirst(page: Page, centre: string, left: number): Promise<void> {
  await page.getByRole('navigation', { name: 'Acte în carantină' }).getByRole('button').first().click();
  const options = { timeoutMs: 60_000, everyMs: 1_000 };
  await eventually(async () => {
    if ((await quarantinedActs(centre)).length === left) return true;
    await page.getByRole('button', { name: /Aplică actul/ }).click();
    throw new Error(await page.innerText('main'));
  }, options);
}

test('hands in an application of a suspended operator whose page was closed, and the head files it', async () => {
  const centre = 'cu-014';
  const page = await openPage(centre);
  await page.context().setOffline(true);
  const user = await fillIn(page, 'Rămășiță');
  const number = await submitOffline(page, user);
  await waitForSealed(page, 3);
  const count = (await actsOf(page)).length;
  // The computer is switched off, and its session ends with the browser.
  await page.goto('about:blank');
  await suspendSpecialist(centre);
  await page.context().clearCookies();
  await page.context().setOffline(false);

  await page.goto('/');
  await page.getByText(`au fost predate supervizorului: ${count}.`).waitFor({ timeout: 60_000 });
  expect(await axe(page)).toEqual([]);
  const stored = await page.evaluate(readStored);
  expect([stored.records, stored.keys.filter((key) => !key.startsWith('device'))]).toEqual([[], []]);

  const acts = await quarantinedActs(centre);
  expect(acts).toHaveLength(count);
  expect(acts.map(({ sequence }) => sequence)).toEqual(acts.map((_act, at) => at + 1));
  expect(acts.every(({ deskTimeBounded }) => deskTimeBounded)).toBe(true);
  // The head of the centre applies them in their order.
  const manager = await open({ operator: `${centre}-manager`, path: '/quarantine' });
  for (let left = count - 1; left >= 0; left -= 1) await applyFirst(manager, centre, left);
  const id = acts[0]!.application.replace('applications/', '');
  const { body } = await (
    await openDeskFor(`${centre}-manager`)
  ).call<{ state: string; trackingNumber: string }>('GET', `/applications/${id}`);
  expect(body).toMatchObject({ trackingNumber: number });
  expect(body.state).not.toBe('draft');
  await reinstateSpecialist(centre);
});

test('hands in what a suspended colleague left, while another operator works at the PC', async () => {
  const centre = 'cu-023';
  const filed = await fileApplication({ operator: `${centre}-specialist`, ending: 'ZN' });
  const page = await openPage(centre, `/applications/${filed.id}`);
  await page.getByLabel('Scrieți o notă').waitFor();
  await leaveNote(page, 'A promis să revină joi');
  await page.context().setOffline(false);
  // Their key share exists: the page leaves the act to them.
  await page.context().clearCookies();
  await signIn(page.context(), `${centre}-manager`);
  const outcomes = await collectOutcomes(page);
  await page.goto('/');
  await waitForOutcomes(outcomes, ['active']);
  expect(await actsOf(page)).toMatchObject([{ owner: `operators/${centre}-specialist`, isSealed: true }]);
  expect(await quarantinedActs(centre)).toEqual([]);

  await suspendSpecialist(centre);
  await page.reload();
  await waitForOutcomes(outcomes, ['active', 'kept']);
  expect(await quarantinedActs(centre)).toMatchObject([{ kind: 'notes', deskTimeBounded: true }]);
  const ofSuspended = (name: string) => name.includes(`${centre}-specialist`);
  await eventually(async () => {
    const { keys, records } = await page.evaluate(readStored);
    return (!keys.some(ofSuspended) && !records.some(({ owner }) => ofSuspended(owner))) || undefined;
  });
  await reinstateSpecialist(centre);
});

test('hands in what a former key share left, after its operator was reinstated', async () => {
  const centre = 'cu-024';
  const operator = `${centre}-specialist`;
  const filed = await fileApplication({ operator, ending: 'ZN' });
  const page = await openPage(centre, `/applications/${filed.id}`);
  await page.getByLabel('Scrieți o notă').waitFor();
  await leaveNote(page, 'Cere copia la ridicare');
  await suspendSpecialist(centre);
  await reinstateSpecialist(centre);
  await page.context().setOffline(false);
  await page.context().clearCookies();
  await signIn(page.context(), operator);
  const outcomes = await collectOutcomes(page);
  await page.goto('/');
  await waitForOutcomes(outcomes, ['kept']);
  await eventually(async () => (await actsOf(page)).length === 0 || undefined);
  expect(await quarantinedActs(centre)).toMatchObject([{ kind: 'notes', deskTimeBounded: true }]);
  // The operator works on with the present key share.
  expect((await page.evaluate(readStored)).keys).toContain(`share operators/${operator}`);
  await page.getByRole('heading', { level: 1, name: /^Astăzi/ }).waitFor();
});

test('waits on the sign-in screen for a platform that does not respond, and keeps what it refuses', async () => {
  const centre = 'cu-025';
  const filed = await fileApplication({ operator: `${centre}-specialist`, ending: 'ZN' });
  const page = await openPage(centre, `/applications/${filed.id}`);
  await page.getByLabel('Scrieți o notă').waitFor();
  await leaveNote(page, 'Vine cu procura');
  await page.context().setOffline(false);
  await page.context().clearCookies();
  await suspendSpecialist(centre);
  const problem = { reason: 'STORE_UNAVAILABLE', type: 'x', title: 'x', status: 503, action: '', requestId: 'r' };
  await page.route('**/api/v1/sealed-acts', (route) =>
    route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) }),
  );
  await page.goto('/');
  await page.getByText('Pe acest calculator sunt acte netrimise: 1.').waitFor({ timeout: 60_000 });
  await page.unroute('**/api/v1/sealed-acts');
  await page.route('**/api/v1/sealed-acts', (route) => route.fulfill({ json: { outcomes: ['unreadable'] } }));
  await page.getByText(/^Platforma nu a putut prelua acte netrimise: 1/).waitFor({ timeout: 60_000 });
  expect(await axe(page)).toEqual([]);
  expect(await actsOf(page)).toHaveLength(1);
  // A later release takes it.
  await page.unroute('**/api/v1/sealed-acts');
  await page.reload();
  await page.getByText('au fost predate supervizorului: 1.').waitFor({ timeout: 60_000 });
  expect(await quarantinedActs(centre)).toHaveLength(1);
  await reinstateSpecialist(centre);
});
