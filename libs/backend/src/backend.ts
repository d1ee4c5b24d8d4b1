import { DataVersions } from '@cups/contracts';
import { loadService } from '@cups/contracts/proto';
import { createLog, createMetrics, serveHttp } from '@cups/process';
import type { LogDestination, ProcessLog, ProcessMetrics, RunningService } from '@cups/process';
import { connect, openKeys, openTls, serveGrpc } from '@cups/rpc';
import type { AccessTable, Client, Keys, Rpcs, ServiceRegistration, ServiceName, Tls } from '@cups/rpc';
import { ShutdownSequence } from './shutdown-sequence.ts';
import type { ShutdownStage } from './shutdown-sequence.ts';

/** What `PROCESS` of the settings says, and the port of the operations. */
export interface BackendConfig {
  host: string;
  httpPort: number;
  keysDir: string;
  /** Of certificates; without it calls are plain. */
  tlsDir?: string | undefined;
  logLevel: string;
  release: string;
}

/** What a test may put in the place of the real thing, the same in every service. */
export interface TestOverrides {
  /** The clock of what the service does; tokens are as old as they really are. */
  now?: () => Date;
  /** Where log lines go. */
  logTo?: LogDestination;
  keys?: Keys;
}

export interface BackendOptions<Config extends BackendConfig = BackendConfig> {
  name: ServiceName;
  config: Config;
  overrides?: TestOverrides;
}

/** A gRPC service to serve, and where. */
export interface GrpcServiceOptions<Definition> {
  rpcs: Rpcs<Definition>;
  access: AccessTable<Definition>;
  /** 0 takes a free one. */
  port: number;
  /** Calls that are worked on at once. @default 64 */
  maxInFlight?: number | undefined;
}

/**
 * What every service of the platform is made of, introduced to each other once: log, metrics, keys, neighbours, servers. It
 * knows what was opened, and stops all of it in one order. Services with a store have `openStoredBackend`.
 */
export class Backend<Config extends BackendConfig = BackendConfig> {
  readonly name: ServiceName;
  readonly config: Config;
  readonly now: () => Date;
  readonly log: ProcessLog;
  readonly metrics: ProcessMetrics;
  readonly keys: Keys;
  /** What is known here of the contents of data files, by own reading and by what others tell with calls and answers. */
  readonly versions = new DataVersions();
  readonly #tls: Tls | undefined;
  readonly #readinessChecks: (() => boolean)[] = [];
  readonly #livenessChecks: (() => boolean)[] = [];
  readonly #shutdownSequence = new ShutdownSequence();
  #isStopping = false;
  #stopped: Promise<void> | undefined;

  /** @throws Error when the service's own key or certificate cannot be used */
  constructor({ name, config, overrides = {} }: BackendOptions<Config>) {
    this.name = name;
    this.config = config;
    this.now = overrides.now ?? (() => new Date());
    this.metrics = createMetrics(name);
    // While an upgrade runs, the number of processes by release is the number of pods that have been replaced.
    this.metrics
      .gauge('cups_build_info', 'What was built, by name; always 1.', ['release'])
      .set({ release: config.release }, 1);
    const dropped = this.metrics.counter('log_lines_dropped_total', 'Lines that nobody read in time.');
    const { logTo: destination } = overrides;
    this.log = createLog({ service: name, level: config.logLevel, destination, onDrop: () => dropped.inc() });
    const { log, metrics } = this;
    this.keys = overrides.keys ?? openKeys({ dir: config.keysDir, service: name, log, metrics });
    const { tlsDir } = config;
    this.#tls = tlsDir === undefined ? undefined : openTls({ dir: tlsDir, service: name, log, metrics });
    this.onShutdown('operations', () => this.#tls?.close());
  }

  /** From the first moment of the stop. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** The service can take work only while this is true, and what others name so. */
  readyWhile(condition: () => boolean): void {
    this.#readinessChecks.push(condition);
  }

  /** The process lives only while this is true, and what others name so: where it is not, it is to be killed. */
  aliveWhile(sign: () => boolean): void {
    this.#livenessChecks.push(sign);
  }

  /** What is to be done at the end, and when in the order of it. */
  onShutdown(stage: ShutdownStage, step: () => Promise<unknown> | void): void {
    this.#shutdownSequence.add(stage, step);
  }

  /** A client of a neighbour, connected at its first call. */
  connect<Definition>(
    fullServiceName: string,
    upstream: { service: ServiceName; address: string; timeoutMs?: number },
  ): Client<Definition> {
    const { keys, versions, log, metrics } = this;
    const client = connect<Definition>(
      fullServiceName,
      Object.assign({ keys, tls: this.#tls, versions, log, metrics }, upstream),
    );
    this.onShutdown('clients', () => client.close());
    return client;
  }

  /**
   * Serves gRPC and the operations port: the last step of a start.
   * @throws Error when a port is taken, or a method has no handler or no row in `access`; what was opened is closed again
   */
  async serve<Definition extends object>(
    fullServiceName: string,
    served: GrpcServiceOptions<Definition>,
  ): Promise<RunningService> {
    const { name, keys, versions, log, metrics } = this;
    const grpc = await this.shutDownOnFailure(
      serveGrpc({
        name,
        keys,
        tls: this.#tls,
        versions,
        log,
        metrics,
        definition: loadService<Definition>(fullServiceName),
        rpcs: served.rpcs,
        access: served.access,
        host: this.config.host,
        port: served.port,
        maxInFlight: served.maxInFlight,
        additionalServices: this.additionalServices(),
      }),
    );
    // The port closes here and not sooner: callers wait for a successor for 5 s only.
    this.onShutdown('work', () => grpc.drain());
    const running = await this.serveOperations();
    grpc.serveWhile(() => this.#isReady());
    return {
      ...running,
      grpcPort: grpc.port,
      stop() {
        grpc.setServing(false);
        return running.stop();
      },
    };
  }

  /** What is served beside the service itself. */
  protected additionalServices(): ServiceRegistration<never>[] {
    return [];
  }

  /**
   * Serves the operations port only, for a process whose public face is its own.
   * @throws Error when the port is taken; what was opened is closed again
   */
  async serveOperations(): Promise<RunningService> {
    const http = await this.shutDownOnFailure(
      serveHttp({
        host: this.config.host,
        port: this.config.httpPort,
        ready: () => this.#isReady(),
        live: () => this.#livenessChecks.every((sign) => sign()),
        metrics: this.metrics,
      }),
    );
    this.onShutdown('operations', () => http.close());
    return { httpPort: http.port, log: this.log, stop: () => this.#stop() };
  }

  #isReady(): boolean {
    return !this.#isStopping && this.#readinessChecks.every((condition) => condition());
  }

  /** A second call waits for the first. */
  #stop(): Promise<void> {
    this.#isStopping = true;
    return (this.#stopped ??= this.#shutdownSequence.run());
  }

  /** What opens, or with its failure the end of all that was opened before it. */
  async shutDownOnFailure<Opened>(opening: Promise<Opened>): Promise<Opened> {
    try {
      return await opening;
    } catch (error) {
      await this.#stop().catch(() => {});
      throw error;
    }
  }
}

/** @throws Error when the service's own key or certificate cannot be used */
export const openBackend = <Config extends BackendConfig>(options: BackendOptions<Config>): Backend<Config> =>
  new Backend(options);
