import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { idnp } from '@cups/tools/filings';
import type { BrowserContext, Page } from 'playwright-core';
import { startKillableChromium } from '../chromium.ts';
import type { KillableBrowser } from '../chromium.ts';
import { axe, open, tolerate } from '../desk.ts';
import { fileApplication, nextPerson, openDeskFor } from '../filings.ts';
import { KeyboardUser } from '../keyboard.ts';
import { sessionKeyHeaders } from '../session-key.ts';
import { waitForScreens } from '../offline.ts';
import { reinstateSpecialist, suspendSpecialist } from '../suspension.ts';
import { platformUrl } from '../test-env.ts';
import { signIn } from '../sign-in.ts';

/** The lock of the local data: its keys, an opening without the platform, and an attack on a copied profile. */

const FAMILY_NAME = 'Zgribunțeanu';
const GIVEN_NAME = 'Xantipa';

const folders: string[] = [];
const browsers: KillableBrowser[] = [];
afterEach(async () => {
  for (const { kill } of browsers.splice(0)) await kill();
});
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cups-lock-'));
  folders.push(folder);
  return folder;
}

const at = (page: Page, pointer: string) => page.locator(`[id="${pointer}"]`);
const title = (page: Page, name: string | RegExp) => page.getByRole('heading', { level: 1, name });

/** Types a person in a new visit, up to the moment at which the browser has stored it. */
async function typePerson(page: Page): Promise<string> {
  const user = new KeyboardUser(page);
  const number = idnp(nextPerson());
  await title(page, /^Astăzi/).waitFor();
  await user.press('n');
  await page.getByRole('combobox').waitFor();
  await user.type('cazier');
  await page.getByRole('option', { selected: true }).waitFor();
  await user.press('Enter');
  await at(page, '/applicant/idnp').fill(number);
  await at(page, '/applicant/familyName').fill(FAMILY_NAME);
  await at(page, '/applicant/givenName').fill(GIVEN_NAME);
  return number;
}

/** Sets up the passphrase in the account menu. @returns the words */
async function setUpPassphrase(page: Page): Promise<string[]> {
  await page.getByRole('button', { name: /Contul meu/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Pregătește cele șase cuvinte' }).click();
  const items = dialog.locator('ol').getByRole('listitem');
  await items.nth(5).waitFor();
  const words = await items.allInnerTexts();
  await dialog.getByRole('button', { name: 'Le-am notat' }).click();
  await dialog.getByLabel('Cuvântul 2').fill(words[1]!);
  await dialog.getByLabel('Cuvântul 5').fill(words[3]!);
  await dialog.getByRole('button', { name: 'Pornește' }).click();
  await dialog.getByText('Alt cuvânt este la acest număr.').waitFor();
  await dialog.getByLabel('Cuvântul 5').fill(words[4]!);
  await dialog.getByRole('button', { name: 'Pornește' }).click();
  await dialog.getByText(/Ultimul contact/).waitFor();
  await page.getByRole('button', { name: 'Închide' }).click();
  return words;
}

/** Makes a contact with the cookie of a browser. */
const contact = (context: BrowserContext, device: string, headers: Record<string, string> = {}) =>
  context.request.post(`${platformUrl()}/api/v1/devices/${device}/contact`, { data: {}, headers });

/** Returns the first part of each offline grant, which is the same for all. */
async function readGrantHeader(page: Page, device: string): Promise<string> {
  const answer = await contact(page.context(), device, await sessionKeyHeaders(page));
  const { offlineGrant } = (await answer.json()) as { offlineGrant: string };
  const [header = ''] = offlineGrant.split('.');
  expect(Buffer.from(header, 'base64url').toString()).toContain('cups-offline+jwt');
  return header;
}

const NOTE = 'Scrisă fără legătură';

/** Writes a note on an application without a line. Resolves once the browser has stored it and its sealed copy. */
async function leaveNote(page: Page, id: string, text: string): Promise<void> {
  await page.goto(`${platformUrl()}/applications/${id}`);
  await page.getByLabel('Scrieți o notă').waitFor();
  // The code that seals is prefetched.
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => /seal-write/.test(name)),
  );
  await cut(page.context());
  await page.getByLabel('Scrieți o notă').fill(text);
  await page.keyboard.press('Enter');
  await page.getByText('de trimis', { exact: true }).waitFor();
  await eventually(async () => {
    const { records } = await page.evaluate(readOrigin);
    return records.some(({ kind, sealedAct }) => kind === 'write' && sealedAct) || undefined;
  });
}

