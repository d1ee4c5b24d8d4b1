import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { at, findByNumber, goOffline, title } from '../conflicts.ts';
import { axe, open, tolerate } from '../desk.ts';
import {
  fillIn,
  setUpWords,
  TAKEN,
  takeApplication,
  unlock,
  waitForCopy,
  waitForScreens,
  waitForStoredPage,
} from '../offline.ts';
import { pdfText } from '../pdf.ts';
import { ReleaseProxy } from '../release-proxy.ts';
import { platformUrl } from '../test-env.ts';

/** No network from the start of the browser to the receipt, and a disk that is full before it. */

const operator = 'cu-001-specialist';
const FILED = 'Cererea a fost depusă';

let proxy: ReleaseProxy;
beforeAll(async () => {
  proxy = await ReleaseProxy.open(platformUrl());
});
afterAll(() => proxy.close());

test('takes an application from the start of the browser to a printed receipt without a network', async () => {
  const page = await open({ operator, flags: proxy.browserFlags, serviceWorkers: 'allow' });
  tolerate(page, /Failed to load resource|ERR_/);
  await title(page, /^Astăzi/);
  await Promise.all([waitForStoredPage(page), waitForCopy(page)]);
  const words = await setUpWords(page);
  await page.goto('about:blank');
  proxy.cut();
  await page.goto('/');
  await unlock(page, words);
  await title(page, /^Astăzi/);
  const number = await takeApplication({ page: page }, 'Avionescu');
  const receipt = (await pdfText(page)).join('\n');
  expect(receipt).toContain(number);
  expect(receipt).toContain('cererea a fost luată la ghișeu, încă neînregistrată');
  expect(receipt).not.toContain('Răspuns până la');

  proxy.restore();
  await title(page, FILED);
  expect(await findByNumber(number)).toMatchObject([{ applicant: { familyName: 'Avionescu' } }]);
});

/** Whether the browser refuses to store. It notices a lower quota after some seconds. Runs in the page. */
function isDiskFull(): Promise<boolean> {
  return new Promise((done) => {
    const opening = indexedDB.open('probe', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('bytes');
    opening.onerror = () => done(true);
    opening.onsuccess = () => {
      const writing = opening.result.transaction('bytes', 'readwrite');
      writing.objectStore('bytes').put(new Uint8Array(1_000), 1);
      writing.onabort = () => (opening.result.close(), done(true));
      writing.oncomplete = () => (opening.result.close(), done(false));
    };
  });
}

test('says that the disk is full before a receipt, and gives one once there is space', async () => {
  const page = await open({ operator });
  await waitForScreens(page);
  await goOffline(page);
  const user = await fillIn(page, 'Plinescu');
  await page.getByText('Se păstrează aici, de trimis').waitFor();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: platformUrl(), quotaSize: 1 });
  await eventually(() => page.evaluate(isDiskFull), { timeoutMs: 60_000, everyMs: 1_000 });
  await at(page, '/checked').check({ force: true });
  await user.press('Control+Enter');
  await page.getByText('Discul este plin', { exact: false }).waitFor();
  expect(await page.getByRole('heading', { level: 1, name: TAKEN }).count()).toBe(0);
  expect((await pdfText(page)).join('\n')).not.toContain('Recipisă');
  expect(await axe(page)).toEqual([]);

  await devtools.send('Storage.overrideQuotaForOrigin', { origin: platformUrl() });
  await title(page, TAKEN);
  await page.getByText('Discul este plin', { exact: false }).waitFor({ state: 'detached' });
});
