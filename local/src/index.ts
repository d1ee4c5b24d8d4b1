import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { JavaProcess } from './java-process.ts';
import { CONTROLLER_USER, startKafka } from './kafka.ts';
import { recordChildren, releaseLock, findRunningOwner, acquireLock } from './lock.ts';
import { resolveAddresses, choosePorts, LOOPBACK, type Addresses, type PortName } from './ports.ts';
import { openSecurity, type PlatformSecurity } from './security.ts';
import { startStore } from './store.ts';

export { createOnce } from './java-parts.ts';
export { prepareKafkaClassPath } from './kafka.ts';
export { findFreePort, isPortFree } from './ports.ts';
export { identifyProcess, isStillRunning } from './process-identity.ts';
export type { ProcessIdentity } from './process-identity.ts';
export { createTopicsAndWait } from './topics.ts';

export type LocalPart = 'kafka' | 'store';

/** As in `k8s/kafka/kafka.yaml`. */
const MAX_SESSION_MS = 300_000;

export interface LocalOptions {
  /** Folder of all data, created if absent. One process at a time. */
  dataDir: string;
  /** Parts to start. Default: both. */
  parts?: readonly LocalPart[];
  /** Ports. Default: the previous ones of this data folder, otherwise free ones. */
  kafkaPort?: number;
  storePort?: number;
  /** Port of Kafka's controller, on the loopback address. */
  controllerPort?: number;
  /**
   * Address to listen on. Default `127.0.0.1`; `0.0.0.0` for all addresses, as pods of a cluster on this machine
   * need.
   */
  host?: string;
  /** Address or name for clients, which Kafka advertises. Default: `host`, or `127.0.0.1` for `0.0.0.0`. */
  advertisedHost?: string;
  /**
   * Whether the parts end with this process, however it ends. Default true; otherwise only `stop` or a signal ends
   * them.
   */
  endsWithParent?: boolean;
  /**
   * Whether both parts only speak TLS, with a certificate from the JDK's `keytool`. Kafka clients sign in
   * (SCRAM-SHA-512) and need ACLs; at first there is only `secure.admin`, with all rights. A data folder from
   * unsecured operation lacks this user, which `secure.controller` can create.
   */
  secure?: boolean;
  /** Whether `secure` includes the store. Default true. */
  secureStore?: boolean;
  /** Passwords of users that a secure Kafka has from its first start, by name. They have no rights at first. */
  users?: Readonly<Record<string, string>>;
  /** Time after which a client of a secure Kafka must sign in again, ms. Default 5 minutes. */
  maxSessionMs?: number;
  /** Partitions of a topic created without a number. Default 3. */
  partitions?: number;
  /** Whether Kafka syncs to disk before it acknowledges. Default true; false only to measure the cost. */
  flush?: boolean;
  /** Called with each progress line. */
  onProgress?: (line: string) => void;
  /** Called when a part ends unexpectedly. */
  onExit?: (part: LocalPart, code: number | null, signal: string | null) => void;
}

/** Certificates and credentials for clients of secure parts. */
export interface ClientSecurity {
  /** File of the certificate to trust (PEM); readable by its owner only, like all of the data folder. */
  readonly caFile: string;
  /** The Kafka user with all rights; its password is also in the file. */
  readonly admin: { readonly username: string; readonly password: string; readonly passwordFile: string };
  /** Kafka's controller on the loopback address, without TLS (SASL PLAIN), for the case that Kafka lacks `admin`. */
  readonly controller: { readonly address: string; readonly username: string; readonly password: string };
  /** Certificate with key (PKCS12) for other servers beside the parts, and its password. */
  readonly server: { readonly keyFile: string; readonly keyPassword: string };
}

export interface LocalPlatform {
  /** URI without a database, with `tls=true` if secure; empty without the store. */
  readonly mongoUri: string;
  /** Comma-separated brokers; empty without Kafka. */
  readonly kafkaBrokers: string;
  /** Access data for clients, with `secure`. */
  readonly secure: ClientSecurity | undefined;
  /** Current process IDs; 0 for a part that does not run. */
  readonly pids: { readonly kafka: number; readonly store: number };
  /** Stops both parts in order and releases the data folder. Idempotent. */
  stop(): Promise<void>;
  /** For tests: `kill -9`, without a call of `onExit`. */
  killKafka(): Promise<void>;
  killStore(): Promise<void>;
  /** Stops a running part in order, starts it with the same port and data, and waits until it serves. */
  restartKafka(): Promise<void>;
  restartStore(): Promise<void>;
}

/**
 * Starts the embedded Apache Kafka and the MongoDB-compatible store and waits until they serve. The first run
 * downloads their jars.
 * @throws Error, one sentence: missing JDK or Maven, port or data folder in use, or a part that did not start
 */
export async function startLocal(options: LocalOptions): Promise<LocalPlatform> {
  const dataDir = resolve(options.dataDir);
  await mkdir(dataDir, { recursive: true });
  await acquireLock(dataDir, (line) => options.onProgress?.(line));
  const platform = new RunningPlatform(dataDir, options);
  try {
    await platform.start();
  } catch (error) {
    await platform.stop();
    throw error;
  }
  return platform;
}

/** Returns the process ID that uses a data folder, if any. */
export async function findRunningProcess(dataDir: string): Promise<number | undefined> {
  return (await findRunningOwner(resolve(dataDir)))?.pid;
}

