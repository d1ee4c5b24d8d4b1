import { expect, test } from '@jest/globals';
import type { Frame, Page } from 'playwright-core';
import { axe, tolerate } from '../desk.ts';
import { openDocuments } from '../open-documents.ts';
import { chooseFile, createPdf, createPicture, scanOf, waitForScan } from '../scans.ts';

/** The viewer in a real browser: what it shows, and what the frame with a stranger's file cannot do. */

async function openViewer(page: Page): Promise<Frame> {
  await scanOf(page)
    .getByRole('button', { name: /^Deschide/ })
    .click();
  await page.frameLocator('dialog iframe').locator('canvas').waitFor();
  return page.frames().find((frame) => frame.url().endsWith('/viewer'))!;
}

/** Cuts or restores the line, as the switch in another window does. */
const setSwitch = (page: Page, value: 'cut' | undefined) =>
  page.evaluate((state) => {
    if (state) localStorage.setItem('cups-line', state);
    else localStorage.removeItem('cups-line');
    dispatchEvent(new StorageEvent('storage', { key: 'cups-line' }));
  }, value);

const pageOf = (page: Page, text: string) => page.locator('dialog').getByText(text).waitFor();
const widthOf = (frame: Frame) => frame.locator('canvas').evaluate((canvas) => canvas.clientWidth);

/** Tries, inside the frame, what reaches the desk. Returns the name of each error, or what was read. */
const tryToEscape = (frame: Frame) =>
  frame.evaluate(async () => {
    const attempt = async (run: () => unknown) => {
      try {
        return `read ${String(await run())}`;
      } catch (error) {
        return (error as Error).name;
      }
    };
    return {
      origin: self.origin,
      fetch: await attempt(() => fetch('/api/v1/session')),
      parent: await attempt(() => parent.document.title),
      cookie: await attempt(() => document.cookie),
      storage: await attempt(() => localStorage.length),
      navigation: await attempt(() => {
        top!.location.href = '/api/v1/session';
      }),
    };
  });

test('says why a document does not open while the platform is unreachable', async () => {
  const page = await openDocuments();
  await chooseFile(page, createPdf('Certificat'));
  await waitForScan(page, 'Încărcat și verificat');
  const button = scanOf(page).getByRole('button', { name: /^Deschide/ });
  await setSwitch(page, 'cut');
  await scanOf(page).getByText('Se deschide numai cu conexiune').waitFor({ timeout: 60_000 });
  expect(await button.getAttribute('aria-disabled')).toBe('true');
  expect(
    await button.evaluate((element) => document.getElementById(element.getAttribute('aria-describedby')!)?.innerText),
  ).toMatch(/^Se deschide numai cu conexiune/);
  await button.press('Enter');
  expect(await page.locator('dialog').count()).toBe(0);
  await setSwitch(page, undefined);
  await scanOf(page).getByText('Se deschide numai cu conexiune').waitFor({ state: 'detached', timeout: 60_000 });
  await openViewer(page);
});

test('shows a PDF of three pages and a JPEG, by keyboard', async () => {
  const page = await openDocuments();
  await chooseFile(page, createPdf('Certificat', { pages: 3 }));
  await waitForScan(page, 'Încărcat și verificat');
  const frame = await openViewer(page);
  await pageOf(page, 'Pagina 1 din 3');
  await page.keyboard.press('ArrowRight');
  await pageOf(page, 'Pagina 2 din 3');
  await page.keyboard.press('PageDown');
  await page.keyboard.press('PageDown');
  await pageOf(page, 'Pagina 3 din 3');
  await page.keyboard.press('ArrowLeft');
  await pageOf(page, 'Pagina 2 din 3');
  const width = await widthOf(frame);
  await page.keyboard.press('Equal');
  await frame.waitForFunction((before) => document.querySelector('canvas')!.clientWidth > before, width);
  await page.keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });

  await chooseFile(page, await createPicture(page, 'image/jpeg'), { name: 'scan.jpg', button: 'Înlocuiește' });
  await waitForScan(page, 'Încărcat și verificat');
  await openViewer(page);
  expect(
    await page
      .locator('dialog')
      .getByText(/^Pagina/)
      .count(),
  ).toBe(0);
  expect(await axe(page)).toEqual([]);
});

test('gives the frame of a stranger no origin, network, session or link', async () => {
  const page = await openDocuments();
  // The policies report what they block.
  tolerate(page, /Content Security Policy|policy violated|Unsafe attempt|sandbox|Failed to/i);
  await chooseFile(page, createPdf('Certificat', { link: 'https://example.org/' }));
  await waitForScan(page, 'Încărcat și verificat');
  const frame = await openViewer(page);
  expect(await tryToEscape(frame)).toEqual({
    origin: 'null',
    fetch: 'TypeError',
    parent: 'SecurityError',
    cookie: 'SecurityError',
    storage: 'SecurityError',
    navigation: 'SecurityError',
  });
  const [before, url] = [frame.url(), page.url()];
  await frame.locator('canvas').click();
  expect([frame.url(), page.url(), page.context().pages().length]).toEqual([before, url, 1]);
  // The frame has the focus now, and passes the key on. The dialog removes the frame, and the browser may then never confirm
  // the key.
  page.keyboard.press('Escape').catch(() => undefined);
  await page.locator('dialog').waitFor({ state: 'detached' });
});
