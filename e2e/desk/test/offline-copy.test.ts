import { expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';
import { axe, open, tolerate } from '../desk.ts';
import { applicant, fileApplication, openDeskFor } from '../filings.ts';
import { waitForCopy } from '../offline.ts';

/** What a desk reads without a line: files that it copied in the background and never opened before. */

const CLERK = 'cu-014-specialist';
const OFFLINE_ERRORS = /Failed to load resource|ERR_/;
/** A read is reported with the next refresh, which waits until the operator has stopped for some seconds. */
const REPORT_TIMEOUT_MS = 90_000;

interface Access {
  kind: string;
  device?: string;
  accessTime: string;
  recordTime?: string;
}
async function listAccesses(id: string): Promise<Access[]> {
  const desk = await openDeskFor(CLERK);
  return (await desk.call<{ entries: Access[] }>('GET', `/applications/${id}/access-log`)).body.entries;
}

test('shows a file that was never opened, and reports the read when the line is back', async () => {
  const person = applicant('Copăceanu', 'Sofia');
  const { id } = await fileApplication({ operator: CLERK, ending: 'ZN', content: { applicant: person } });
  const page = await open({ operator: CLERK });
  tolerate(page, OFFLINE_ERRORS);
  await waitForCopy(page);
  const copied = await listAccesses(id);
  expect(copied).toMatchObject([{ kind: 'offline-copy' }]);

  await page.context().setOffline(true);
  await page.keyboard.press('F2');
  await page.keyboard.type('copac');
  await page.keyboard.press('Enter');
  await page.getByText('Se caută numai în dosarele copiate').waitFor();
  await page.getByText('Copăceanu').first().waitFor();
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByText(/^Date din \d{2}:\d{2}, păstrate pe acest calculator$/).waitFor();
  expect(new URL(page.url()).pathname).toBe(`/applications/${id}`);
  await page.getByText('Copăceanu').first().waitFor();
  expect(await axe(page)).toEqual([]);

  const before = Date.now();
  await page.context().setOffline(false);
  await page.getByText(/^Date din/).waitFor({ state: 'hidden' });
  await eventually(async () => (await listAccesses(id)).some(({ kind }) => kind === 'offline'), {
    timeoutMs: REPORT_TIMEOUT_MS,
  });
  const reads = (await listAccesses(id)).filter(({ kind }) => kind === 'offline');
  // The result of the search, and the file.
  expect(reads).toHaveLength(2);
  for (const { device, accessTime, recordTime } of reads) {
    expect(device).toBe(copied[0]!.device);
    expect(Date.parse(accessTime)).toBeLessThan(before);
    expect(Date.parse(recordTime!)).toBeGreaterThan(Date.parse(accessTime));
  }
});

/** Returns what the browser's database stores: the kinds of the records, and their bytes as text. */
function readRecords(page: Page): Promise<{ kinds: string[]; text: string }> {
  return page.evaluate(async () => {
    const request = indexedDB.open('cups-desk');
    const db = await new Promise<IDBDatabase>((done) => (request.onsuccess = () => done(request.result)));
    const all = db.transaction('records').objectStore('records').getAll();
    const records = await new Promise<{ kind: string; sealed?: ArrayBuffer }[]>(
      (done) => (all.onsuccess = () => done(all.result as { kind: string }[])),
    );
    db.close();
    const texts = records.map((record) => new TextDecoder().decode(record.sealed));
    return { kinds: [...new Set(records.map(({ kind }) => kind))], text: texts.join(' ') };
  });
}

test('shows nothing of the copy on a locked screen', async () => {
  const person = applicant('Umbrăreanu', 'Ana');
  const { id } = await fileApplication({ operator: CLERK, ending: 'ZN', content: { applicant: person } });
  const page = await open({ operator: CLERK });
  tolerate(page, OFFLINE_ERRORS);
  await waitForCopy(page);
  await eventually(async () => (await readRecords(page)).kinds.includes('copy-mandates') || undefined);
  await page.context().setOffline(true);
  await page.keyboard.press('F2');
  await page.keyboard.type('umbrar');
  await page.keyboard.press('Enter');
  await page.getByText('Umbrăreanu').first().waitFor();
  await page.keyboard.press('F8');
  // Nothing else opens the page without a line, so it asks.
  await page.getByRole('button', { name: 'Acoperă totuși' }).click();
  await page.getByText('Umbrăreanu').first().waitFor({ state: 'hidden' });
  expect(await page.content()).not.toContain('Umbrăreanu');
  // No record of the copy is readable in the browser's database.
  const readable = await readRecords(page);
  expect(readable.kinds).toEqual(expect.arrayContaining(['copy-catalog', 'copy-file', 'copy-mandates', 'copy-queue']));
  expect(readable.text).not.toContain('Umbr');
  expect(readable.text).not.toContain(id);
});