/** Removes the sealed copies, which former releases did not store. Runs in the page. */
async function removeSealedCopies(): Promise<void> {
  const opening = indexedDB.open('cups-desk', 1);
  await new Promise((done) => (opening.onsuccess = done));
  const records = opening.result.transaction('records', 'readwrite').objectStore('records');
  const reading = records.getAll() as IDBRequest<{ sealedAct?: object }[]>;
  await new Promise((done) => (reading.onsuccess = done));
  const writes = reading.result.map(({ sealedAct: _copy, ...record }) => records.put(record));
  await Promise.all(writes.map((request) => new Promise((done) => (request.onsuccess = done))));
  opening.result.close();
}

/** Cuts the page off the platform; its own files still load, as from a service worker. */
async function cut(context: BrowserContext): Promise<void> {
  await context.route('**/{api,auth}/**', (route) => route.abort());
  await context.route('**/readyz', (route) => route.abort());
}

async function restore(context: BrowserContext): Promise<void> {
  await context.unroute('**/{api,auth}/**');
  await context.unroute('**/readyz');
}

async function unlock(page: Page, words: string): Promise<void> {
  await title(page, 'Fără legătură').waitFor();
  await page.getByLabel('Șase cuvinte').fill(words);
  await page.getByRole('button', { name: 'Deschide' }).click();
}

/** What code in the page's origin finds in this browser. Runs in the page. */
async function readOrigin() {
  const found: {
    cryptoKeys: number;
    records: { owner: string; kind: string; sealedAct?: { text: string } }[];
    keys: string[];
    text: string;
  } = {
    cryptoKeys: 0,
    records: [],
    keys: [],
    text: '',
  };
  const describe = (value: unknown): unknown => {
    if (value instanceof CryptoKey) found.cryptoKeys += 1;
    if (value instanceof ArrayBuffer) return describe(new Uint8Array(value));
    if (value instanceof Uint8Array) return new TextDecoder('latin1').decode(value);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, describe(part)]));
  };
  const settled = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  for (const { name } of await indexedDB.databases()) {
    const db = await settled(indexedDB.open(name!));
    for (const store of db.objectStoreNames) {
      const objects = db.transaction(store).objectStore(store);
      const keys = await settled(objects.getAllKeys());
      const values = await settled(db.transaction(store).objectStore(store).getAll());
      found.text += JSON.stringify([keys, values.map(describe)]);
      if (store === 'keys') found.keys.push(...keys.map(String));
      if (store === 'records') found.records.push(...(values as typeof found.records));
    }
    db.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      found.text += request.url;
      found.text += await (await cache.match(request))!.text();
    }
  }
  found.text += JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]);
  return found;
}

/** Returns the files of a folder that contain a text, as UTF-8 or UTF-16. */
function findInFiles(folder: string, text: string): string[] {
  const needles = [Buffer.from(text), Buffer.from(text, 'utf16le')];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const file = join(folder, name);
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return false;
    const bytes = readFileSync(file);
    return needles.some((needle) => bytes.includes(needle));
  });
}

async function startBrowser(
  folder: string,
): Promise<{ page: Page; context: BrowserContext; kill: () => Promise<void> }> {
  const started = await startKillableChromium(folder);
  browsers.push(started);
  const [context] = started.browser.contexts() as [BrowserContext];
  const page = await context.newPage();
  await page.setViewportSize({ width: 1366, height: 620 });
  page.setDefaultTimeout(30_000);
  return { page, context, kill: started.kill };
}

const kindsOf = async (page: Page) => (await page.evaluate(readOrigin)).records.map(({ kind }) => kind);

/** Waits until the browser has stored records of these kinds. */
async function waitForKinds(page: Page, ...kinds: string[]): Promise<void> {
  await eventually(async () => {
    const stored = await kindsOf(page);
    return kinds.every((kind) => stored.includes(kind)) || undefined;
  });
}

