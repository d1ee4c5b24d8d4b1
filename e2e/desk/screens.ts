import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language } from '@cups/application';
import type { Browser, Page } from 'playwright-core';
import { idnpOfOperator } from '@cups/tools/filings';
import { startChromium } from './chromium.ts';
import { applicant, file } from './filings.ts';
import { fileForKnown, Hand } from './hand.ts';
import { dataWithTraining, fileSample } from './sample.ts';
import type { Sample } from './sample.ts';
import { openStage } from './stage.ts';
import { url } from './surroundings.ts';
import { wireOf } from './wire.ts';

/**
 * `npm run desk:screens`: pictures of every screen into docs/screens, from a platform of its own with a small sample day.
 * `-- <part of a name>…` takes only those. People are synthetic; numbers and days are those of the run.
 */

interface Screen {
  name: string;
  /** Nobody when absent. */
  operator?: string;
  path: (sample: Sample) => string;
  /** What a clerk does to come from the path to what is shown. */
  then?: (page: Page, sample: Sample) => Promise<unknown>;
  /** In Russian and English too, and on a phone. */
  inAll?: boolean;
  dark?: boolean;
}

const CLERK = 'cu-001-specialist';
const at =
  (which: keyof Sample, rest = '') =>
  (sample: Sample) =>
    `/applications/${sample[which].id}${rest}`;

/** A new application, as far as the screen of this title. */
const visitTo = (title: string) => async (page: Page) => {
  const reached = new Error(title);
  const hand = new Hand(page, (screen) => {
    if (screen === title) throw reached;
  });
  await fileForKnown(hand, 'Lung').catch((error: unknown) => {
    if (error !== reached) throw error;
  });
};

const SCREENS: readonly Screen[] = [
  { name: 'sign-in', path: () => '/' },
  { name: 'queue', operator: CLERK, path: () => '/', inAll: true },
  { name: 'queue-dark', operator: CLERK, path: () => '/', dark: true },
  { name: 'covered', operator: CLERK, path: () => '/', then: (page) => page.keyboard.press('F8') },
  { name: 'keys', operator: CLERK, path: () => '/', then: (page) => page.keyboard.press('Slash') },
  { name: 'service', operator: CLERK, path: () => '/', then: visitTo('Ce serviciu cere persoana?') },
  { name: 'person', operator: CLERK, path: () => '/', then: visitTo('Cine cere serviciul?') },
  { name: 'form', operator: CLERK, path: () => '/', then: visitTo('Ce se cere?') },
  { name: 'papers', operator: CLERK, path: () => '/', then: visitTo('Ce acte a adus persoana?') },
  { name: 'cost', operator: CLERK, path: () => '/', then: visitTo('Cum vrea să fie servită persoana?') },
  { name: 'review', operator: CLERK, path: () => '/', then: visitTo('Persoana verifică datele') },
  { name: 'receipt', operator: CLERK, path: () => '/', then: visitTo('Cererea a fost depusă') },
  { name: 'application', operator: CLERK, path: at('asked'), inAll: true },
  { name: 'application-dark', operator: CLERK, path: at('asked'), dark: true },
  { name: 'application-under-way', operator: CLERK, path: at('underway') },
  { name: 'application-closed', operator: CLERK, path: at('closed') },
  { name: 'application-rejected', operator: CLERK, path: at('rejected') },
  { name: 'documents', operator: CLERK, path: at('asked'), then: (page) => page.keyboard.press('a') },
  { name: 'submission', operator: CLERK, path: at('asked', '/submissions/1') },
  { name: 'looks', operator: CLERK, path: at('asked', '/looks') },
  { name: 'hand-over', operator: CLERK, path: at('ready', '/hand-over'), inAll: true },
  { name: 'own-application', operator: CLERK, path: () => '/', then: ownDraft },
  { name: 'find', operator: CLERK, path: () => '/', then: find },
  { name: 'team', operator: 'cu-001-manager', path: () => '/team', then: awayForAWeek, inAll: true },
  {
    name: 'team-invite',
    operator: 'cu-001-manager',
    path: () => '/team',
    then: (page) => page.keyboard.press('Control+Enter'),
  },
  { name: 'team-former', operator: 'cu-001-manager', path: () => '/team', then: whoHasLeft },
  { name: 'team-staff', operator: 'supervisor', path: () => '/team/staff' },
  {
    name: 'me',
    operator: CLERK,
    path: () => '/',
    then: (page) => page.getByRole('button', { name: /Contul meu/ }).click(),
  },
  { name: 'centres', operator: 'supervisor', path: () => '/centres', inAll: true },
  { name: 'practice', operator: 'cu-002-specialist', path: () => '/' },
  { name: 'tracking', path: (sample) => `/t#${sample.asked.trackingNumber}`, inAll: true },
];

async function find(page: Page): Promise<void> {
  await page.keyboard.press('F2');
  await page.keyboard.type('Mora');
  await page.keyboard.press('Enter');
}

