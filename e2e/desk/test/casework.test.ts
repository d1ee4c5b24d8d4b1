import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axe, open, tolerate } from '../desk.ts';
import { platformUrl } from '../test-env.ts';
import { KeyboardUser } from '../keyboard.ts';
import { refocus, refocusUntil } from '../refocus.ts';
import { runAction, openDeskFor, fileApplication, nextPerson, waitForState } from '../filings.ts';
import { idnp } from '@cups/tools/filings';
import { eventually, startStopwatch } from '@cups/testing';

/** Casework of a specialist: queue, application, document request, hand-over and colleagues. */

/** One centre per test, to keep its lists free of other tests' applications. */
const at = (centre: string) => ({ operator: `${centre}-specialist` });

const person = (familyName: string) => ({
  applicant: {
    idnp: idnp(nextPerson()),
    givenName: 'Tamara',
    familyName,
    birthDate: '1988-09-14',
    language: 'ro',
  },
  contact: { none: true },
});

async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** Stored values load shortly after the field. */
const expectValue = (page: Page, label: string, value: string) =>
  eventually(async () => (await page.getByLabel(label).inputValue()) === value || undefined);

const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, level: 1 });

test('hands a result over by keyboard in 16 keys', async () => {
  const filed = await fileApplication({ operator: 'cu-003-specialist', content: person('Cojocaru') });
  await waitForState(filed, 'ready', 'cu-003-specialist');
  const page = await open(at('cu-003'));
  await page.getByRole('link', { name: /Tamara Cojocaru/ }).waitFor();
  await page.getByRole('heading', { name: 'Rezultatul este la ghișeu' }).waitFor();
  expect(await axe(page)).toEqual([]);

  await press(page, 'Digit4');
  await page.getByRole('link', { name: /Tamara Cojocaru/ }).waitFor();
  const user = new KeyboardUser(page);
  await user.press('KeyH');
  await user.waitForScreen('Înmânarea rezultatului');
  await page.getByLabel('Seria și numărul').waitFor();
  await user.type('B00004217');
  for (const key of ['Tab', 'Space', 'Tab', 'Space']) await user.press(key);
  expect(await axe(page)).toEqual([]);
  await user.press('Control+Enter');
  await heading(page, 'Înmânat și închis').waitFor();
  expect(user.keys).toBeLessThanOrEqual(16);
  await waitForState(filed, 'closed', 'cu-003-specialist');
  await press(page, 'Enter');
  await heading(page, /^Astăzi|^Rezultate și decizii/).waitFor();
  await page.getByText('Lista este goală.').waitFor();
});

test('shows hand-over errors beside fields and in the summary, keeping input', async () => {
  const filed = await fileApplication({ operator: 'cu-004-specialist', content: person('Lungu') });
  await waitForState(filed, 'ready', 'cu-004-specialist');
  const page = await open(Object.assign(at('cu-004'), { path: `/applications/${filed.id}/hand-over` }));
  await page.getByLabel('Altă persoană').check();
  await page.getByRole('button', { name: /Înmânează și închide/ }).click();
  const summary = page.getByRole('alert');
  await summary.waitFor();
  expect(await summary.getByRole('link').count()).toBe(5);
  await summary.getByRole('link', { name: 'Seria și numărul: Completați acest câmp.' }).waitFor();
  expect(await axe(page)).toEqual([]);
  await summary.getByRole('link').first().click();
  await page.keyboard.type('Ion Lungu');
  await page.getByLabel('Procura sau codul MPower').fill('MP');
  expect(await axe(page)).toEqual([]);
  await page.reload();
  await page.getByLabel('Numele și prenumele').waitFor();
  await expectValue(page, 'Numele și prenumele', 'Ion Lungu');
  // Input during the reload may not be stored yet.
  await page.getByLabel('Procura sau codul MPower').fill('MP-1');
  await page.getByLabel('Seria și numărul').fill('B00004218');
  await page.getByLabel('Fotografia și numele corespund').check();
  await page.getByLabel('Nu, lipsește ceva').check();
  await page.getByLabel('Ce lipsește?').fill('Lipsește apostila');
  await page.getByRole('button', { name: /Înmânează și începe corectarea/ }).click();
  await page.getByRole('button', { name: /Continuă cu corectarea/ }).waitFor();
  const closed = await waitForState(filed, 'closed', 'cu-004-specialist');
  expect(closed).toMatchObject({ outcome: { needMet: false, missing: 'Lipsește apostila' } });
});

