import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { STORED } from '@cups/backend/settings';
import { ensureTopics } from '@cups/events';
import { freePort, isFree, startLocal } from '@cups/local';
import type { LocalPlatform } from '@cups/local';
import { readSettings } from '@cups/process/settings';
import { makeKeys } from '@cups/rpc';
import mongoose from 'mongoose';
import { claimShape } from './shape.ts';

/** The whole platform as processes of this machine; `npm start`, the benchmark and the journeys use it. */

export const SERVICES = [
  'catalog',
  'identity',
  'intake',
  'agency-bridge',
  'notifications',
  'gateway',
  'agency-simulator',
] as const;
export type ServiceName = (typeof SERVICES)[number];
export const AGENCIES = ['asp', 'cnas', 'cadastru', 'mai'];

export interface PlatformOptions {
  /** Port of the gateway; 0 takes a free one. */
  port: number;
  dataDir: string;
  signal?: AbortSignal;
  onProgress?: (line: string) => void;
  /** A service or a part of the embedded default has ended though nobody asked it to. */
  onExit?: (name: string, code: number | null) => void;
  /** More environment, for all services or for one. */
  env?: Record<string, string>;
  envOf?: Partial<Record<ServiceName, Record<string, string>>>;
  prefix?: string;
}

export interface Platform {
  url: string;
  /** Folder of the services' logs. */
  logs: string;
  mongoUri: string;
  kafkaBrokers: string;
  prefix: string;
  local: LocalPlatform | undefined;
  /** Process ids by name, the two JVMs included; a further copy is called `intake-2`. */
  pids(): Record<string, number>;
  /** The operations address of a service. */
  operations(name: ServiceName, copy?: number): string;
  /** True when no application was ever opened. */
  isEmpty(): Promise<boolean>;
  /**
   * Copy 1 is the one that the neighbours call. A further copy works beside it on the same topics and the same store, with
   * ports of its own; nobody calls it.
   */
  kill(name: ServiceName, copy?: number): Promise<void>;
  start(name: ServiceName, copy?: number): Promise<void>;
  /** SIGTERM and wait: an ordered stop. */
  end(name: ServiceName, copy?: number): Promise<void>;
  stop(): Promise<void>;
}

const labelOf = (name: ServiceName, copy = 1): string => (copy === 1 ? name : `${name}-${copy}`);
const isCopyOf = (label: string, name: ServiceName): boolean =>
  label === name || (label.startsWith(`${name}-`) && /^\d+$/.test(label.slice(name.length + 1)));

/** The store that is named by MONGODB_URI, or by the file of MONGODB_URI_FILE. */
function givenStore(): string | undefined {
  const { MONGODB_URI: uri, MONGODB_URI_FILE: file } = process.env;
  return (uri || file) && readSettings(STORED, process.env).mongoUri;
}

