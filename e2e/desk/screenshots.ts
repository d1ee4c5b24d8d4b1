import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Language } from '@cups/application';
import type { Browser } from 'playwright-core';
import { compressImage } from './compress-image.ts';
import { DESK_SCREENS } from './desk-screens.ts';
import { Line } from './line.ts';
import { AGENCY_SCREENS } from './agency-screens.ts';
import { OFFLINE_SCREENS } from './offline-screens.ts';
import { copyDataWithTraining, fileSample } from './sample.ts';
import type { Sample } from './sample.ts';
import { scanScreens, startCameraBrowser } from './scan-screens.ts';
import type { Screen } from './screen.ts';
import { TRUST_SCREENS } from './trust-screens.ts';
import { startTestPlatform } from './test-platform.ts';
import { platformUrl } from './test-env.ts';
import { measureNetwork } from './network-usage.ts';
import { signIn } from './sign-in.ts';

/**
 * `npm run cups -- desk screenshots`: screenshots of every screen into dist/screenshots, from a platform with sample data.
 * `-- <part of a name>…` selects those whose name has one of the parts. Persons are synthetic; numbers and dates are those of the run.
 */

const CLERK = 'cu-001-specialist';
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
    if (screen.operator) await signIn(context, screen.operator);
    const page = await context.newPage();
    await page.addInitScript((chosen) => sessionStorage.setItem('cups-language', chosen), language);
    const network = await measureNetwork(page);
    await page.goto(screen.path(sample));
    await page.getByRole('heading').first().waitFor({ timeout: 10_000 });
    await network.waitForIdle();
    await screen.prepare?.(page, sample, language);
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

const nameParts = process.argv.slice(2);
const isSelected = (name: string) => nameParts.length === 0 || nameParts.some((part) => name.includes(part));
const data = copyDataWithTraining();
const testPlatform = await startTestPlatform({ REGISTRY_DIR: data });
const line = await Line.open(platformUrl());
const browser = await startCameraBrowser(line.browserFlags);
try {
  const sample = await fileSample();
  const scans = scanScreens(line).map((screen) => Object.assign({ operator: CLERK, path: () => '/' }, screen));
  const screens: readonly Screen[] = [
    ...DESK_SCREENS,
    ...TRUST_SCREENS,
    ...OFFLINE_SCREENS,
    ...AGENCY_SCREENS,
    ...scans,
  ];
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