test('supplies requested documents, and shows notes and assignee to colleagues', async () => {
  const filed = await fileApplication({ operator: 'cu-005-specialist', ending: 'ZD', content: person('Rusu') });
  await waitForState(filed, 'documents-requested', 'cu-005-specialist');
  const page = await open(Object.assign(at('cu-005'), { path: `/applications/${filed.id}` }));
  await page.getByRole('heading', { name: 'Cererea așteaptă acte de la solicitant' }).waitFor();
  expect(await axe(page)).toEqual([]);
  await press(page, 'Control+Enter');
  await page.getByText('Marcați cel puțin un act.').waitFor();

  await press(page, 'KeyO');
  await page.keyboard.type('Fiul aduce actul miercuri.');
  await press(page, 'Enter');
  await page.getByText('Fiul aduce actul miercuri.').waitFor();
  await page.getByRole('button', { name: 'Anulează' }).waitFor();
  await page.getByRole('button', { name: 'Anulează' }).waitFor({ state: 'detached' });
  const colleague = await open({ operator: 'cu-005-manager', path: `/applications/${filed.id}` });
  await colleague.getByText('Fiul aduce actul miercuri.').waitFor();
  await colleague.getByRole('button', { name: 'Preia cererea' }).click();
  await colleague.getByRole('button', { name: 'Preia cererea' }).waitFor({ state: 'detached' });
  await refocusUntil(page, () =>
    page
      .getByText(/Test Manager/)
      .first()
      .isVisible(),
  );

  // Blurs the note field, then leaves the screen.
  await press(page, 'Escape', 'Escape');
  await page.goBack();
  await page.getByRole('heading', { name: 'Cererea așteaptă acte de la solicitant' }).waitFor();
  await page.getByLabel('Adus acum').first().check();
  await page.getByRole('button', { name: /Trimite actele aduse/ }).click();
  await page.getByRole('heading', { name: 'Cererea așteaptă acte de la solicitant' }).waitFor({ state: 'detached' });
  await page.getByText('a trimis documentele cerute').waitFor();
});

test('shows new rows on request, and searches names without URLs', async () => {
  const page = await open(at('cu-006'));
  await page.getByText('Nimic de făcut acum.').waitFor();
  expect(await axe(page)).toEqual([]);
  const filed = await fileApplication({ operator: 'cu-006-specialist', submit: false, content: person('Moraru') });
  await press(page, 'Digit7');
  await page.getByRole('link', { name: /Tamara Moraru/ }).waitFor();
  const second = await fileApplication({ operator: 'cu-006-specialist', submit: false, content: person('Popa') });
  await refocusUntil(page, () => page.getByRole('button', { name: 'Arată ce este nou: 1' }).isVisible());
  await page.getByRole('button', { name: 'Arată ce este nou: 1' }).click();
  await page.getByRole('link', { name: /Tamara Popa/ }).waitFor();

  await press(page, 'F2');
  await page.keyboard.type('Морару Тамара');
  await press(page, 'Enter');
  await heading(page, 'Cereri găsite').waitFor();
  await page.getByRole('link', { name: /Tamara Moraru/ }).waitFor();
  expect(await axe(page)).toEqual([]);
  expect(page.url()).toBe(`${platformUrl()}/find`);
  expect(await page.title()).toBe('Cereri găsite · CUPS');
  await runAction(filed, 'withdraw', {}, 'cu-006-specialist');
  await runAction(second, 'withdraw', {}, 'cu-006-specialist');
});

