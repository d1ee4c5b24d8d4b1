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

/** As `k8s/kafka/kafka.yaml` has it. */
const MAX_SESSION_MS = 300_000;

export interface LocalOptions {
  /** Folder of all data, made when absent. One process at a time. */
  dataDir: string;
  /** What to start. Default: both. */
  parts?: readonly LocalPart[];
  /** Ports. Default: the ones this data folder had before, else free ones. */
  kafkaPort?: number;
  storePort?: number;
  /** Port of Kafka's controller, which only this machine reaches. */
  controllerPort?: number;
  /** Address to listen on. Default `127.0.0.1`; `0.0.0.0` for all of this machine, as pods of a cluster on it need. */
  host?: string;
  /** Address or name that clients use, and that Kafka tells them. Default: `host`, or `127.0.0.1` for `0.0.0.0`. */
  advertisedHost?: string;
  /** Whether the parts end when this process ends, however it ends. Default yes; if not, only `stop` or a signal ends them. */
  endsWithParent?: boolean;
  /**
   * Both parts speak TLS alone, with a certificate that is made with the JDK's `keytool`. Clients of Kafka sign in
   * (SCRAM-SHA-512) and may do what they were given (ACLs): at first there is nobody but `secure.admin`, who may do
   * everything. A data folder that was made without it has no such user: whoever opens `secure.controller` makes it.
   */
  secure?: boolean;
  /** Whether the store is among the secure parts. Default yes. */
  secureStore?: boolean;
  /** Passwords of users whom a secure Kafka knows from its first start on, by name; they may do nothing until they are given rights. */
  users?: Readonly<Record<string, string>>;
  /** How long a client of a secure Kafka may go on before it must sign in again (ms). Default 5 minutes. */
  maxSessionMs?: number;
  /** Partitions of a topic that is created without a number. Default 3. */
  partitions?: number;
  /** Whether Kafka acknowledges only what is on the disk. Default yes; not, to measure what that costs. */
  flush?: boolean;
  /** One line of progress, for a person. */
  onProgress?: (line: string) => void;
  /** A part has ended though nobody asked it to. */
  onExit?: (part: LocalPart, code: number | null, signal: string | null) => void;
}

/** What clients of secure parts need. */
export interface ClientSecurity {
  /** File of the certificate that they must trust (PEM); readable for its owner only, as all of the data folder. */
  readonly caFile: string;
  /** The user of Kafka that may do everything; its password stands in the file too. */
  readonly admin: { readonly username: string; readonly password: string; readonly passwordFile: string };
  /** Kafka's controller, on this machine alone, without TLS (SASL PLAIN): a way in while Kafka does not know `admin`. */
  readonly controller: { readonly address: string; readonly username: string; readonly password: string };
  /** The certificate with its key (PKCS12), for what else is to be served beside the parts, and what opens it. */
  readonly server: { readonly keyFile: string; readonly keyPassword: string };
}

export interface LocalPlatform {
  /** URI without a database, with `tls=true` when it is secure; empty when the store was not asked for. */
  readonly mongoUri: string;
  /** Comma list of brokers; empty when Kafka was not asked for. */
  readonly kafkaBrokers: string;
  /** How clients get in, when it was asked for. */
  readonly secure: ClientSecurity | undefined;
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
  await mkdir(dataDir, { recursive: true });
  await acquireLock(dataDir);
  const platform = new RunningPlatform(dataDir, options);
  try {
    await platform.start();
  } catch (error) {
    await platform.stop();
    throw error;
  }
  return platform;
}

/** The process that runs on a data folder, or undefined when none does. */
export async function findRunningProcess(dataDir: string): Promise<number | undefined> {
  return (await findRunningOwner(resolve(dataDir)))?.pid;
}

/** The parts that run on a data folder whose lock is ours. */
class RunningPlatform implements LocalPlatform {
  readonly #dataDir: string;
  readonly #options: LocalOptions;
  readonly #parts: readonly LocalPart[];
  readonly #addresses: Addresses;
  readonly #children = new Map<LocalPart, JavaProcess>();
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

  /** Chooses the ports and starts the parts, at once; those that started keep running when another does not. */
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
    const began = Date.now();
    const child = await this.#startChild(part);
    this.#children.set(part, child);
    await recordChildren(this.#dataDir, this.#pid('kafka'), this.#pid('store'));
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    this.#reportProgress(
      `${part}: serving on ${this.#addresses.advertisedHost}:${this.#ports[part]} after ${seconds} s`,
    );
  }

  #startChild(part: LocalPart): Promise<JavaProcess> {
    const dataDir = this.#dataDir;
    const { kafka, controller, store } = this.#ports;
    const onProgress = (line: string) => this.#reportProgress(line);
    const onEnd = (code: number | null, signal: string | null): void => {
      // Whom we ended ourselves is not among the children any more.
      if (this.#children.delete(part)) this.#options.onExit?.(part, code, signal);
    };
    const { host, advertisedHost } = this.#addresses;
    const { partitions = 3, endsWithParent = true, maxSessionMs = MAX_SESSION_MS, users, flush = true } = this.#options;
    const shared = { dataDir, host, endsWithParent };
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

  async #end(part: LocalPart, how: 'stop' | 'kill'): Promise<void> {
    const child = this.#children.get(part);
    this.#children.delete(part);
    await child?.[how]();
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
