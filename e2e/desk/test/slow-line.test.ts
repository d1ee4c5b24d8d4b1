import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { open } from '../desk.ts';
import { applicant, fileApplication } from '../filings.ts';
import { fileForKnownPerson, KeyboardUser } from '../keyboard.ts';
import { measureNetwork } from '../network-usage.ts';
import { waitForStoredPage } from '../offline.ts';
import { measureTimeToQueue, rawTransferMs, throttle, VILLAGE_LINE } from '../slow-line.ts';

/** Budgets over the slowest line of a village: 64 kbit/s and 600 ms. */

const KB = 1_000;
const SECOND_MS = 1_000;
const FIRST_VISIT_MS = 60 * SECOND_MS;
const LATER_VISIT_MS = 3 * SECOND_MS;
const APPLICATION_BYTES = 30 * KB;

/** No other test files at this centre: the size does not depend on their rows. */
const openBlank = (operator = 'cu-022-specialist'): Promise<Page> =>
  open({ path: 'about:blank', operator, serviceWorkers: 'allow' });

describe('a line of 64 kbit/s and 600 ms', () => {
  test('opens the queue at a first visit in at most 60 s', async () => {
    const page = await openBlank();
    await throttle(page, VILLAGE_LINE);
    const network = await measureNetwork(page);
    const ms = await measureTimeToQueue(page);
    const rawMs = rawTransferMs(network.receivedBytes('/'), VILLAGE_LINE);
    console.log(`first visit: ${ms} ms; its bytes alone need ${rawMs} ms`);
    expect(ms).toBeLessThan(FIRST_VISIT_MS);
    // A line that is not slowed down fails the test.
    expect(ms).toBeGreaterThan(rawMs * 0.8);
    expect(rawMs).toBeGreaterThan(10 * SECOND_MS);
  });

  test('opens the queue at a later visit in at most 3 s', async () => {
    const page = await openBlank();
    await measureTimeToQueue(page);
    await waitForStoredPage(page);
    const network = await measureNetwork(page);
    await network.waitForIdle();
    await throttle(page, VILLAGE_LINE);
    network.reset();
    const ms = await measureTimeToQueue(page);
    console.log(
      `later visit: ${ms} ms; its bytes alone need ${rawTransferMs(network.receivedBytes('/'), VILLAGE_LINE)} ms`,
    );
    expect(ms).toBeLessThan(LATER_VISIT_MS);
    expect(ms).toBeGreaterThan(VILLAGE_LINE.latencyMs);
  });

  test.each([
    ['at the pace of a machine', 'Vrabie', 0],
    ['with pauses of two seconds between fields', 'Cioară', 2 * SECOND_MS],
  ])('files an application in at most 30 KB, typed %s', async (pace, familyName, pauseMs) => {
    await fileApplication({ content: { applicant: applicant(familyName), contact: { none: true } } });
    const page = await openBlank('cu-001-specialist');
    await measureTimeToQueue(page);
    await waitForStoredPage(page);
    const network = await measureNetwork(page);
    await network.waitForIdle();
    await throttle(page, VILLAGE_LINE);
    // The page measures the line by its requests.
    await measureTimeToQueue(page);
    await network.waitForIdle();
    network.reset();
    await fileForKnownPerson(new KeyboardUser(page, undefined, pauseMs), familyName.slice(0, 4));
    await network.waitForIdle();
    console.log(
      `application ${pace}: ${network.countRequests('/')} requests, ${network.sentBytes('/')} bytes sent, ` +
        `${network.receivedBytes('/')} received`,
    );
    expect(network.totalBytes('/')).toBeLessThan(APPLICATION_BYTES);
    expect(network.totalBytes('/')).toBeGreaterThan(5 * KB);
  });
});
