import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isPortFree } from '@cups/local';
import type { LocalPlatform } from '@cups/local';
import { generateAgencyKeys, generateKeys } from '@cups/rpc';
import mongoose from 'mongoose';
import { generateAuthority, ensureCertificate } from '../cli/keys/certificates.ts';
import { openFolderKeyStore, tlsFolderPath } from '../cli/keys/folder.ts';
import { provisionAndWatch } from './provision-kafka.ts';
import { bundlePath, bundleServices, sourcePath } from './bundles.ts';
import { buildEnvironment } from './environment.ts';
import { journalSettings } from './journal-folder.ts';
import type { PlatformEnvironment } from './environment.ts';
import { startEmbeddedParts } from './parts.ts';
import { Processes } from './processes.ts';
import { isDiskFull } from './disk-space.ts';
import { ProcessRestarter } from './restarts.ts';
import { prepareTestIdp } from './test-idp.ts';
import type { TestIdp } from './test-idp.ts';
import { readExistingParts, findMissingParts, resolveConnections } from './connections.ts';
import type { PlatformConnections } from './connections.ts';
import { SERVICES, SIGNERS } from './services.ts';
import type { ServiceName } from './services.ts';
import { claimDataVersion, stampDataVersion } from './data-version.ts';
import { migrateStores } from './migrate-stores.ts';
import { agenciesIn, agenciesWithKeys } from '../cli/topics/agencies.ts';

export { agenciesIn, SERVICES };
export type { ServiceName };

/** Runs the whole platform as local processes, for `npm start`, benchmarks and end-to-end tests. */

const root = join(import.meta.dirname, '../..');

export interface PlatformOptions {
  /** Port of the gateway; 0 takes a free one. */
  port: number;
  dataDir: string;
  signal?: AbortSignal;
  onProgress?: (line: string) => void;
  /** A service or an embedded part has exited unexpectedly and will not restart. */
  onExit?: (name: string, code: number | null) => void;
  /** Whether processes that exit unexpectedly restart, at most 5 times in 10 minutes. Reported to `onProgress`. @default false */
  restart?: boolean;
  /** Whether Kafka or the store is down on purpose. The 60 s of a start count from its return. @default never */
  isHeldUp?: () => boolean;
  /** Extra environment, for all services or for one. */
  env?: Record<string, string>;
  envOf?: Partial<Record<ServiceName, Record<string, string>>>;
  prefix?: string;
  /** Whether the platform runs without TLS and without Kafka users and ACLs. @default false */
  open?: boolean;
  /** Whether services run from their sources instead of bundles, for profiles and for code that patches their packages. @default false */
  fromSources?: boolean;
  /** Whether to run the test identity provider, with SAML and OpenID Connect. @default false */
  testIdp?: boolean | IdpAddress;
  /** Running store and Kafka that have all topics. @default those of the environment, else embedded ones */
  parts?: { mongoUri: string; kafkaBrokers: string };
}

/** Test identity provider behind a TLS proxy: its own port, and its origin for browsers. */
export interface IdpAddress {
  port: number;
  url: string;
}

export interface Platform extends Pick<PlatformConnections, 'mongoUri' | 'kafkaBrokers' | 'kafkaAccess' | 'mongoTls'> {
  url: string;
  /** URL of the test identity provider, if it runs. */
  testIdp: string | undefined;
  /** Folder of the services' logs. */
  logs: string;
  prefix: string;
  local: LocalPlatform | undefined;
  /** Process IDs by name, the two JVMs included. A further copy is named `intake-2`. */
  pids(): Record<string, number>;
  /** gRPC addresses by service name. */
  addresses(): Record<string, string>;
  /** Operations address of a service. */
  operations(name: ServiceName, copy?: number): string;
  /** Whether the store has no application. */
  isEmpty(): Promise<boolean>;
  /**
   * Starts copy 1, which other services call, or a further copy, which no service calls. Copies share topics and store and have
   * their own ports.
   */
  kill(name: ServiceName, copy?: number): Promise<void>;
  start(name: ServiceName, copy?: number): Promise<void>;
  /** Sends SIGTERM and waits: a graceful stop. */
  end(name: ServiceName, copy?: number): Promise<void>;
  stop(): Promise<void>;
}

