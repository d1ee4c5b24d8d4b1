import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Language } from '@cups/application';
import type { Browser, Page } from 'playwright-core';
import { APPLICATION_SCREENS } from './application-screens.ts';
import { startChromium } from './chromium.ts';
import { compressImage } from './compress-image.ts';
import { DESK_SCREENS } from './desk-screens.ts';
import { startFirefox } from './firefox.ts';
import { fileText } from './pdf.ts';
import { A4, removeMargin, showPrintout } from './print-view.ts';
import { copyDataWithTraining, fileSample } from './sample.ts';
import type { Sample } from './sample.ts';
import { checkScreen, watchScreen } from './screen-checks.ts';
import type { Screen } from './screen.ts';
import { platformUrl } from './test-env.ts';
import { startTestPlatform } from './test-platform.ts';
import { VISIT_SCREENS } from './visit-screens.ts';
import { signIn } from './sign-in.ts';

/**
 * `npm run cups -- desk inspect`: opens the screens of an ordinary day in Chromium or Firefox, at the width of an old PC and
 * of a phone, in three languages. It checks each, and takes a picture. Persons are synthetic; numbers and dates are those of
 * the run.
 */

const { values: options, positionals: nameParts } = parseArgs({
  allowPositionals: true,
  options: { browser: { type: 'string', default: 'chromium' }, output: { type: 'string' } },
});
const { browser: browserName } = options;
const FOLDER = resolve(options.output ?? join(import.meta.dirname, '../../dist/inspection', browserName));

const LANGUAGES: readonly Language[] = ['ro', 'ru', 'en'];
const SIZES = [
  { width: 1366, height: 768 },
  { width: 360, height: 740 },
] as const;

interface Shot {
  screen: Screen;
  language: Language;
  size: { width: number; height: number };
}

/** A printout has one size: that of the paper. */
const listShots = (screen: Screen): Shot[] =>
  (screen.isPrintout ? [A4] : SIZES).flatMap((size) => LANGUAGES.map((language) => ({ screen, language, size })));

const shotName = ({ screen, language, size }: Shot): string =>
  [screen.name, language, ...(screen.isPrintout ? [] : [size.width])].join('-');

/** Takes and checks a picture. @returns what is wrong, one line each */
async function inspect(browser: Browser, shot: Shot, sample: Sample): Promise<string[]> {
  const { screen, language, size } = shot;
  const context = await browser.newContext({
    baseURL: platformUrl(),
    viewport: screen.isPrintout ? SIZES[0] : size,
    locale: `${language}-MD`,
    timezoneId: 'Europe/Chisinau',
    reducedMotion: 'reduce',
  });
  try {
    await context.addInitScript((chosen) => {
      // An empty page has no storage.
      if (location.protocol.startsWith('http')) sessionStorage.setItem('cups-language', chosen);
      // A dialog of the browser would end the steps.
      window.print = () => undefined;
    }, language);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const { errors, waitForIdle } = await watchScreen(page, platformUrl());
    if (screen.operator) await signIn(context, screen.operator);
    // A picture of the place where the steps end tells more than their error.
    const steps = await open(page, shot, sample, waitForIdle).then(
      () => [],
      (error: unknown) => [`steps: ${error instanceof Error ? error.message : String(error)}`],
    );
    const found = screen.isPrintout ? [] : await checkScreen(page, language);
    // The browser's driver adds a style for the picture, which the policy blocks.
    found.push(...errors);
    if (screen.isPrintout && steps.length === 0) await showPrintout(page);
    await page.evaluate(() => document.fonts.ready);
    const png = await page.screenshot({ fullPage: screen.isWhole === true, caret: 'initial' });
    writeFileSync(join(FOLDER, `${shotName(shot)}.webp`), await compressImage(browser, png));
    if (screen.isPrintout && steps.length === 0) found.push(...(await checkSheets(page)));
    return [...steps, ...found];
  } finally {
    // An operator has five sessions at most, and the next ends the one that files applications.
    if (screen.operator) await context.request.delete('/api/v1/sessions/current').catch(() => undefined);
    await context.close();
  }
}

async function open(page: Page, shot: Shot, sample: Sample, waitForIdle: () => Promise<void>): Promise<void> {
  const { screen, language } = shot;
  await page.goto(screen.path(sample));
  await page.getByRole('heading').first().waitFor();
  await waitForIdle();
  await screen.prepare?.(page, sample, language);
  if (screen.isPrintout) await page.locator('body.paper').waitFor({ state: 'attached' });
  await waitForIdle();
}

/** Each printout of these screens fits one sheet. */
async function checkSheets(page: Page): Promise<string[]> {
  await removeMargin(page);
  const sheets = await fileText(await page.pdf({ format: 'A4', preferCSSPageSize: true }));
  return sheets.length === 1 ? [] : [`${sheets.length} sheets of paper`];
}

function startBrowser(): Promise<Browser> {
  if (browserName === 'chromium') return startChromium('newest');
  if (browserName === 'firefox') return startFirefox();
  throw new Error(`Unknown browser ${browserName}. Use chromium or firefox.`);
}

const isSelected = (name: string) => nameParts.length === 0 || nameParts.some((part) => name.includes(part));
const browser = await startBrowser();
const data = copyDataWithTraining();
const testPlatform = await startTestPlatform({ REGISTRY_DIR: data });
try {
  const sample = await fileSample();
  const localized = DESK_SCREENS.filter(({ isLocalized }) => isLocalized);
  const screens = [...VISIT_SCREENS, ...APPLICATION_SCREENS, ...localized];
  const shots = screens.flatMap(listShots).filter((shot) => isSelected(shotName(shot)));
  if (nameParts.length === 0) rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  let faulty = 0;
  for (const shot of shots) {
    const findings = await inspect(browser, shot, sample).catch((error: unknown) => [String(error)]);
    for (const finding of findings) console.error(`${shotName(shot)}: ${finding}`);
    if (findings.length > 0) faulty += 1;
  }
  if (faulty > 0) process.exitCode = 1;
  const title = `${browserName === 'firefox' ? 'Firefox' : 'Chromium'} ${browser.version()}`;
  console.log(`${title}: ${shots.length} pictures in ${FOLDER}, ${faulty} of them with findings`);
} finally {
  await browser.close();
  await testPlatform.close();
  rmSync(data, { recursive: true, force: true });
}
