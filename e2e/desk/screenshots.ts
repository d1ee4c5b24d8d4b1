import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language } from '@cups/application';
import type { Browser, Page } from 'playwright-core';
import { idnpOfOperator } from '@cups/tools/filings';
import { applicant, fileApplication } from './filings.ts';
import { fileForKnownPerson, KeyboardUser } from './keyboard.ts';
import { Line } from './line.ts';
import { AGENCY_SCREENS } from './agency-screens.ts';
import { OFFLINE_SCREENS } from './offline-screens.ts';
import { copyDataWithTraining, fileSample } from './sample.ts';
import type { Sample } from './sample.ts';
import { scanScreens, startCameraBrowser } from './scan-screens.ts';
import type { Screen } from './screen.ts';
import { TRUST_SCREENS } from './trust-screens.ts';
import { startTestPlatform } from './test-platform.ts';
import { sessionKeyHeaders } from './session-key.ts';
import { platformUrl } from './test-env.ts';
import { measureNetwork } from './network-usage.ts';

/**
 * `npm run cups -- desk screenshots`: screenshots of every screen into dist/screenshots, from a platform with sample data.
 * `-- <part of a name>…` selects those whose name has one of the parts. Persons are synthetic; numbers and dates are those of the run.
 */

const CLERK = 'cu-001-specialist';
const pathOfSample =
  (which: keyof Sample, rest = '') =>
  (sample: Sample) =>
    `/applications/${sample[which].id}${rest}`;

/** Opens a visit up to the screen with this title. */
const openVisitAt = (title: string) => async (page: Page) => {
  const reached = new Error(title);
  const user = new KeyboardUser(page, (screen) => {
    if (screen === title) throw reached;
  });
  await fileForKnownPerson(user, 'Lung').catch((error: unknown) => {
    if (error !== reached) throw error;
  });
};

const SCREENS: readonly Screen[] = [
  { name: 'sign-in', path: () => '/' },
  { name: 'queue', operator: CLERK, path: () => '/', isLocalized: true },
  { name: 'queue-dark', operator: CLERK, path: () => '/', isDark: true },
  { name: 'covered', operator: CLERK, path: () => '/', prepare: (page) => page.keyboard.press('F8') },
  { name: 'keys', operator: CLERK, path: () => '/', prepare: (page) => page.keyboard.press('Slash') },
  { name: 'service', operator: CLERK, path: () => '/', prepare: openVisitAt('Ce serviciu cere persoana?') },
  { name: 'person', operator: CLERK, path: () => '/', prepare: openVisitAt('Cine cere serviciul?') },
  { name: 'form', operator: CLERK, path: () => '/', prepare: openVisitAt('Ce se cere?') },
  { name: 'papers', operator: CLERK, path: () => '/', prepare: openVisitAt('Ce acte a adus persoana?') },
  { name: 'cost', operator: CLERK, path: () => '/', prepare: openVisitAt('Ce termen și cost alege persoana?') },
  { name: 'mandate', operator: CLERK, path: () => '/', prepare: openVisitAt('Persoana împuternicește centrul') },
  { name: 'review', operator: CLERK, path: () => '/', prepare: openVisitAt('Persoana verifică datele') },
  { name: 'receipt', operator: CLERK, path: () => '/', prepare: openVisitAt('Cererea a fost depusă') },
  { name: 'application', operator: CLERK, path: pathOfSample('asked'), isLocalized: true },
  { name: 'application-dark', operator: CLERK, path: pathOfSample('asked'), isDark: true },
  { name: 'application-under-way', operator: CLERK, path: pathOfSample('underway') },
  { name: 'application-closed', operator: CLERK, path: pathOfSample('closed') },
  { name: 'application-rejected', operator: CLERK, path: pathOfSample('rejected') },
  { name: 'documents', operator: CLERK, path: pathOfSample('asked'), prepare: (page) => page.keyboard.press('a') },
  { name: 'submission', operator: CLERK, path: pathOfSample('asked', '/submissions/1') },
  { name: 'hand-over', operator: CLERK, path: pathOfSample('ready', '/hand-over'), isLocalized: true },
  { name: 'own-application', operator: CLERK, path: () => '/', prepare: ownDraft },
  { name: 'find', operator: CLERK, path: () => '/', prepare: find },
  { name: 'team', operator: 'cu-001-manager', path: () => '/team', prepare: recordAbsence, isLocalized: true },
  {
    name: 'team-invite',
    operator: 'cu-001-manager',
    path: () => '/team',
    prepare: (page) => page.keyboard.press('Control+Enter'),
  },
  { name: 'team-former', operator: 'cu-001-manager', path: () => '/team', prepare: showFormerMember },
  { name: 'team-staff', operator: 'supervisor', path: () => '/team/staff' },
  {
    name: 'me',
    operator: CLERK,
    path: () => '/',
    prepare: (page) => page.getByRole('button', { name: /Contul meu/ }).click(),
  },
  { name: 'centres', operator: 'supervisor', path: () => '/centres', isLocalized: true },
  { name: 'practice', operator: 'cu-002-specialist', path: () => '/' },
  { name: 'tracking', path: (sample) => `/t#${sample.asked.trackingNumber}`, isLocalized: true },
];