/**
 * Starts Kafka and the store (unless MONGODB_URI and KAFKA_BROKERS name real ones) and every service, and waits until
 * the gateway and all services are ready.
 * @throws Error with one sentence for a person
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { dataDir, onProgress = () => {}, prefix = process.env['CUPS_PREFIX'] ?? '' } = options;
  const root = join(import.meta.dirname, '..');
  const given = { mongo: givenStore(), kafka: process.env['KAFKA_BROKERS'] };
  const parts = [...(given.kafka ? [] : (['kafka'] as const)), ...(given.mongo ? [] : (['store'] as const))];
  if (parts.length > 0) claimShape(dataDir, root);
  const logs = join(dataDir, 'logs');
  const keysDir = join(dataDir, 'keys');
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  chmodSync(logs, 0o700);

  const children = new Map<string, ChildProcess>();
  let stopping = false;
  let started = false;
  const local =
    parts.length > 0
      ? await startLocal({
          dataDir,
          parts,
          onProgress,
          onExit: (part, code) => {
            if (started && !stopping) options.onExit?.(part, code);
          },
        })
      : undefined;

  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    // From the face inwards, so that nobody's neighbour goes first.
    for (const group of [
      ['gateway', 'agency-simulator'],
      ['intake', 'agency-bridge', 'notifications'],
      ['catalog', 'identity'],
    ] as const) {
      const ours = [...children.keys()].filter((label) => group.some((name) => isCopyOf(label, name)));
      await Promise.all(ours.map((label) => end(label)));
    }
    await local?.stop();
  };

  async function end(label: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = children.get(label);
    children.delete(label);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((done) => child.once('exit', () => done()));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 22_000);
    await gone;
    clearTimeout(late);
  }

  try {
    const mongoUri = given.mongo ?? local!.mongoUri;
    const kafkaBrokers = given.kafka ?? local!.kafkaBrokers;
    makeKeys(keysDir, ['catalog', 'identity', 'intake', 'agency-bridge', 'notifications', 'gateway']);
    const requestSecret = join(keysDir, 'intake.secret');
    if (!existsSync(requestSecret)) {
      writeFileSync(requestSecret, randomBytes(32).toString('base64url'), { mode: 0o600 });
    }
    const ports = new Map<string, { grpc: number; http: number }>();
    const choosePorts = async (label: string): Promise<void> => {
      if (!ports.has(label)) ports.set(label, { grpc: await freePort(), http: await freePort() });
    };
    await Promise.all(SERVICES.map(choosePorts));
    const portOf = (label: string, kind: 'grpc' | 'http') => ports.get(label)![kind];
    const gatewayPort = options.port || portOf('gateway', 'grpc');
    if (!(await isFree(gatewayPort))) throw new Error(`Port ${gatewayPort} is taken: choose another with --port.`);
    const url = `http://127.0.0.1:${gatewayPort}`;

    const start = async (name: ServiceName, copy = 1): Promise<void> => {
      const label = labelOf(name, copy);
      await choosePorts(label);
      const log = openSync(join(logs, `${label}.log`), 'a');
      const address = (of: ServiceName) => `127.0.0.1:${portOf(of, 'grpc')}`;
      const child = spawn(
        join(root, 'node_modules/.bin/node'),
        [
          '--disable-warning=ExperimentalWarning',
          '--max-semi-space-size=8',
          '--max-old-space-size=192',
          join(root, 'apps', name, 'src/main.ts'),
        ],
        {
          cwd: root,
          // A group of its own: Ctrl-C is ours to pass on, in order. The channel ends it should we be killed.
          detached: true,
          stdio: ['ignore', log, log, 'ipc'],
          env: {
            ...process.env,
            ...(process.env['MONGODB_URI_FILE'] ? {} : { MONGODB_URI: mongoUri }),
            KAFKA_BROKERS: kafkaBrokers,
            CUPS_PREFIX: prefix,
            CUPS_ENV: 'development',
            CUPS_IDENTITY_PROVIDERS: 'local',
            CUPS_KEYS: keysDir,
            CUPS_DATA: join(root, 'data'),
            CUPS_STATE: dataDir,
            // Compiled code is kept between starts: quicker to serve, and some 25 MiB a process less.
            NODE_COMPILE_CACHE: join(root, '.cups', 'compile-cache'),
            ...(name === 'intake' ? { REQUEST_SECRET_FILE: requestSecret } : {}),
            GRPC_PORT: String(portOf(label, 'grpc')),
            HTTP_PORT: String(portOf(label, 'http')),
            GATEWAY_PORT: String(copy === 1 ? gatewayPort : portOf(label, 'grpc')),
            PUBLIC_ORIGIN: url,
            CATALOG_ADDRESS: address('catalog'),
            IDENTITY_ADDRESS: address('identity'),
            INTAKE_ADDRESS: address('intake'),
            AGENCY_BRIDGE_ADDRESS: address('agency-bridge'),
            NOTIFICATIONS_ADDRESS: address('notifications'),
            SIMULATOR_BEHAVIOUR: 'demo',
            SIMULATOR_DELAY_MS: '250',
            LOG_LEVEL: 'info',
            ...options.env,
            ...options.envOf?.[name],
          },
        },
      );
      children.set(label, child);
      child.on('exit', (code) => {
        if (children.get(label) !== child) return;
        children.delete(label);
        if (started && !stopping) options.onExit?.(label, code);
      });
      await ready(label, child);
    };

    const ready = async (label: string, child: ChildProcess): Promise<void> => {
      const end_ = performance.now() + 60_000;
      for (;;) {
        if (options.signal?.aborted) throw new Error('stopped while starting');
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`${label} did not start: see ${relative(root, join(logs, `${label}.log`))}`);
        }
        const answer = await fetch(`http://127.0.0.1:${portOf(label, 'http')}/readyz`).catch(() => undefined);
        await answer?.body?.cancel();
        if (answer?.ok) return;
        if (performance.now() > end_)
          throw new Error(`${label} is not ready after 60 s: see ${relative(root, join(logs, `${label}.log`))}`);
        await new Promise((done) => setTimeout(done, 100));
      }
    };

    await ensureTopics({ brokers: kafkaBrokers.split(','), prefix, partitions: 3, agencies: AGENCIES });
    onProgress('topics are there; starting the services');
    await Promise.all(SERVICES.map((name) => start(name)));
    started = true;
    onProgress(`${SERVICES.length} services are ready`);

    return {
      url,
      logs: relative(root, logs),
      mongoUri,
      kafkaBrokers,
      prefix,
      local,
      pids: () => ({
        ...(local ? local.pids : {}),
        ...Object.fromEntries([...children].map(([label, child]) => [label, child.pid ?? 0])),
      }),
      operations: (name, copy) => `http://127.0.0.1:${portOf(labelOf(name, copy), 'http')}`,
      async isEmpty() {
        const connection = await mongoose.createConnection(mongoUri, { dbName: `${prefix}cups-intake` }).asPromise();
        try {
          return (await connection.collection('applications').findOne({}, { projection: { _id: 1 } })) === null;
        } finally {
          await connection.close();
        }
      },
      kill: (name, copy) => end(labelOf(name, copy), 'SIGKILL'),
      end: (name, copy) => end(labelOf(name, copy)),
      start,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