test('a copied profile opens nothing without its passphrase', async () => {
  const [folder, copy] = [newFolder(), newFolder()];
  const own = await startBrowser(folder);
  const operator = 'cu-001-specialist';
  const filed = await fileApplication({ operator, ending: 'ZN' });
  await signIn(own.context, operator);
  await own.page.goto(`${platformUrl()}/`);
  const number = await typePerson(own.page);
  const words = await setUpPassphrase(own.page);
  await waitForKinds(own.page, 'visit', 'offline-session');
  await leaveNote(own.page, filed.id, NOTE);
  const device = await own.page.evaluate(() => localStorage.getItem('cups-device'));
  const grantHeader = await readGrantHeader(own.page, device!);
  // The files have the ID of the device. Local storage is written late.
  await eventually(async () => findInFiles(folder, device!).length > 0 || undefined);
  await own.kill();
  cpSync(folder, copy, { recursive: true, filter: (name) => !/Singleton/.test(name) });

  const thief = await startBrowser(copy);
  await thief.context.clearCookies();
  await thief.page.goto(`${platformUrl()}/t`);
  const found = await thief.page.evaluate(readOrigin);
  expect(found.cryptoKeys).toBe(0);
  expect(found.keys.sort()).toEqual(
    ['contact', 'device', 'passphrase', 'share'].map((kind) => expect.stringContaining(kind)),
  );
  expect(found.records.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['visit', 'offline-session', 'write']));
  // A grant would let somebody hand in acts in the name of the operator.
  for (const secret of [FAMILY_NAME, GIVEN_NAME, number, words.join(' '), NOTE, grantHeader]) {
    expect(found.text.includes(secret)).toBe(false);
    expect(findInFiles(copy, secret)).toEqual([]);
  }
  // The platform opens the sealed copy of the unsent act. It neither shows nor applies it.
  const acts = found.records.flatMap(({ sealedAct }) => (sealedAct ? [sealedAct.text] : []));
  expect(acts).toHaveLength(1);
  const sent = await thief.context.request.post(`${platformUrl()}/api/v1/sealed-acts`, { data: { acts } });
  expect([sent.status(), await sent.json()]).toEqual([200, { outcomes: ['active'] }]);

  // Nobody is signed in, and wrong words open nothing. The right ones do.
  await cut(thief.context);
  await thief.page.goto(`${platformUrl()}/`);
  await unlock(thief.page, 'castan lampion morcov sanie zidar vulpe');
  await thief.page.getByText('Aceste cuvinte nu deschid nimic.').waitFor();
  expect(await thief.page.locator('body').innerText()).not.toContain(FAMILY_NAME);
  await unlock(thief.page, `  ${words.join('  ').toUpperCase()} `);
  await thief.page.getByText(FAMILY_NAME).first().waitFor();
});

test('a profile that was copied after a lock without a line has neither session nor key share', async () => {
  const [folder, copy] = [newFolder(), newFolder()];
  const own = await startBrowser(folder);
  await signIn(own.context, 'cu-008-specialist');
  await own.page.goto(`${platformUrl()}/`);
  await typePerson(own.page);
  await waitForKinds(own.page, 'visit', 'offline-session');
  const device = (await own.page.evaluate(() => localStorage.getItem('cups-device')))!;
  const [header, key = ''] = Object.entries(await sessionKeyHeaders(own.page))[0]!;
  const cookies = await own.context.cookies();
  // Before the lock, the profile is the session.
  expect((await contact(own.context, device, { [header]: key })).status()).toBe(200);
  await cut(own.context);
  await own.page.keyboard.press('F8');
  await own.page.getByText(FAMILY_NAME).first().waitFor({ state: 'detached' });
  await eventually(async () => Object.keys(await sessionKeyHeaders(own.page)).length === 0 || undefined);
  await eventually(() => findInFiles(folder, key).length === 0 || undefined);
  await own.kill();
  cpSync(folder, copy, { recursive: true, filter: (name) => !/Singleton/.test(name) });
  expect(findInFiles(copy, key)).toEqual([]);

  const thief = await startBrowser(copy);
  // The browser stores cookies late: this is the one that the desk had at the lock.
  await thief.context.addCookies(cookies);
  const refused = await contact(thief.context, device);
  expect([refused.status(), await refused.json()]).toEqual([
    401,
    expect.objectContaining({ reason: 'SESSION_KEY_REQUIRED' }),
  ]);
  await thief.page.goto(`${platformUrl()}/`);
  // Browsers store late that the screen was locked. It makes no difference.
  await title(thief.page, /^(?:Ecran acoperit|Autentificare)/).waitFor();
  expect(await thief.page.locator('body').innerText()).not.toContain(FAMILY_NAME);
  // The page ends the session that nobody can continue.
  const session = {
    headers: { [header]: key, cookie: cookies.map(({ name, value }) => `${name}=${value}`).join(';') },
  };
  await eventually(
    async () => (await fetch(`${platformUrl()}/api/v1/sessions/current`, session)).status === 401 || undefined,
  );
});

