import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';

/** What comes and goes over the wire, as the browser itself counts it: headers and packed bodies. */

export interface Wire {
  /** Bytes since the last call of `reset`, what was sent included. */
  total(): number;
  /** Bytes that came, by path. */
  received(): Record<string, number>;
  reset(): void;
  /** Waits until nothing has been under way for a while. */
  quiet(): Promise<void>;
}

const QUIET_MS = 400;

/** Counts from now on; what comes out of the browser's own cache is nothing. */
export async function wireOf(page: Page): Promise<Wire> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  const paths = new Map<string, string>();
  let received = new Map<string, number>();
  let sent = 0;
  const underWay = new Set<string>();
  let last = performance.now();
  const ended = (requestId: string): void => {
    underWay.delete(requestId);
    last = performance.now();
  };
  devtools.on('Network.requestWillBeSent', ({ requestId, request }) => {
    underWay.add(requestId);
    paths.set(requestId, new URL(request.url).pathname);
    sent += request.postData?.length ?? 0;
  });
  devtools.on('Network.requestWillBeSentExtraInfo', ({ headers }) => {
    for (const [name, value] of Object.entries(headers)) sent += name.length + value.length + ': \r\n'.length;
  });
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    ended(requestId);
    const path = paths.get(requestId) ?? '?';
    received.set(path, (received.get(path) ?? 0) + encodedDataLength);
  });
  devtools.on('Network.loadingFailed', ({ requestId }) => ended(requestId));
  return {
    total: () => [...received.values()].reduce((sum, bytes) => sum + bytes, sent),
    received: () => Object.fromEntries(received),
    reset() {
      received = new Map();
      sent = 0;
    },
    quiet: () =>
      eventually(() => underWay.size === 0 && performance.now() - last > QUIET_MS, { timeoutMs: 30_000 }).then(
        () => {},
      ),
  };
}