async function find(page: Page): Promise<void> {
  await page.keyboard.press('F2');
  await page.keyboard.type('Mora');
  await page.keyboard.press('Enter');
}

/** The clerk is the applicant. */
async function ownDraft(page: Page): Promise<void> {
  const person = Object.assign(applicant('Testescu', 'Ana'), { idnp: idnpOfOperator(CLERK) });
  const { id } = await fileApplication({ submit: false, content: { applicant: person } });
  await page.goto(`/applications/${id}`);
}

/** Invites a member and removes them again. */
async function showFormerMember(page: Page): Promise<void> {
  const team = `${platformUrl()}/api/v1/centres/CU-001/operators`;
  const { idnp, givenName, familyName } = applicant('Ciobanu', 'Ana');
  const data = { idnp, givenName, familyName, roles: ['specialist'] };
  const key = await sessionKeyHeaders(page);
  const headers = () => Object.assign({ 'Idempotency-Key': crypto.randomUUID() }, key);
  const invited = await page.request.post(team, { data, headers: headers() });
  const { name } = (await invited.json()) as { name: string };
  await page.request.delete(`${team}/${name.replace('operators/', '')}`, { headers: headers() });
  await page.reload();
  await page.getByRole('button', { name: 'Arată și cine a plecat' }).click();
  await page.locator('main li button', { hasText: 'Ciobanu' }).click();
}

/** Records an absence of the specialist, and shows it to the manager. */
async function recordAbsence(page: Page): Promise<void> {
  const days = (n: number) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);
  const data = { from: days(0), to: days(7), standIn: 'operators/cu-001-manager' };
  const headers = Object.assign({ 'Idempotency-Key': crypto.randomUUID() }, await sessionKeyHeaders(page));
  await page.request.put(`${platformUrl()}/api/v1/centres/CU-001/operators/cu-001-specialist/absence`, {
    data,
    headers,
  });
  await page.reload();
  await page.locator('main li button').nth(1).click();
}

const DESKTOP = { width: 1366, height: 768 };
const PHONE = { width: 390, height: 844 };
const ROOT = join(import.meta.dirname, '../..');
/** Not committed. */
const FOLDER = join(ROOT, 'dist/screenshots');
/** Screenshots that documentation pages show. */
const COMMITTED_FOLDER = join(ROOT, 'docs/screenshots');
const COMMITTED_SCANS = ['scan-choose', 'scan-camera', 'scan-uploading', 'scan-checked', 'scan-viewer', 'scan-result'];
const COMMITTED_TRUST = ['access-list', 'visit-mandate', 'data-end'];
const COMMITTED_OFFLINE = ['offline', 'offline-unlock', 'offline-receipt', 'offline-pending', 'offline-conflict'];
const COMMITTED_AGENCY = ['agency-queue', 'agency-rejection'];
const COMMITTED = [
  'queue',
  'service',
  'application',
  'hand-over',
  ...COMMITTED_TRUST,
  ...COMMITTED_SCANS,
  ...COMMITTED_OFFLINE,
  ...COMMITTED_AGENCY,
];
/** Keeps text readable at 15 to 40 KB. */
const QUALITY = 0.8;

interface Shot {
  screen: Screen;
  language: Language;
  phone: boolean;
}