/** Opens the desk in a browser context of its own, and types a person. */
async function openWithPerson(operator: string, origin = ''): Promise<Page> {
  const page = await open({ operator, path: 'about:blank' });
  tolerate(page, /Failed to load resource|ERR_FAILED/, /third party: http:\/\/localhost/);
  if (origin) await signIn(page.context(), operator, origin);
  await page.goto(`${origin}/`);
  await typePerson(page);
  await waitForKinds(page, 'visit', 'offline-session');
  return page;
}

const tab = (page: Page) => page.getByRole('banner').getByText(FAMILY_NAME);

test('opens without the platform, and continues the session', async () => {
  const page = await openWithPerson('cu-003-specialist');
  const words = (await setUpPassphrase(page)).join(' ');
  await cut(page.context());
  await page.reload();
  await title(page, 'Fără legătură').waitFor();
  await page
    .getByText(/^Lozova|Ultimul contact/)
    .first()
    .waitFor();
  expect(await axe(page)).toEqual([]);
  expect(await page.innerText('body')).not.toMatch(/Test|Zgrib/);
  await unlock(page, words);
  await tab(page).waitFor();
  await page.keyboard.press('F8');
  await title(page, 'Fără legătură').waitFor();
  expect(await tab(page).count()).toBe(0);
  await unlock(page, words.toUpperCase());
  await tab(page).waitFor();
  await restore(page.context());
  await page.getByText('Platforma nu răspunde').waitFor({ state: 'detached' });
  await page.getByLabel('Nume').first().waitFor();
  expect(await page.getByRole('button', { name: 'Intră', exact: true }).count()).toBe(0);
  await tab(page).waitFor();
});

test('works on after the end of its session, and returns to the same work by a sign-in', async () => {
  const page = await openWithPerson('cu-004-specialist');
  const words = (await setUpPassphrase(page)).join(' ');
  await cut(page.context());
  await page.reload();
  await unlock(page, words);
  await tab(page).waitFor();
  const path = page.url();
  await page.context().clearCookies();
  // Somebody else has signed in meanwhile: nothing is sent in their name.
  await signIn(page.context(), 'cu-005-specialist');
  const writes: string[] = [];
  page.on('request', (request) => {
    if (/applications|mandates/.test(request.url())) writes.push(request.url());
  });
  await restore(page.context());
  await page.getByText(/^Platforma răspunde\. Intrați/).waitFor();
  expect(await axe(page)).toEqual([]);
  expect(writes).toEqual([]);
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Intră', exact: true }).click();
  await page.getByRole('button', { name: /Intră din nou/ }).click();
  await tab(page).waitFor();
  expect(page.url()).toBe(path);
});

test('opens with a security key', async () => {
  const origin = platformUrl().replace('127.0.0.1', 'localhost');
  const page = await openWithPerson('cu-006-specialist', origin);
  const devTools = await page.context().newCDPSession(page);
  await devTools.send('WebAuthn.enable');
  await devTools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      hasPrf: true,
    },
  });
  await page.getByRole('button', { name: /Contul meu/ }).click();
  await page.getByRole('button', { name: 'Adaugă o cheie de securitate' }).click();
  await page.getByText('Se deschide cu cheia de securitate.').waitFor();
  expect(await axe(page)).toEqual([]);
  await cut(page.context());
  await page.reload();
  await title(page, 'Fără legătură').waitFor();
  await page.getByRole('button', { name: 'Cheie de securitate' }).click();
  await tab(page).waitFor();
  await restore(page.context());
  // A probe, a contact with the platform and the draft follow each other, each with a timeout of its own.
  await title(page, 'Cine cere serviciul?').waitFor({ timeout: 60_000 });
});

