import { beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { waitUntil } from '@cups/tools/desk';
import type { Application } from '@cups/tools/desk';
import { axe, open } from '../desk.ts';
import { applicant, fileApplication, openDeskFor, runAction } from '../filings.ts';
import { KeyboardUser } from '../keyboard.ts';
import { findLayoutErrors } from '../layout-checks.ts';
import { createPdf } from '../scans.ts';
import { sessionKeyHeaders } from '../session-key.ts';

/** A mission files, and a village hands over the result: what each desk sees and does. */

const MISSION = 'cu-018-specialist';
const VILLAGE = 'cu-005-specialist';
const VILLAGE_CENTRE = 'centres/CU-005';
const PHONE_NUMBER = '60000218';
const DESKTOP = { width: 1366, height: 768 };
const SMALL = { width: 360, height: 740 };

let paper: Application;
let scan: string;
let idnp: string;

/** Files with a scan, and returns the application when its paper result is on its way to the centre. */
async function fileWithScan(): Promise<void> {
  const person = applicant('Plecată', 'Nadejda');
  ({ idnp } = person);
  const content = { applicant: person, contact: { phone: `+373 ${PHONE_NUMBER}` }, delivery: { kind: 'at-centre' } };
  const draft = await fileApplication({ operator: MISSION, submit: false, content });
  const desk = await openDeskFor(MISSION);
  const kind = 'identity-document';
  const { name } = await desk.upload({ application: draft.id, kind, files: [createPdf('Buletin')] });
  scan = name;
  const evidence = [{ kind, number: 'B218', originalSeen: true, copy: name }];
  await desk.call('PATCH', `/applications/${draft.id}`, { body: { evidence }, etag: draft.etag });
  await runAction(draft, 'submit', {}, MISSION);
  paper = await waitForDecision(draft, ({ decision }) => decision?.awaitsArrival === true);
}

async function waitForDecision({ id }: Application, fits: (now: Application) => boolean): Promise<Application> {
  const desk = await openDeskFor(MISSION);
  const read = async () => (await desk.call<Application>('GET', `/applications/${id}`)).body;
  return waitUntil(read, (now) => now.state === 'ready' && fits(now), `a decision about ${id}`, 30);
}

beforeAll(fileWithScan, 90_000);

/** Collects the bodies of all API responses of a page. */
function recordResponses(page: Page): () => Promise<string> {
  const bodies: Promise<string>[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/api/v1/')) bodies.push(response.text().catch(() => ''));
  });
  return async () => (await Promise.all(bodies)).join('\n');
}

/** Checks a screen on an old PC and on a small phone. */
async function checkScreen(page: Page, selector: string): Promise<void> {
  for (const size of [SMALL, DESKTOP]) {
    await page.setViewportSize(size);
    expect(await findLayoutErrors(page, selector)).toEqual([]);
  }
  expect(await axe(page)).toEqual([]);
}

test('a mission chooses the village by keyboard, and takes the choice back', async () => {
  const page = await open({ operator: MISSION, path: `/applications/${paper.id}` });
  const user = new KeyboardUser(page);
  await page.getByRole('heading', { name: 'Rezultatul este pe drum spre centru' }).waitFor();
  const choose = async () => {
    await user.press('l');
    await page.getByRole('combobox').waitFor();
    await user.type('Colib');
    await page.getByRole('option', { name: /Colibași/ }).waitFor();
  };
  await choose();
  await checkScreen(page, '[role=listbox]');
  await user.press('Enter');
  const place = page.getByRole('group', { name: 'Se ridică la' });
  await place.getByText('Colibași', { exact: true }).waitFor();
  await page.getByText('Sosirea o confirmă centrul care înmânează rezultatul.').waitFor();
  await place.getByRole('button', { name: 'Ridică aici' }).focus();
  await user.press('Enter');
  await place.getByText('Colibași').waitFor({ state: 'detached' });
  await choose();
  await user.press('Enter');
  await place.getByText('Colibași', { exact: true }).waitFor();
  await checkScreen(page, '[role=group]');
});

