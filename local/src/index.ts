import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Child } from './child.ts';
import { startKafka } from './kafka.ts';
import { recordChildren, releaseLock, runningOwner, takeLock } from './lock.ts';
import { choosePorts, HOST, type PortName } from './ports.ts';
import { startStore } from './store.ts';

export { kafkaClassPath } from './kafka.ts';
export { freePort, isFree } from './ports.ts';

export type LocalPart = 'kafka' | 'store';

export interface LocalOptions {
  /** Folder of all data, made when absent. One process at a time. */
  dataDir: string;
  /** What to start. Default: both. */
  parts?: readonly LocalPart[];
  /** Ports. Default: the ones this data folder had before, else free ones. */
  kafkaPort?: number;
  storePort?: number;
  /** Partitions of a topic that is created without a number. Default 3. */
  partitions?: number;
  /** One line of progress, for a person. */
  onProgress?: (line: string) => void;
  /** A part has ended though nobody asked it to. */
  onExit?: (part: LocalPart, code: number | null, signal: string | null) => void;
}

export interface LocalPlatform {
  /** URI without a database; empty when the store was not asked for. */
  readonly mongoUri: string;
  /** Comma list of brokers; empty when Kafka was not asked for. */
  readonly kafkaBrokers: string;
  /** Process ids as they are now; 0 for a part that does not run. */
  readonly pids: { readonly kafka: number; readonly store: number };
  /** Ends both parts in order and gives the data folder free. May be called twice. */
  stop(): Promise<void>;
  /** For tests: `kill -9`. `onExit` is not called. */
  killKafka(): Promise<void>;
  killStore(): Promise<void>;
  /** Starts a part again on the same port and data (ends it in order first when it runs); waits until it serves. */
  restartKafka(): Promise<void>;
  restartStore(): Promise<void>;
}

/**
 * Starts the embedded default: Apache Kafka and the Mongo-compatible store, and waits until they serve. Fetches their
 * jars at the first run.
 *
 * @throws Error with one sentence for a person: a missing JDK or Maven, a port or data folder in use, a part that did
 *   not start
 */
export async function startLocal(options: LocalOptions): Promise<LocalPlatform> {
  const dataDir = resolve(options.dataDir);
  const parts = options.parts ?? ['kafka', 'store'];
  const onProgress = options.onProgress ?? (() => {});
  await mkdir(dataDir, { recursive: true });
  await takeLock(dataDir);

  const children = new Map<LocalPart, Child>();
  const pid = (part: LocalPart): number => children.get(part)?.pid ?? 0;
  let ports: Record<PortName, number>;

  const start = async (part: LocalPart): Promise<void> => {
    const started = Date.now();
    const onEnd = (code: number | null, signal: string | null): void => {
      if (!children.delete(part)) return;
      options.onExit?.(part, code, signal);
    };
    const child =
      part === 'kafka'
        ? await startKafka(
            { dataDir, port: ports.kafka, controllerPort: ports.controller, partitions: options.partitions ?? 3 },
            onProgress,
            onEnd,
          )
        : await startStore({ dataDir, port: ports.store }, onProgress, onEnd);
    children.set(part, child);
    await recordChildren(dataDir, pid('kafka'), pid('store'));
    onProgress(`${part}: serving on ${HOST}:${ports[part]} after ${((Date.now() - started) / 1000).toFixed(1)} s`);
  };
  const end = async (part: LocalPart, how: 'stop' | 'kill'): Promise<void> => {
    const child = children.get(part);
    children.delete(part);
    await child?.[how]();
  };

  try {
    ports = await choosePorts(
      dataDir,
      {
        ...(options.kafkaPort && { kafka: options.kafkaPort }),
        ...(options.storePort && { store: options.storePort }),
      },
      [
        ...(parts.includes('kafka') ? (['kafka', 'controller'] as const) : []),
        ...(parts.includes('store') ? (['store'] as const) : []),
      ],
    );
    const results = await Promise.allSettled(parts.map(start));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  } catch (error) {
    await Promise.all(parts.map((part) => end(part, 'stop')));
    await releaseLock(dataDir);
    throw error;
  }

  let stopped: Promise<void> | undefined;
  return {
    mongoUri: parts.includes('store') ? `mongodb://${HOST}:${ports.store}` : '',
    kafkaBrokers: parts.includes('kafka') ? `${HOST}:${ports.kafka}` : '',
    get pids() {
      return { kafka: pid('kafka'), store: pid('store') };
    },
    stop: () =>
      (stopped ??= (async () => {
        await Promise.all(parts.map((part) => end(part, 'stop')));
        await releaseLock(dataDir);
      })()),
    killKafka: () => end('kafka', 'kill'),
    killStore: () => end('store', 'kill'),
    restartKafka: async () => {
      await end('kafka', 'stop');
      await start('kafka');
    },
    restartStore: async () => {
      await end('store', 'stop');
      await start('store');
    },
  };
}

/** The process that runs on a data folder, or undefined when none does. */
export async function runsOn(dataDir: string): Promise<number | undefined> {
  return (await runningOwner(resolve(dataDir)))?.pid;
}