test('locks the screen with F8 and resumes; sign-out deletes stored data', async () => {
  const filed = await fileApplication({ operator: 'cu-007-specialist', ending: 'ZN', content: person('Bălan') });
  const page = await open(Object.assign(at('cu-007'), { path: `/applications/${filed.id}` }));
  await page.getByLabel('Scrieți o notă').fill('scris pe jumătate');
  await press(page, 'F8');
  await heading(page, 'Ecran acoperit. Intrați din nou.').waitFor();
  expect(await page.innerText('body')).not.toMatch(/Bălan|Tamara|jumătate/);
  expect(await axe(page)).toEqual([]);
  const session = await page.context().request.get(`${platformUrl()}/api/v1/sessions/current`);
  expect(session.status()).toBe(401);
  await page.getByRole('button', { name: /Intră din nou/ }).click();
  await page.getByLabel('Scrieți o notă').waitFor();
  await expectValue(page, 'Scrieți o notă', 'scris pe jumătate');

  // Locked while unreachable, the session still exists: a reload keeps the lock and ends it.
  tolerate(page, /Failed to load resource/);
  await page.route('**/sessions/current', (route) => route.abort());
  await press(page, 'F8');
  await heading(page, 'Ecran acoperit. Intrați din nou.').waitFor();
  await page.unrouteAll();
  await page.reload();
  await heading(page, 'Ecran acoperit. Intrați din nou.').waitFor();
  await page.getByRole('button', { name: /Intră din nou/ }).click();
  await expectValue(page, 'Scrieți o notă', 'scris pe jumătate');

  await page.getByRole('button', { name: /Contul meu/ }).click();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Ieșire' }).click();
  await heading(page, 'Autentificare').waitFor();
  const readStored = () =>
    page.evaluate(async () => {
      const names = (await indexedDB.databases()).map(({ name }) => name as string);
      const counts = await Promise.all(
        names.map(
          (name) =>
            new Promise<number>((done, failed) => {
              const opening = indexedDB.open(name);
              opening.onerror = () => failed(opening.error);
              opening.onsuccess = () => {
                const db = opening.result;
                const stores = [...db.objectStoreNames];
                const reading = db.transaction(stores);
                let sum = 0;
                reading.oncomplete = () => done(sum);
                for (const store of stores) {
                  const counting = reading.objectStore(store).count();
                  counting.onsuccess = () => (sum += counting.result);
                }
              };
            }),
        ),
      );
      return { records: counts.reduce((sum, count) => sum + count, 0), local: Object.keys(localStorage).sort() };
    });
  // The sign-in screen shows before the data are deleted. The ID of the device stays, in both places, and the time at which
  // somebody last pressed a key.
  const kept = JSON.stringify({ records: 1, local: ['cups-activity', 'cups-device'] });
  await eventually(async () => JSON.stringify(await readStored()) === kept);
});

test('keeps writes pending during an outage, and sends them afterwards', async () => {
  const filed = await fileApplication({ operator: 'cu-008-specialist', ending: 'ZN', content: person('Sîrbu') });
  const page = await open(Object.assign(at('cu-008'), { path: `/applications/${filed.id}` }));
  tolerate(page, /Failed to load resource/);
  await page.getByLabel('Scrieți o notă').waitFor();
  await page.route('**/{api,readyz}/**', (route) => route.abort());
  await page.route('**/readyz', (route) => route.abort());
  await page.getByLabel('Scrieți o notă').fill('notă fără linie');
  await press(page, 'Enter');
  await page.getByText('de trimis', { exact: true }).waitFor();
  await page.getByText('Platforma nu răspunde. Ce scrieți se păstrează aici.').waitFor();
  expect(await axe(page)).toEqual([]);
  await page.unrouteAll();
  await page.getByText('de trimis', { exact: true }).waitFor({ state: 'detached', timeout: 20_000 });
  const desk = await openDeskFor('cu-008-specialist');
  const { body } = await desk.call<{ notes: { text: string }[] }>('GET', `/applications/${filed.id}`);
  expect(body.notes.map(({ text }) => text)).toEqual(['notă fără linie']);
});

