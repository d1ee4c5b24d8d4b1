import { eventually } from '@cups/testing';
import type { Page } from 'playwright-core';

/** What comes and goes over the wire, as the browser itself counts it: headers and packed bodies, both ways. */

export interface Wire {
  /** Bytes both ways since the last call of `reset`, of the paths that begin so. */
  of(beginning: string): number;
  /** Bytes that came since then. */
  came(beginning: string): number;
  reset(): void;
  /** Waits until nothing has been under way for a while. */
  quiet(): Promise<void>;
}

const QUIET_MS = 400;
/** Of a header, besides its name and its value. */
const AROUND = ': \r\n'.length;

/** Counts from now on; what comes out of the browser's own cache is nothing. */
export async function wireOf(page: Page): Promise<Wire> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  const paths = new Map<string, string>();
  const sent = new Map<string, number>();
  const came = new Map<string, number>();
  const underWay = new Set<string>();
  let last = performance.now();
  const add = (bytes: Map<string, number>, id: string, more: number) => bytes.set(id, (bytes.get(id) ?? 0) + more);
  const sum = (bytes: ReadonlyMap<string, number>, beginning: string) =>
    [...bytes].reduce((all, [id, part]) => all + (paths.get(id)?.startsWith(beginning) ? part : 0), 0);
  const ended = (id: string): void => {
    underWay.delete(id);
    last = performance.now();
  };
  // Of what a page gives up when it is left, nothing more is heard.
  page.on('framenavigated', () => underWay.clear());
  devtools.on('Network.requestWillBeSent', ({ requestId, request }) => {
    underWay.add(requestId);
    paths.set(requestId, new URL(request.url).pathname);
    add(sent, requestId, request.postData?.length ?? 0);
  });
  devtools.on('Network.requestWillBeSentExtraInfo', ({ requestId, headers }) => {
    for (const [name, value] of Object.entries(headers)) add(sent, requestId, name.length + value.length + AROUND);
  });
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    ended(requestId);
    add(came, requestId, encodedDataLength);
  });
  devtools.on('Network.loadingFailed', ({ requestId }) => ended(requestId));
  return {
    of: (beginning) => sum(sent, beginning) + sum(came, beginning),
    came: (beginning) => sum(came, beginning),
    reset() {
      sent.clear();
      came.clear();
    },
    quiet: () =>
      eventually(() => underWay.size === 0 && performance.now() - last > QUIET_MS, { timeoutMs: 30_000 }).then(
        () => {},
      ),
  };
}