function listShots(screen: Screen): Shot[] {
  const languages: Language[] = screen.isLocalized ? ['ro', 'ru', 'en'] : ['ro'];
  const forms = screen.isLocalized ? [false, true] : [false];
  return forms.flatMap((phone) => languages.map((language) => ({ screen, language, phone })));
}

const shotName = ({ screen, language, phone }: Shot): string =>
  [screen.name, ...(language === 'ro' ? [] : [language]), ...(phone ? ['phone'] : [])].join('-');

async function takeShot(browser: Browser, shot: Shot, sample: Sample): Promise<void> {
  const { screen, language, phone } = shot;
  const context = await browser.newContext({
    baseURL: platformUrl(),
    viewport: phone ? PHONE : DESKTOP,
    locale: `${language}-MD`,
    timezoneId: 'Europe/Chisinau',
    colorScheme: screen.isDark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  try {
    if (screen.operator) {
      const data = { provider: 'local', operator: screen.operator };
      await context.request.post(`${platformUrl()}/api/v1/sessions`, { data });
    }
    const page = await context.newPage();
    await page.addInitScript((chosen) => sessionStorage.setItem('cups-language', chosen), language);
    const network = await measureNetwork(page);
    await page.goto(screen.path(sample));
    await page.getByRole('heading').first().waitFor({ timeout: 10_000 });
    await network.waitForIdle();
    await screen.prepare?.(page, sample);
    if (!screen.isPending) await network.waitForIdle();
    await page.evaluate(() => document.fonts.ready);
    const picture = await compressImage(browser, await page.screenshot({ fullPage: screen.isWhole === true }));
    const name = shotName(shot);
    const folders = COMMITTED.includes(name) ? [FOLDER, COMMITTED_FOLDER] : [FOLDER];
    for (const folder of folders) writeFileSync(join(folder, `${name}.webp`), picture);
  } finally {
    // An operator has five sessions at most, and the next ends the one that files applications.
    if (screen.operator) await context.request.delete('/api/v1/sessions/current');
    await context.close();
  }
}

/** Encodes the image in the browser, without an image library. */
async function compressImage(browser: Browser, png: Buffer): Promise<Buffer> {
  const page = await browser.newPage();
  try {
    const given = { base64: png.toString('base64'), quality: QUALITY };
    const packed = await page.evaluate(async ({ base64, quality }) => {
      const bytes = Uint8Array.from(atob(base64), (symbol) => symbol.charCodeAt(0));
      const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      canvas.getContext('2d')!.drawImage(picture, 0, 0);
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
      return Array.from(new Uint8Array(await blob.arrayBuffer()));
    }, given);
    return Buffer.from(packed);
  } finally {
    await page.close();
  }
}

const nameParts = process.argv.slice(2);
const isSelected = (name: string) => nameParts.length === 0 || nameParts.some((part) => name.includes(part));
const data = copyDataWithTraining();
const testPlatform = await startTestPlatform({ REGISTRY_DIR: data });
const line = await Line.open(platformUrl());
const browser = await startCameraBrowser(line.browserFlags);
try {
  const sample = await fileSample();
  const scans = scanScreens(line).map((screen) => Object.assign({ operator: CLERK, path: () => '/' }, screen));
  const screens: readonly Screen[] = [...SCREENS, ...TRUST_SCREENS, ...OFFLINE_SCREENS, ...AGENCY_SCREENS, ...scans];
  const shots = screens.flatMap(listShots).filter((shot) => isSelected(shotName(shot)));
  mkdirSync(FOLDER, { recursive: true });
  const names = new Set(screens.flatMap(listShots).map((shot) => `${shotName(shot)}.webp`));
  for (const file of readdirSync(FOLDER)) if (file.endsWith('.webp') && !names.has(file)) rmSync(join(FOLDER, file));
  for (const shot of shots) {
    await takeShot(browser, shot, sample).catch((error: unknown) => {
      process.exitCode = 1;
      console.error(`${shotName(shot)}: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
  console.log(`${shots.length} pictures in dist/screenshots; docs/screenshots has ${COMMITTED.join(', ')}`);
} finally {
  await browser.close();
  await line.close();
  await testPlatform.close();
  rmSync(data, { recursive: true, force: true });
}