const processLabel = (name: ServiceName, copy = 1): string => (copy === 1 ? name : `${name}-${copy}`);
const isCopyOf = (label: string, name: ServiceName | 'test-idp'): boolean =>
  label === name || (label.startsWith(`${name}-`) && /^\d+$/.test(label.slice(name.length + 1)));

/**
 * Starts Kafka and the store (unless MONGODB_URI and KAFKA_BROKERS name others) and all services, and waits until they are
 * ready.
 * @throws Error, one sentence for the user
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const { dataDir, onProgress = () => {}, prefix = process.env['CUPS_PREFIX'] ?? '' } = options;
  const given = readExistingParts(options.parts);
  const parts = findMissingParts(given);
  const state = parts.length > 0 ? claimDataVersion(dataDir, root) : 'current';
  const logs = createLogsDir(dataDir);
  const exits = watchExits(options);
  const { onExit } = exits;
  const { open = false } = options;
  const embedded =
    parts.length > 0 ? await startEmbeddedParts({ dataDir, parts, open, prefix, onProgress, onExit }) : undefined;
  const { local } = embedded ?? {};
  const { signal, isHeldUp } = options;
  const entryOf = (service: string): string => findEntry(service, options);
  const processes = new Processes({ root, logs, signal, entryOf, onExit, isHeldUp });
  let stopProvisioning: (() => void) | undefined;
  const stop = async (): Promise<void> => {
    if (exits.stop()) return;
    stopProvisioning?.();
    await stopInOrder(processes);
    await local?.stop();
  };
  try {
    const { settingsOf, usersDir, ...ways } = resolveConnections(embedded?.access, given);
    const { mongoUri, kafkaBrokers, kafkaAccess: access, mongoTls } = ways;
    if (!options.parts && state !== 'new') {
      const caFile = settingsOf('intake')['MONGODB_TLS_CA_FILE'];
      await migrateStores({ mongoUri, caFile, prefix }, {}, onProgress);
      if (state === 'older') stampDataVersion(dataDir);
    }
    const data = options.env?.['REGISTRY_DIR'] ?? join(root, 'data');
    const { keysDir, requestSecret } = await createSecrets(dataDir, { open, data });
    const url = await choosePorts(processes, options.port);
    const around = { root, dataDir, keysDir, mongoUri, kafkaBrokers, prefix, url, more: options.env };
    const idp = await prepareIdp(processes, options, url);
    const envOf = withIdp(options.envOf, idp);
    const start = createStarter(processes, Object.assign(around, { settingsOf, open }), requestSecret, envOf);

    if (!options.parts) {
      stopProvisioning = await provisionAndWatch(
        { brokers: kafkaBrokers.split(','), access, prefix, data, usersDir },
        onProgress,
      );
      onProgress('topics and users exist; starting the services');
    }
    if (!options.fromSources) await bundleServices(root, signal);
    await Promise.all([startIdp(processes, idp), ...SERVICES.map((name) => start(name))]);
    await idp?.publishPeople();
    exits.begin((label) => restartProcess(label, { local, start, startIdp: () => startIdp(processes, idp) }));
    onProgress(`${SERVICES.length} services are ready`);
    return {
      url,
      testIdp: idp?.url,
      logs: relative(root, logs),
      ...ways,
      prefix,
      local,
      pids: () => Object.assign({}, local?.pids, processes.pids()),
      isEmpty: () => isEmpty(mongoUri, prefix, mongoTls),
      ...createProcessControls(processes),
      start,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Returns the file that a process runs. The test identity provider has no bundle. */