test('the village sees name and result, confirms the arrival and hands over; the mission sees where', async () => {
  await runAction(paper, 'collection-centre', { centre: VILLAGE_CENTRE }, MISSION);
  const page = await open({ path: 'about:blank', operator: VILLAGE });
  const responses = recordResponses(page);
  const user = new KeyboardUser(page);
  await page.goto('/');
  await page.getByRole('link', { name: /Pentru alte centre/ }).focus();
  await user.press('Enter');
  await user.waitForScreen('De înmânat pentru alte centre');
  await page.getByText('Nadejda Plecată').first().waitFor();
  await checkScreen(page, 'main ul');
  await user.press('ArrowDown');
  await page.locator(`[data-row="${paper.id}"]`).focus();
  await user.press('Enter');
  await page.getByRole('heading', { name: 'Rezultatul este pe drum spre centru' }).waitFor();
  await page.getByText('depusă la MISSION-01').waitFor();
  await checkScreen(page, 'main section dl');
  await user.press('r');
  await page.getByRole('heading', { name: 'Rezultatul este la ghișeu' }).waitFor();
  await user.press('h');
  await user.waitForScreen('Înmânarea rezultatului');
  await page.getByLabel('Seria și numărul').waitFor();
  await user.type('A218');
  for (const key of ['Tab', 'Space', 'Control+Enter']) await user.press(key);
  await user.waitForScreen('Înmânat');
  await checkScreen(page, 'main');
  await user.press('Enter');
  await user.waitForScreen('De înmânat pentru alte centre');
  await page.locator(`[data-row="${paper.id}"]`).waitFor({ state: 'detached' });

  const seen = `${await responses()}\n${await page.content()}`;
  expect(seen).toContain('Plecată');
  for (const secret of [idnp, PHONE_NUMBER, 'B218', scan]) expect(seen).not.toContain(secret);
  const headers = await sessionKeyHeaders(page);
  const read = (path: string) => page.request.get(`/api/v1/${path}`, { headers });
  expect((await read(`applications/${paper.id}`)).status()).toBe(404);
  expect((await read(`${scan}/content`)).status()).toBe(404);
  expect(await (await read(`applications/${paper.id}/documents`)).json()).toEqual({ documents: [] });

  const mission = await open({ operator: MISSION, path: `/applications/${paper.id}` });
  await mission.getByRole('heading', { name: 'Rezultatul a fost înmânat' }).waitFor();
  await mission.getByText('la centrul Colibași').first().waitFor();
  expect(await mission.getByRole('button', { name: /Ridică la alt centru|Alt centru/ }).count()).toBe(0);
  await mission.goto(`/applications/${paper.id}/access-log`);
  await mission.getByText('rezultatul, pentru înmânare').first().waitFor();
});

test('the village opens the document of an electronic result', async () => {
  const content = { applicant: applicant('Plecată', 'Ion'), contact: { none: true }, delivery: { kind: 'electronic' } };
  const filed = await fileApplication({ operator: MISSION, content });
  const decided = await waitForDecision(filed, ({ decision }) => (decision?.documents ?? []).length > 0);
  await runAction(decided, 'collection-centre', { centre: VILLAGE_CENTRE }, MISSION);
  const page = await open({ operator: VILLAGE, path: `/collections/${decided.id}` });
  await page.getByRole('heading', { name: 'Rezultatul este gata' }).waitFor();
  await page.getByRole('button', { name: /^Deschide/ }).click();
  await page.frameLocator('dialog iframe').locator('canvas').waitFor();
});

test('a draft names the village at its delivery', async () => {
  const content = { applicant: applicant('Plecată', 'Vera'), contact: { none: true }, delivery: { kind: 'at-centre' } };
  const draft = await fileApplication({ operator: MISSION, submit: false, content });
  const page = await open({ operator: MISSION, path: `/visits/resume/${draft.id}` });
  await page.getByRole('button', { name: /Cost/ }).first().click();
  await page.getByRole('button', { name: 'Ridică la alt centru' }).click();
  await page.keyboard.type('cu 005');
  await page.getByRole('option', { name: /Colibași/ }).waitFor();
  await checkScreen(page, 'main form, main [role=listbox]');
  await page.keyboard.press('Enter');
  await page.getByRole('group', { name: 'Se ridică la' }).getByText('Colibași', { exact: true }).waitFor();
  const desk = await openDeskFor(MISSION);
  const { body } = await desk.call<Application & { collectionCentre: string }>('GET', `/applications/${draft.id}`);
  expect(body.collectionCentre).toBe(VILLAGE_CENTRE);
});
