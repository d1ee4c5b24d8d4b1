import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureTopics } from '@cups/events';
import { freePort, isFree, startLocal } from '@cups/local';
import type { LocalPlatform } from '@cups/local';
import { makeKeys } from '@cups/service';
import mongoose from 'mongoose';

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
const AGENCIES = ['asp', 'cnas', 'cadastru', 'mai'];

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
  /** Process ids by name, the two JVMs included. */
  pids(): Record<string, number>;
  /** The operations port of a service. */
  operations(name: ServiceName): string;
  /** True when no application was ever opened. */
  isEmpty(): Promise<boolean>;
  kill(name: ServiceName): Promise<void>;
  start(name: ServiceName): Promise<void>;
  /** SIGTERM and wait: an ordered stop. */
  end(name: ServiceName): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts Kafka and the store (unless MONGODB_URI and KAFKA_BROKERS name real ones) and every service, and waits until
 * the gateway and all services are ready.
 * @throws Error with one sentence for a person
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { dataDir, onProgress = () => {}, prefix = process.env['CUPS_PREFIX'] ?? '' } = options;
  const root = join(import.meta.dirname, '..');
  const logs = join(dataDir, 'logs');
  const keysDir = join(dataDir, 'keys');
  mkdirSync(logs, { recursive: true });

  const given = { mongo: process.env['MONGODB_URI'], kafka: process.env['KAFKA_BROKERS'] };
  const parts = [...(given.kafka ? [] : (['kafka'] as const)), ...(given.mongo ? [] : (['store'] as const))];
  const children = new Map<ServiceName, ChildProcess>();
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
      await Promise.all(group.map((name) => end(name)));
    }
    await local?.stop();
  };

  async function end(name: ServiceName, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = children.get(name);
    children.delete(name);
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
    const ports = await Promise.all(Array.from({ length: SERVICES.length * 2 }, freePort));
    const portOf = (name: ServiceName, kind: 'grpc' | 'http') =>
      ports[SERVICES.indexOf(name) * 2 + (kind === 'grpc' ? 0 : 1)]!;
    const gatewayPort = options.port || portOf('gateway', 'grpc');
    if (!(await isFree(gatewayPort))) throw new Error(`Port ${gatewayPort} is taken: choose another with --port.`);
    const url = `http://127.0.0.1:${gatewayPort}`;

    const start = async (name: ServiceName): Promise<void> => {
      const log = openSync(join(logs, `${name}.log`), 'a');
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
            MONGODB_URI: mongoUri,
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
            GRPC_PORT: String(portOf(name, 'grpc')),
            HTTP_PORT: String(portOf(name, 'http')),
            GATEWAY_PORT: String(gatewayPort),
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
      children.set(name, child);
      child.on('exit', (code) => {
        if (children.get(name) !== child) return;
        children.delete(name);
        if (started && !stopping) options.onExit?.(name, code);
      });
      await ready(name, child);
    };

    const ready = async (name: ServiceName, child: ChildProcess): Promise<void> => {
      const end_ = performance.now() + 60_000;
      for (;;) {
        if (options.signal?.aborted) throw new Error('stopped while starting');
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`${name} did not start: see ${relative(root, join(logs, `${name}.log`))}`);
        }
        const answer = await fetch(`http://127.0.0.1:${portOf(name, 'http')}/readyz`).catch(() => undefined);
        await answer?.body?.cancel();
        if (answer?.ok) return;
        if (performance.now() > end_)
          throw new Error(`${name} is not ready after 60 s: see ${relative(root, join(logs, `${name}.log`))}`);
        await new Promise((done) => setTimeout(done, 100));
      }
    };

    await ensureTopics({ brokers: kafkaBrokers.split(','), prefix, partitions: 3, agencies: AGENCIES });
    onProgress('topics are there; starting the services');
    await Promise.all(SERVICES.map(start));
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
        ...Object.fromEntries([...children].map(([name, child]) => [name, child.pid ?? 0])),
      }),
      operations: (name) => `http://127.0.0.1:${portOf(name, 'http')}`,
      async isEmpty() {
        const connection = await mongoose.createConnection(mongoUri, { dbName: `${prefix}cups-intake` }).asPromise();
        try {
          return (await connection.collection('applications').findOne({}, { projection: { _id: 1 } })) === null;
        } finally {
          await connection.close();
        }
      },
      kill: (name) => end(name, 'SIGKILL'),
      end,
      start,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