test('without the words, asks for them, asks before a lock without a line, and says why the page stays closed', async () => {
  const page = await openWithPerson('cu-008-specialist');
  await page.goto(`${platformUrl()}/`);
  const notice = page.getByText(/^Pregătiți cele șase cuvinte/);
  await notice.waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByRole('button', { name: 'Pregătește', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Pregătește cele șase cuvinte' }).waitFor();
  await page.keyboard.press('Escape');
  await notice.waitFor({ state: 'detached' });
  await page.reload();
  await tab(page).waitFor();
  await waitForScreens(page);
  expect(await notice.count()).toBe(0);

  await tab(page).click();
  await cut(page.context());
  await at(page, '/applicant/givenName').fill('Ilinca');
  await page.getByText(/Ce scrieți se păstrează aici/).waitFor({ timeout: 60_000 });
  await page.keyboard.press('F8');
  const question = page.getByRole('dialog', { name: 'Acoperiți ecranul?' });
  await question.waitFor();
  expect(await axe(page)).toEqual([]);
  await question.getByRole('button', { name: 'Lucrez mai departe' }).click();
  await tab(page).waitFor();
  await page.keyboard.press('F8');
  await question.getByRole('button', { name: 'Acoperă totuși' }).click();
  await title(page, /Ecran acoperit/).waitFor();
  const reason = page.getByText(/pe acest calculator nu sunt pregătite cele șase cuvinte/);
  await reason.waitFor();
  expect(await axe(page)).toEqual([]);
  await restore(page.context());
  await reason.waitFor({ state: 'detached', timeout: 60_000 });
});

test('keeps the data of two operators apart', async () => {
  const page = await openWithPerson('cu-007-specialist');
  const first = (await setUpPassphrase(page)).join(' ');
  await page.keyboard.press('F8');
  await title(page, /Ecran acoperit/).waitFor();
  await signIn(page.context(), 'cu-007-manager');
  await page.goto('/');
  await title(page, /^Astăzi/).waitFor();
  expect(await tab(page).count()).toBe(0);
  const second = (await setUpPassphrase(page)).join(' ');
  await cut(page.context());
  await page.reload();
  await unlock(page, second);
  await page.getByText(/Ce scrieți se păstrează aici/).waitFor();
  expect(await tab(page).count()).toBe(0);
  await page.keyboard.press('F8');
  await unlock(page, first);
  await tab(page).waitFor();
});

test('opens neither after 72 hours nor with a clock that was set back', async () => {
  const page = await openWithPerson('cu-013-specialist');
  const words = (await setUpPassphrase(page)).join(' ');
  await cut(page.context());
  // An act that is not sent.
  await at(page, '/applicant/givenName').fill('Ilinca');
  await waitForKinds(page, 'visit', 'write');
  await page.clock.install({ time: Date.now() - 3_600_000 });
  await page.reload();
  await unlock(page, words);
  await page.getByText(/^Ceasul calculatorului/).waitFor();
  await page.clock.setSystemTime(Date.now() + 73 * 3_600_000);
  await page.getByRole('button', { name: 'Deschide' }).click();
  await page.getByText(/^Au trecut 72 de ore/).waitFor();
  const { keys, records } = await page.evaluate(readOrigin);
  expect(keys.filter((key) => !/^(?:device|share)/.test(key))).toEqual([]);
  const kinds = records.map(({ kind }) => kind);
  for (const kind of ['offline-session', 'visit']) expect(kinds).not.toContain(kind);
  // The act is still sealed, for the next sign-in, which says that the input is deleted.
  expect(kinds).toContain('write');
  await restore(page.context());
  await page.reload();
  await page.getByText(/^Datele completate pe jumătate au fost șterse/).waitFor({ timeout: 60_000 });
  expect(await tab(page).count()).toBe(0);
  await eventually(async () => !(await kindsOf(page)).includes('write') || undefined);
  await page.getByRole('button', { name: 'Am citit' }).click();
  await page.goto(`${platformUrl()}/`);
  await title(page, /^Astăzi/).waitFor();
  expect(await page.getByText(/^Datele completate pe jumătate/).count()).toBe(0);
});

test('destroys half-typed input at a sign-in after 72 hours without contact', async () => {
  const page = await openWithPerson('cu-014-specialist');
  await waitForKinds(page, 'visit', 'offline-session');
  await page.goto('about:blank');
  await page.clock.install({ time: Date.now() + 73 * 3_600_000 });
  await page.goto(`${platformUrl()}/`);
  await page.getByText(/^Datele completate pe jumătate au fost șterse/).waitFor({ timeout: 60_000 });
  expect(await tab(page).count()).toBe(0);
});

test('locks after ten idle minutes', async () => {
  const page = await openWithPerson('cu-016-specialist');
  await page.clock.install();
  await page.reload();
  await tab(page).waitFor();
  await page.clock.fastForward(9 * 60_000);
  expect(await tab(page).count()).toBe(1);
  await page.keyboard.press('Shift');
  await page.clock.fastForward(9 * 60_000);
  expect(await tab(page).count()).toBe(1);
  await page.clock.fastForward(90_000);
  await title(page, /Ecran acoperit/).waitFor();
  expect(await page.innerText('body')).not.toContain(FAMILY_NAME);
});

test('shares activity and the lock between two windows', async () => {
  const page = await openWithPerson('cu-015-specialist');
  const second = await page.context().newPage();
  // The windows of a context share the clock.
  await page.clock.install();
  await second.goto('/');
  await page.reload();
  await Promise.all([page, second].map((window) => tab(window).waitFor()));
  // Nobody touches the first window, and the desk is in use.
  await page.clock.fastForward(9 * 60_000);
  await second.keyboard.press('Shift');
  await page.clock.fastForward(2 * 60_000);
  expect(await tab(page).count()).toBe(1);
  expect(await tab(second).count()).toBe(1);

  await cut(page.context());
  await page.clock.fastForward(60_000);
  await second
    .getByText(/Platforma nu răspunde/)
    .first()
    .waitFor({ timeout: 60_000 });
  await second.keyboard.press('F8');
  // The words are not set up: the first press asks, the second one locks.
  await second.getByRole('dialog', { name: 'Acoperiți ecranul?' }).waitFor();
  await second.keyboard.press('F8');
  for (const window of [second, page]) {
    await window.getByText(FAMILY_NAME).first().waitFor({ state: 'detached' });
    expect(await window.innerText('body')).not.toContain(FAMILY_NAME);
  }
  await restore(page.context());
});

/** Stores a visit as releases before 0.3.0 did, with a key in the browser. Runs in the page. */
async function storeFormerVisit({ owner, familyName }: { owner: string; familyName: string }): Promise<void> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  const draft = { id: '01K00000000000000000000001', service: 'criminal-record', screen: 'person', unsent: true };
  const typed = { '/applicant/familyName': familyName, '/applicant/idnp': '2900' };
  const visit = { id: '01K00000000000000000000000', parked: false, drafts: [{ ...draft, typed, conflicts: [] }] };
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(visit));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain);
  const opening = indexedDB.open('cups-desk', 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore('keys');
    opening.result.createObjectStore('records', { keyPath: ['owner', 'kind', 'id'] });
  };
  await new Promise((done) => (opening.onsuccess = done));
  const writing = opening.result.transaction(['keys', 'records'], 'readwrite');
  writing.objectStore('keys').put(key, owner);
  writing.objectStore('records').put({ owner, kind: 'visit', id: visit.id, iv, sealed });
  await new Promise((done) => (writing.oncomplete = done));
  opening.result.close();
}

