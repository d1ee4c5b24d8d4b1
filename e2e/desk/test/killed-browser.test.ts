import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';
import { at, findByNumber, title } from '../conflicts.ts';
import { openDeskFor } from '../filings.ts';
import { KillableDesk } from '../killable-desk.ts';
import { fillIn, submitOffline, TAKEN } from '../offline.ts';

/** A browser that is killed in the middle of its work: what was typed and done is there again, once. */

const operator = 'cu-001-specialist';
const REVIEW = 'Persoana verifică datele';
const FILED = 'Cererea a fost depusă';

let desk: KillableDesk;
beforeEach(() => {
  desk = new KillableDesk(operator);
});
afterEach(() => desk.remove());

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });
const pathOf = (page: Page) => new URL(page.url()).pathname;

/** Waits until exactly one application has the name and is filed. */
async function expectFiledOnce(number: string, familyName: string): Promise<void> {
  await eventually(async () => (await findByNumber(number)).some(({ state }) => state !== 'draft'), {
    timeoutMs: 60_000,
  });
  expect(await findByNumber(number)).toMatchObject([{ applicant: { familyName } }]);
}

test('keeps what was typed without a line', async () => {
  const page = await desk.start();
  await page.context().setOffline(true);
  await fillIn(page, 'Tastat');
  await page.getByText('Se păstrează aici, de trimis').waitFor();
  const path = pathOf(page);
  await desk.kill();

  const next = await desk.start(path);
  await title(next, REVIEW);
  await next.getByText('Tastat').first().waitFor({ state: 'attached' });
  await next.getByText(/^Salvat la/).waitFor({ timeout: 60_000 });
});

test('has an act whole or not at all if it is killed while the act is stored', async () => {
  const page = await desk.start();
  await page.context().setOffline(true);
  const user = await fillIn(page, 'Sigilat');
  await page.getByText('Se păstrează aici, de trimis').waitFor();
  const path = pathOf(page);
  await at(page, '/checked').check({ force: true });
  // The browser ends while it seals and commits the submission.
  await user.press('Control+Enter');
  await desk.kill();

  const next = await desk.start(path);
  await heading(next, new RegExp(`${REVIEW}|${TAKEN}|${FILED}`)).waitFor();
  await next.getByText('Sigilat').first().waitFor({ state: 'attached' });
  // Not stored: the person is still there, and the clerk submits.
  if (await heading(next, REVIEW).isVisible()) {
    if (!(await at(next, '/checked').isChecked())) await at(next, '/checked').check({ force: true });
    await next.keyboard.press('Control+Enter');
  }
  await title(next, FILED);
  const number = await next
    .getByText(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{2}$/)
    .first()
    .innerText();
  await expectFiledOnce(number, 'Sigilat');
});

test('files once if it is killed after the platform has taken the submission, before the answer', async () => {
  const page = await desk.start();
  await page.context().setOffline(true);
  const number = await submitOffline(page, await fillIn(page, 'Pierdut'));
  const taken = new Promise<void>((done) => {
    // The request arrives, and its response is lost.
    void page.context().route('**/submit', async (route) => {
      await route.fetch();
      done();
    });
  });
  await page.context().setOffline(false);
  await taken;
  await desk.kill();
  await expectFiledOnce(number, 'Pierdut');

  const next = await desk.start('/to-send');
  await next.getByText('Totul este trimis.').waitFor({ timeout: 60_000 });
  await expectFiledOnce(number, 'Pierdut');
});

/** Fails what identity answers about the device: its contact, or also the end of its key share. */
const failDevice = (paths: RegExp) => (page: Page) =>
  page.route(paths, (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: JSON.stringify({
        reason: 'UPSTREAM_UNAVAILABLE',
        type: 'x',
        title: 'x',
        status: 503,
        action: '',
        requestId: 'r',
      }),
    }),
  );

/** Files without a line, kills the browser, and signs out of a page without the data key. @returns the number */
async function signOutWithoutKey(familyName: string, paths: RegExp): Promise<{ page: Page; number: string }> {
  const page = await desk.start();
  await page.context().setOffline(true);
  const number = await submitOffline(page, await fillIn(page, familyName));
  await page.waitForFunction(countSealed);
  await desk.kill();

  const next = await desk.start('/', failDevice(paths));
  const notice = /așteaptă de trimis: acte [1-9]\d*, copii scanate 0/;
  await next.getByRole('status').filter({ hasText: notice }).waitFor();
  await next.setViewportSize({ width: 1366, height: 768 });
  await next.getByRole('button', { name: /^Contul meu/ }).click();
  await next.getByRole('dialog').getByText(notice).waitFor();
  await next.getByRole('dialog').getByRole('button', { name: 'Ieșire' }).click();
  await title(next, 'Autentificare');
  return { page: next, number };
}

/** Returns the number of sealed acts that the browser stores. Runs in the page. */
async function countSealed(): Promise<number> {
  const opening = indexedDB.open('cups-desk', 1);
  await new Promise((done) => (opening.onsuccess = done));
  const reading = opening.result.transaction('records').objectStore('records').getAll();
  await new Promise((done) => (reading.onsuccess = done));
  opening.result.close();
  return (reading.result as { sealedAct?: object }[]).filter(({ sealedAct }) => sealedAct).length;
}

test('keeps acts that the page never opened at a sign-out, and sends them after the next sign-in', async () => {
  const { page, number } = await signOutWithoutKey('Nedeschis', /\/api\/v1\/devices\//);
  expect(await page.evaluate(countSealed)).toBeGreaterThan(0);
  expect(await findByNumber(number)).toEqual([]);
  await desk.kill();

  const again = await desk.start('/to-send');
  await again.getByText('Totul este trimis.').waitFor({ timeout: 60_000 });
  await expectFiledOnce(number, 'Nedeschis');
});

test('hands in acts that the page never opened, if the sign-out ended the key share', async () => {
  const { page } = await signOutWithoutKey('Predat', /\/api\/v1\/devices\/\w+\/contact$/);
  await page.getByText(/au fost predate supervizorului: [1-9]/).waitFor({ timeout: 60_000 });
  const manager = await openDeskFor('cu-001-manager');
  const { body } = await manager.call<{ acts: { kind: string; body: string }[] }>(
    'GET',
    `/quarantined-acts?operator=operators/${operator}`,
  );
  expect(body.acts.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['create', 'submit']));
  expect(await page.evaluate(countSealed)).toBe(0);
});