const findEntry = (name: string, { fromSources }: PlatformOptions): string =>
  fromSources || !SERVICES.some((service) => service === name) ? sourcePath(root, name) : bundlePath(root, name);

/** Handles unexpected exits. Ignores those before the start is complete and after a stop. */
function watchExits({ restart, dataDir, onExit, onProgress = () => {} }: PlatformOptions) {
  const life = { started: false, stopping: false };
  let restarts: ProcessRestarter | undefined;
  return {
    onExit(this: void, name: string, code: number | null): void {
      if (!life.started || life.stopping) return;
      if (restarts) restarts.ended(name, code === null ? 'killed' : `code ${code}`);
      else onExit?.(name, code);
    },
    /** Begins after the start. @param start starts a process by its label */
    begin(start: (label: string) => Promise<void>): void {
      life.started = true;
      if (!restart) return;
      const giveUp = (name: string) => onExit?.(name, null);
      restarts = new ProcessRestarter({
        start,
        onProgress,
        giveUp,
        now: () => performance.now(),
        isDiskFull: () => isDiskFull(dataDir),
      });
    },
    /** @returns whether it was called before */
    stop(): boolean {
      const { stopping } = life;
      life.stopping = true;
      restarts?.stop();
      return stopping;
    },
  };
}

/** Restarts a process by its label: an embedded part, the identity provider, a service or a copy. */
function restartProcess(
  label: string,
  { local, start, startIdp: idp }: Pick<Platform, 'local' | 'start'> & { startIdp: () => Promise<void> },
): Promise<void> {
  if (local && label === 'kafka') return local.restartKafka();
  if (local && label === 'store') return local.restartStore();
  if (label === 'test-idp') return idp();
  const name = SERVICES.find((service) => isCopyOf(label, service))!;
  return label === name ? start(name) : start(name, Number(label.slice(name.length + 1)));
}

function createProcessControls(processes: Processes): Pick<Platform, 'addresses' | 'operations' | 'kill' | 'end'> {
  return {
    addresses: () => readAddresses(processes),
    operations: (name, copy) => `http://127.0.0.1:${processes.portsOf(processLabel(name, copy)).http}`,
    kill: (name, copy) => processes.end(processLabel(name, copy), 'SIGKILL'),
    end: (name, copy) => processes.end(processLabel(name, copy)),
  };
}

/** Returns the gRPC addresses. */
function readAddresses(processes: Processes): Record<string, string> {
  const names = SERVICES.filter((name) => name !== 'agency-simulator');
  return Object.fromEntries(names.map((name) => [name, `127.0.0.1:${processes.portsOf(name).grpc}`]));
}

function createLogsDir(dataDir: string): string {
  const logs = join(dataDir, 'logs');
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  chmodSync(logs, 0o700);
  return logs;
}

/**
 * Returns keys and secrets of this data folder, generated if missing.
 * @param options.open whether calls between services are plaintext
 * @param options.data folder of data files, with the agencies that the simulator plays
 */
async function createSecrets(
  dataDir: string,
  { open, data }: { open: boolean; data: string },
): Promise<{ keysDir: string; requestSecret: string }> {
  const keysDir = join(dataDir, 'keys');
  generateKeys(keysDir, SIGNERS);
  generateAgencyKeys(keysDir, agenciesWithKeys(data));
  const requestSecret = join(keysDir, 'intake.secret');
  if (!existsSync(requestSecret)) {
    writeFileSync(requestSecret, randomBytes(32).toString('base64url'), { mode: 0o600 });
  }
  if (!open) await createCertificates(keysDir);
  return { keysDir, requestSecret };
}

/** Issues certificates that are missing or expire soon. */
async function createCertificates(keysDir: string): Promise<void> {
  const steps = { place: openFolderKeyStore(keysDir), now: Date.now(), hurry: false };
  await generateAuthority(steps);
  await Promise.all(SIGNERS.map((service) => ensureCertificate(steps, service)));
}