/** The clerk is the applicant of what the screen shows. */
async function ownDraft(page: Page): Promise<void> {
  const person = Object.assign(applicant('Testescu', 'Ana'), { idnp: idnpOfOperator(CLERK) });
  const { id } = await file({ submit: false, content: { applicant: person } });
  await page.goto(`/applications/${id}`);
}

/** Somebody came to the centre and left it. */
async function whoHasLeft(page: Page): Promise<void> {
  const team = `${url()}/api/v1/centres/CU-001/operators`;
  const { idnp, givenName, familyName } = applicant('Ciobanu', 'Ana');
  const data = { idnp, givenName, familyName, roles: ['specialist'] };
  const headers = () => ({ 'Idempotency-Key': crypto.randomUUID() });
  const invited = await page.request.post(team, { data, headers: headers() });
  const { name } = (await invited.json()) as { name: string };
  await page.request.delete(`${team}/${name.replace('operators/', '')}`, { headers: headers() });
  await page.reload();
  await page.getByRole('button', { name: 'Arată și cine a plecat' }).click();
  await page.locator('main li button', { hasText: 'Ciobanu' }).click();
}

/** The specialist of the centre is on leave, and the manager looks at her. */
async function awayForAWeek(page: Page): Promise<void> {
  const days = (n: number) => new Date(Date.now() + n * 86_400_000).toISOString().slice(0, 10);
  const data = { from: days(0), to: days(7), standIn: 'operators/cu-001-manager' };
  const headers = { 'Idempotency-Key': crypto.randomUUID() };
  await page.request.put(`${url()}/api/v1/centres/CU-001/operators/cu-001-specialist/absence`, { data, headers });
  await page.reload();
  await page.locator('main li button').nth(1).click();
}

const DESKTOP = { width: 1366, height: 768 };
const PHONE = { width: 390, height: 844 };
const FOLDER = join(import.meta.dirname, '../../docs/screens');
/** Whole words stay readable, and a picture takes 15 to 40 KB. */
const QUALITY = 0.8;

interface Shot {
  screen: Screen;
  language: Language;
  phone: boolean;
}

function shotsOf(screen: Screen): Shot[] {
  const languages: Language[] = screen.inAll ? ['ro', 'ru', 'en'] : ['ro'];
  const forms = screen.inAll ? [false, true] : [false];
  return forms.flatMap((phone) => languages.map((language) => ({ screen, language, phone })));
}

const nameOf = ({ screen, language, phone }: Shot): string =>
  [screen.name, ...(language === 'ro' ? [] : [language]), ...(phone ? ['phone'] : [])].join('-');

async function take(browser: Browser, shot: Shot, sample: Sample): Promise<void> {
  const { screen, language, phone } = shot;
  const context = await browser.newContext({
    baseURL: url(),
    viewport: phone ? PHONE : DESKTOP,
    locale: `${language}-MD`,
    timezoneId: 'Europe/Chisinau',
    colorScheme: screen.dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  try {
    if (screen.operator) {
      const data = { provider: 'local', operator: screen.operator };
      await context.request.post(`${url()}/api/v1/sessions`, { data });
    }
    const page = await context.newPage();
    await page.addInitScript((chosen) => sessionStorage.setItem('cups-language', chosen), language);
    const wire = await wireOf(page);
    await page.goto(screen.path(sample));
    await page.getByRole('heading').first().waitFor({ timeout: 10_000 });
    await wire.quiet();
    await screen.then?.(page, sample);
    await wire.quiet();
    await page.evaluate(() => document.fonts.ready);
    writeFileSync(join(FOLDER, `${nameOf(shot)}.webp`), await smaller(browser, await page.screenshot()));
  } finally {
    await context.close();
  }
}

/** The browser itself packs the picture: no library of pictures is needed. */
async function smaller(browser: Browser, png: Buffer): Promise<Buffer> {
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

const wanted = process.argv.slice(2);
const data = dataWithTraining();
const stage = await openStage({ CUPS_DATA: data });
const browser = await startChromium('newest');
try {
  const sample = await fileSample();
  const shots = SCREENS.flatMap(shotsOf).filter((shot) => wanted.every((part) => nameOf(shot).includes(part)));
  mkdirSync(FOLDER, { recursive: true });
  const names = new Set(SCREENS.flatMap(shotsOf).map((shot) => `${nameOf(shot)}.webp`));
  for (const file of readdirSync(FOLDER)) if (file.endsWith('.webp') && !names.has(file)) rmSync(join(FOLDER, file));
  for (const shot of shots) {
    await take(browser, shot, sample).catch((error: unknown) => {
      process.exitCode = 1;
      console.error(`${nameOf(shot)}: ${error instanceof Error ? error.message : String(error)}`);
    });
  }
  console.log(`${shots.length} pictures in docs/screens`);
} finally {
  await browser.close();
  await stage.close();
  rmSync(data, { recursive: true, force: true });
}