test('seals the input of a former release again, and deletes its key', async () => {
  const page = await open({ operator: 'cu-017-specialist', path: '/t' });
  await page.evaluate(storeFormerVisit, { owner: 'operators/cu-017-specialist', familyName: FAMILY_NAME });
  expect((await page.evaluate(readOrigin)).cryptoKeys).toBe(1);
  await page.goto('/');
  await tab(page).waitFor();
  expect((await page.evaluate(readOrigin)).cryptoKeys).toBe(0);
  await page.reload();
  await tab(page).waitFor();
});

test('works without a key share, and stores its input once the share arrives', async () => {
  const page = await openWithPerson('cu-018-specialist');
  await page.context().route('**/api/v1/devices/**', (route) => route.fulfill({ status: 503 }));
  await page.goto('/');
  await title(page, /^Astăzi/).waitFor();
  // The earlier visit is sealed; this one is in memory.
  expect(await tab(page).count()).toBe(0);
  await page.keyboard.press('n');
  await page.getByRole('combobox').waitFor();
  await page.keyboard.type('cazier');
  await page.getByRole('option', { selected: true }).waitFor();
  await page.keyboard.press('Enter');
  await at(page, '/applicant/familyName').fill('Vremelnicu');
  expect(await kindsOf(page)).toContain('visit');
  await page.context().unroute('**/api/v1/devices/**');
  await tab(page).waitFor({ timeout: 30_000 });
  await page.getByRole('banner').getByText('Vremelnicu').waitFor();
  await page.reload();
  await page.getByRole('banner').getByText('Vremelnicu').waitFor();
});