/** @returns the address of the gateway */
async function choosePorts(processes: Processes, gatewayPort: number): Promise<string> {
  if (gatewayPort && !(await isPortFree(gatewayPort))) {
    throw new Error(`Port ${gatewayPort} is taken: choose another with --port.`);
  }
  await Promise.all(SERVICES.map((name) => processes.choosePorts(name)));
  const ports = processes.portsOf('gateway');
  if (gatewayPort) ports.grpc = gatewayPort;
  return `http://127.0.0.1:${ports.grpc}`;
}

/** @param inner address of the gateway; browsers may use another origin */
async function prepareIdp(
  processes: Processes,
  { testIdp, dataDir, env = {} }: PlatformOptions,
  inner: string,
): Promise<TestIdp | undefined> {
  if (!testIdp) return undefined;
  const ports = await processes.choosePorts('test-idp');
  const served = testIdp === true ? undefined : testIdp;
  if (served) ports.http = served.port;
  return prepareTestIdp({ dataDir, gateway: inner, url: env['PUBLIC_ORIGIN'] ?? inner, port: ports.http, served });
}

async function startIdp(processes: Processes, idp: TestIdp | undefined): Promise<void> {
  if (idp) await processes.start('test-idp', 'test-idp', Object.assign({}, process.env, idp.env));
}

/** Configures identity with the local provider. */
function withIdp(envOf: PlatformOptions['envOf'] = {}, idp: TestIdp | undefined): PlatformOptions['envOf'] {
  return idp ? { ...envOf, identity: { ...idp.identity, ...envOf.identity } } : envOf;
}

/** Starts a service, or a further copy, with the settings of this platform. */
function createStarter(
  processes: Processes,
  around: PlatformEnvironment & { settingsOf: (name: ServiceName) => Record<string, string>; open: boolean },
  requestSecret: string,
  envOf: PlatformOptions['envOf'] = {},
): Platform['start'] {
  const addressOf = (service: string) => `127.0.0.1:${processes.portsOf(service).grpc}`;
  return async (name, copy) => {
    const label = processLabel(name, copy);
    const ports = await processes.choosePorts(label);
    const secret = name === 'intake' ? { REQUEST_SECRET_FILE: requestSecret } : {};
    const storage = storageOf(name, around.dataDir);
    const tls = around.open ? {} : { GRPC_TLS_DIR: tlsFolderPath(around.keysDir, name) };
    const own = Object.assign(secret, storage, tls, envOf[name]);
    await processes.start(label, name, buildEnvironment(around, around.settingsOf(name), ports, addressOf, own));
  };
}

/** Returns the settings of a service that stores files. */
function storageOf(name: ServiceName, dataDir: string): Record<string, string> {
  if (name === 'documents') return { DOCUMENTS_DIR: join(dataDir, 'documents') };
  if (name === 'journal') return journalSettings(dataDir);
  return {};
}

/** Stops the gateway first and the services that it calls last. */
async function stopInOrder(processes: Processes): Promise<void> {
  for (const group of [
    ['gateway', 'agency-simulator', 'test-idp'],
    ['intake', 'agency-bridge', 'notifications'],
    ['catalog', 'identity', 'documents', 'journal'],
  ] as const) {
    const ours = processes.labels().filter((label) => group.some((name) => isCopyOf(label, name)));
    await Promise.all(ours.map((label) => processes.end(label)));
  }
}

async function isEmpty(mongoUri: string, prefix: string, tls: Platform['mongoTls']): Promise<boolean> {
  const options = Object.assign({ dbName: `${prefix}cups-intake` }, tls);
  const connection = await mongoose.createConnection(mongoUri, options).asPromise();
  try {
    return (await connection.collection('applications').findOne({}, { projection: { _id: 1 } })) === null;
  } finally {
    await connection.close();
  }
}