/** The parts of a locked data folder. */
class RunningPlatform implements LocalPlatform {
  readonly #dataDir: string;
  readonly #options: LocalOptions;
  readonly #parts: readonly LocalPart[];
  readonly #addresses: Addresses;
  readonly #children = new Map<LocalPart, JavaProcess>();
  /** Process IDs of children that were started, also of those that do not serve yet. */
  readonly #spawned = { kafka: 0, store: 0 };
  #ports: Record<PortName, number> = { kafka: 0, controller: 0, store: 0 };
  #secure: PlatformSecurity | undefined;
  #stopped: Promise<void> | undefined;

  constructor(dataDir: string, options: LocalOptions) {
    this.#dataDir = dataDir;
    this.#options = options;
    this.#parts = options.parts ?? ['kafka', 'store'];
    this.#addresses = resolveAddresses(options);
  }

  get mongoUri(): string {
    if (!this.#parts.includes('store')) return '';
    const { advertisedHost } = this.#addresses;
    return `mongodb://${advertisedHost}:${this.#ports.store}${this.#storeSecure ? '/?tls=true' : ''}`;
  }

  get #storeSecure(): PlatformSecurity | undefined {
    return this.#options.secureStore === false ? undefined : this.#secure;
  }

  get kafkaBrokers(): string {
    return this.#parts.includes('kafka') ? `${this.#addresses.advertisedHost}:${this.#ports.kafka}` : '';
  }

  get secure(): ClientSecurity | undefined {
    if (!this.#secure) return undefined;
    const { caFile, admin, keyFile, keyPassword, controllerPassword } = this.#secure;
    const address = `${LOOPBACK}:${this.#ports.controller}`;
    const controller = { address, username: CONTROLLER_USER, password: controllerPassword };
    return { caFile, admin, controller, server: { keyFile, keyPassword } };
  }

  get pids(): { kafka: number; store: number } {
    return { kafka: this.#pid('kafka'), store: this.#pid('store') };
  }

  /** Chooses the ports and starts the parts concurrently. If one fails, the others keep running. */
  async start(): Promise<void> {
    const { kafkaPort, controllerPort, storePort } = this.#options;
    const wanted: Partial<Record<PortName, number>> = {};
    if (kafkaPort) wanted.kafka = kafkaPort;
    if (controllerPort) wanted.controller = controllerPort;
    if (storePort) wanted.store = storePort;
    this.#ports = await choosePorts(this.#dataDir, wanted, this.#parts.flatMap(portsOf), this.#addresses.host);
    if (this.#options.secure) this.#secure = await openSecurity(this.#dataDir, this.#addresses.advertisedHost);
    const results = await Promise.allSettled(this.#parts.map((part) => this.#start(part)));
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  }

  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  killKafka(): Promise<void> {
    return this.#end('kafka', 'kill');
  }

  killStore(): Promise<void> {
    return this.#end('store', 'kill');
  }

  restartKafka(): Promise<void> {
    return this.#restart('kafka');
  }

  restartStore(): Promise<void> {
    return this.#restart('store');
  }

  async #start(part: LocalPart): Promise<void> {
    const startedAt = Date.now();
    const child = await this.#startChild(part);
    this.#children.set(part, child);
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    this.#reportProgress(
      `${part}: serving on ${this.#addresses.advertisedHost}:${this.#ports[part]} after ${seconds} s`,
    );
  }

  #startChild(part: LocalPart): Promise<JavaProcess> {
    const dataDir = this.#dataDir;
    const { kafka, controller, store } = this.#ports;
    const onProgress = (line: string) => this.#reportProgress(line);
    const onEnd = (code: number | null, signal: string | null): void => {
      // Intentionally ended children are already removed.
      if (this.#children.delete(part)) this.#options.onExit?.(part, code, signal);
    };
    const { host, advertisedHost } = this.#addresses;
    const { partitions = 3, endsWithParent = true, maxSessionMs = MAX_SESSION_MS, users, flush = true } = this.#options;
    const onSpawn = (pid: number): void => this.#recordChild(part, pid);
    const shared = { dataDir, host, endsWithParent, onSpawn };
    if (part === 'store') {
      return startStore(Object.assign(shared, { port: store, secure: this.#storeSecure }), onProgress, onEnd);
    }
    const options = {
      secure: this.#secure,
      advertisedHost,
      port: kafka,
      controllerPort: controller,
      partitions,
      maxSessionMs,
      users,
      flush,
    };
    return startKafka(Object.assign(shared, options), onProgress, onEnd);
  }

  #recordChild(part: LocalPart, pid: number): void {
    this.#spawned[part] = pid;
    recordChildren(this.#dataDir, this.#spawned.kafka, this.#spawned.store);
  }

  async #end(part: LocalPart, method: 'stop' | 'kill'): Promise<void> {
    const child = this.#children.get(part);
    this.#children.delete(part);
    await child?.[method]();
  }

  async #restart(part: LocalPart): Promise<void> {
    await this.#end(part, 'stop');
    await this.#start(part);
  }

  async #stop(): Promise<void> {
    await Promise.all(this.#parts.map((part) => this.#end(part, 'stop')));
    await releaseLock(this.#dataDir);
  }

  #pid(part: LocalPart): number {
    return this.#children.get(part)?.pid ?? 0;
  }

  #reportProgress(line: string): void {
    this.#options.onProgress?.(line);
  }
}

function portsOf(part: LocalPart): PortName[] {
  return part === 'kafka' ? ['kafka', 'controller'] : ['store'];
}