test('destroys the local data of a suspended operator at the next contact, after unsent acts were handed in', async () => {
  const page = await openWithPerson('cu-020-specialist');
  const words = (await setUpPassphrase(page)).join(' ');
  await cut(page.context());
  await page.reload();
  await unlock(page, words);
  await tab(page).waitFor();
  await suspendSpecialist('cu-020');
  await restore(page.context());
  await page.getByText(/^Accesul dumneavoastră este suspendat/).waitFor({ timeout: 30_000 });
  await eventually(async () => {
    const { keys, records } = await page.evaluate(readOrigin);
    return (keys.length === 0 && records.length === 0) || undefined;
  });
  await reinstateSpecialist('cu-020');
  await page.getByRole('button', { name: /Intră din nou/ }).click();
  await title(page, 'Această vizită nu mai este deschisă aici.').waitFor();
  expect(await tab(page).count()).toBe(0);
});

test('destroys the local data of a revoked device', async () => {
  const page = await openWithPerson('cu-019-specialist');
  await setUpPassphrase(page);
  await page.clock.install();
  await page.reload();
  await tab(page).waitFor();
  const body = { type: 'urn:cups:problem:DEVICE_REVOKED', title: 'Forbidden', status: 403, action: '', requestId: 'r' };
  await page.context().route('**/api/v1/devices/**', (route) =>
    route.fulfill({
      status: 403,
      contentType: 'application/problem+json',
      body: JSON.stringify(Object.assign({ reason: 'DEVICE_REVOKED' }, body)),
    }),
  );
  await page.clock.fastForward(5 * 60_000 + 1_000);
  await page.getByText(/^Datele locale de pe acest calculator/).waitFor();
  await eventually(async () => {
    const { keys, records } = await page.evaluate(readOrigin);
    return keys.length + records.length === 0 || undefined;
  });
  expect(await page.evaluate(() => localStorage.getItem('cups-offline-access'))).toBeNull();
});

test('keeps unsent acts of a former release on a revoked device for the words of the operator', async () => {
  const operator = 'cu-021-specialist';
  const filed = await fileApplication({ operator, ending: 'ZN' });
  const page = await openWithPerson(operator);
  const words = (await setUpPassphrase(page)).join(' ');
  const device = await page.evaluate(() => localStorage.getItem('cups-device'));
  await leaveNote(page, filed.id, NOTE);
  await page.evaluate(removeSealedCopies);
  // The computer is switched off before anything is sent.
  await page.goto('about:blank');
  const manager = await openDeskFor('cu-021-manager');
  await manager.call('POST', `/devices/${device}/revoke`, { body: { operator: `operators/${operator}` } });
  await restore(page.context());
  await page.goto('/');

  await page.getByText(/acte netrimise: 1/).waitFor();
  expect(await kindsOf(page)).toEqual(['write']);
  await page.getByLabel('Șase cuvinte').fill(words);
  await page.getByRole('button', { name: 'Predă' }).click();
  await page.getByText(/^Actele au fost predate/).waitFor();
  const { body } = await manager.call<{ acts: object[] }>('GET', `/quarantined-acts?operator=${operator}`);
  expect(body.acts).toMatchObject([{ kind: 'notes', operator: `operators/${operator}`, state: 'open' }]);
  const { keys, records } = await page.evaluate(readOrigin);
  expect([...keys, ...records]).toEqual([]);
});
