import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Runs the platform of one checkout, in a process with the Node of that checkout, until the parent ends it. It imports nothing of
 * this checkout: the other may have other libraries.
 */

/** What the parent receives: a line of progress, then the running platform or an error. */
export type ServeMessage =
  | { kind: 'progress'; line: string }
  | { kind: 'exited'; name: string }
  | { kind: 'failed'; error: string }
  | ServedPlatform;

export interface ServedPlatform {
  kind: 'serving';
  url: string;
  mongoUri: string;
  mongoTls: { tls?: true; ca?: string };
  /** Process IDs by name; 0 for a part that the platform did not start. */
  pids: Record<string, number>;
}

/** Options of `startPlatform` that all releases have. */
export interface ServeOptions {
  dataDir: string;
  prefix: string;
  open: boolean;
  env: Record<string, string>;
  /** Releases before bundles ignore it: they always run sources. */
  fromSources?: boolean;
}

interface AnyPlatform extends Omit<ServedPlatform, 'kind' | 'pids'> {
  pids(): Record<string, number>;
  stop(): Promise<void>;
}

type StartPlatform = (
  options: ServeOptions & {
    port: number;
    signal: AbortSignal;
    onProgress: (line: string) => void;
    onExit: (name: string) => void;
  },
) => Promise<AnyPlatform>;

const [checkout = '', options = ''] = process.argv.slice(2);
const send = (message: ServeMessage) => process.connected && process.send?.(message);
const ending = new AbortController();
for (const event of ['SIGTERM', 'disconnect'] as const) process.once(event, () => ending.abort());

try {
  await serve();
  process.exit(0);
} catch (error) {
  send({ kind: 'failed', error: (error as Error).message });
  process.exit(1);
}

async function serve(): Promise<void> {
  const module = createRequire(join(checkout, 'bench/package.json')).resolve('@cups/tools/platform');
  const { startPlatform } = (await import(pathToFileURL(module).href)) as { startPlatform: StartPlatform };
  const platform = await startPlatform({
    ...(JSON.parse(options) as ServeOptions),
    port: 0,
    signal: ending.signal,
    onProgress: (line) => send({ kind: 'progress', line }),
    onExit: (name) => send({ kind: 'exited', name }),
  });
  const { url, mongoUri, mongoTls } = platform;
  send({ kind: 'serving', url, mongoUri, mongoTls, pids: platform.pids() });
  if (!ending.signal.aborted) {
    await new Promise((resolve) => ending.signal.addEventListener('abort', resolve, { once: true }));
  }
  await platform.stop();
}