test('sends pending writes with the first response after an outage', async () => {
  const filed = await fileApplication({ operator: 'cu-008-specialist', ending: 'ZN', content: person('Munteanu') });
  const page = await open({ operator: 'cu-008-manager', path: `/applications/${filed.id}` });
  tolerate(page, /Failed to load resource/);
  const take = page.getByRole('button', { name: 'Preia cererea' });
  await take.waitFor();
  // Only a response to the page's own polls shows that the network has recovered.
  for (const pattern of ['**/api/**', '**/readyz']) await page.route(pattern, (route) => route.abort());
  const nextFailure = () => page.waitForEvent('requestfailed', (request) => request.url().endsWith('/assign'));
  let failed = nextFailure();
  await take.click();
  // After the fourth attempt the delay has its maximum.
  for (let tries = 1; tries < 4; tries += 1) {
    await failed;
    failed = nextFailure();
  }
  await failed;
  const sent = page.waitForResponse((response) => response.url().endsWith('/assign'));
  await page.unroute('**/api/**');
  const stopwatch = startStopwatch();
  await refocus(page);
  expect((await sent).ok()).toBe(true);
  expect(stopwatch.stop()).toBeLessThan(4_000);
  await take.waitFor({ state: 'detached' });
});

test('clears the page on suspension, explains it, and destroys input', async () => {
  const filed = await fileApplication({ operator: 'cu-010-specialist', ending: 'ZN', content: person('Popescu') });
  const page = await open(Object.assign(at('cu-010'), { path: `/applications/${filed.id}` }));
  await page.getByLabel('Scrieți o notă').fill('încă nesalvat');
  // The gateway's response; it learns of a suspension within two minutes.
  const problem = {
    type: 'urn:cups:problem:OPERATOR_SUSPENDED',
    title: 'Forbidden',
    status: 403,
    action: '',
    requestId: 'r',
  };
  const body = JSON.stringify(Object.assign(problem, { reason: 'OPERATOR_SUSPENDED' }));
  await page.route('**/details', (route) =>
    route.fulfill({ status: 403, contentType: 'application/problem+json', body }),
  );
  await refocusUntil(page, () => page.getByText('Accesul dumneavoastră este suspendat.').isVisible());
  expect(await page.innerText('body')).not.toMatch(/Popescu|Tamara|nesalvat/);
  await page.unrouteAll();
  await page.getByRole('button', { name: /Intră din nou/ }).click();
  await expectValue(page, 'Scrieți o notă', '');
});

test('switches to Russian and English, keeping input', async () => {
  const filed = await fileApplication({ operator: 'cu-009-specialist', ending: 'ZN', content: person('Ceban') });
  const page = await open(Object.assign(at('cu-009'), { path: `/applications/${filed.id}` }));
  await page.getByLabel('Scrieți o notă').fill('rămâne');
  await page.getByRole('button', { name: 'RU', exact: true }).click();
  await page.getByRole('heading', { name: /Заявление рассматривает/ }).waitFor();
  await expectValue(page, 'Напишите заметку', 'rămâne');
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'EN', exact: true }).click();
  await page.getByRole('heading', { name: /The application is with/ }).waitFor();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('en');

  // At 400 % zoom the window is 320 px wide and must not scroll sideways.
  await page.setViewportSize({ width: 320, height: 256 });
  for (const path of [`/applications/${filed.id}`, `/applications/${filed.id}/access-log`, '/find', '/']) {
    await page.goto(path);
    await page.locator('main h1').waitFor();
    expect([path, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, 320]);
  }
  expect(await axe(page)).toEqual([]);
});
