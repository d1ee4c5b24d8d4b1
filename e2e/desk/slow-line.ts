import type { Page } from 'playwright-core';

/** Slow lines, as the browser emulates them, and how long the page takes over them. */

export interface LineConditions {
  /** In both directions. */
  bitsPerSecond: number;
  /** Added to each request, in ms. */
  latencyMs: number;
}

/** The slowest line on which the desk must work. */
export const VILLAGE_LINE: LineConditions = { bitsPerSecond: 64_000, latencyMs: 600 };
/** A line of a mobile network. */
export const MOBILE_LINE: LineConditions = { bitsPerSecond: 512_000, latencyMs: 300 };

/**
 * Slows the page's network down, and optionally its processor.
 * @param cpuSlowdown factor
 */
export async function throttle(page: Page, line: LineConditions, cpuSlowdown = 1): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const throughput = line.bitsPerSecond / 8;
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: line.latencyMs,
    downloadThroughput: throughput,
    uploadThroughput: throughput,
  });
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: cpuSlowdown });
}

/** Returns the ms that the bytes alone need: no page can be faster. */
export const rawTransferMs = (bytes: number, { bitsPerSecond }: LineConditions): number =>
  Math.round((bytes * 8_000) / bitsPerSecond);

/** Opens the queue. @returns the ms from navigation to displayed rows, or to a queue that says that it is empty */
export async function measureTimeToQueue(page: Page): Promise<number> {
  await page.goto('about:blank');
  await page.goto('/', { waitUntil: 'commit' });
  return Math.round(await waitForQueue(page));
}

/** @returns the ms from navigation */
async function waitForQueue(page: Page): Promise<number> {
  const usable = await page.waitForFunction(
    () => {
      const isEmpty = document.querySelector('main')?.innerText.includes('Nimic de făcut acum.');
      return (document.querySelector('[data-row]') !== null || isEmpty) && performance.now();
    },
    undefined,
    { timeout: 120_000 },
  );
  return Number(await usable.jsonValue());
}
