import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';

/** Network usage as the browser counts it: headers and compressed bodies, both ways. */

export interface NetworkUsage {
  /** Bytes both ways since `reset`, of paths with this prefix. */
  totalBytes(prefix: string): number;
  /** Received bytes since `reset`. */
  receivedBytes(prefix: string): number;
  /** Sent bytes since `reset`. */
  sentBytes(prefix: string): number;
  /** Number of requests since `reset` that left the browser. */
  countRequests(prefix: string): number;
  reset(): void;
  /** Waits until the network has been idle for IDLE_MS. */
  waitForIdle(): Promise<void>;
}

const IDLE_MS = 400;
/** Separators of a header line. */
const HEADER_OVERHEAD = ': \r\n'.length;

/** Starts counting. Cached responses count as zero. */
export async function measureNetwork(page: Page): Promise<NetworkUsage> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  const paths = new Map<string, string>();
  const sent = new Map<string, number>();
  const received = new Map<string, number>();
  const pending = new Set<string>();
  let lastActivity = performance.now();
  const add = (bytes: Map<string, number>, id: string, more: number) => bytes.set(id, (bytes.get(id) ?? 0) + more);
  const sum = (bytes: ReadonlyMap<string, number>, prefix: string) =>
    [...bytes].reduce((all, [id, part]) => all + (paths.get(id)?.startsWith(prefix) ? part : 0), 0);
  const finish = (id: string): void => {
    pending.delete(id);
    lastActivity = performance.now();
  };
  // Requests aborted by navigation report no end.
  page.on('framenavigated', () => pending.clear());
  devtools.on('Network.requestWillBeSent', ({ requestId, request }) => {
    pending.add(requestId);
    paths.set(requestId, new URL(request.url).pathname);
    add(sent, requestId, request.postData?.length ?? 0);
  });
  devtools.on('Network.requestWillBeSentExtraInfo', ({ requestId, headers }) => {
    for (const [name, value] of Object.entries(headers))
      add(sent, requestId, name.length + value.length + HEADER_OVERHEAD);
  });
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    finish(requestId);
    add(received, requestId, encodedDataLength);
  });
  devtools.on('Network.loadingFailed', ({ requestId }) => finish(requestId));
  return {
    totalBytes: (prefix) => sum(sent, prefix) + sum(received, prefix),
    receivedBytes: (prefix) => sum(received, prefix),
    sentBytes: (prefix) => sum(sent, prefix),
    countRequests: (prefix) => [...received].filter(([id, n]) => n > 0 && paths.get(id)?.startsWith(prefix)).length,
    reset() {
      sent.clear();
      received.clear();
    },
    waitForIdle: () =>
      eventually(() => pending.size === 0 && performance.now() - lastActivity > IDLE_MS, { timeoutMs: 30_000 }).then(
        () => {},
      ),
  };
}
