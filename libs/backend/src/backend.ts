import { DataVersions } from '@cups/contracts';
import { loadService } from '@cups/contracts/proto';
import { createLog, createMetrics, createTracer, serveHttp } from '@cups/process';
import type { LogDestination, ProcessLog, ProcessMetrics, ProcessTracer, RunningService } from '@cups/process';
import { connect, openKeys, openTls, serveGrpc } from '@cups/rpc';
import type { AccessTable, Client, Keys, Rpcs, ServiceRegistration, ServiceName, Tls } from '@cups/rpc';
import { ShutdownSequence } from './shutdown-sequence.ts';
import type { ShutdownStage } from './shutdown-sequence.ts';

/** Values of `PROCESS_SETTINGS`, and the operations port. */
export interface BackendConfig {
  host: string;
  httpPort: number;
  keysDir: string;
  /** Folder of certificates; without it calls are unencrypted. */
  tlsDir?: string | undefined;
  logLevel: string;
  release: string;
  /** @default no spans */
  tracing?: { endpoint: string; ratio: number };
}

/** Replacements for tests, the same in every service. */
export interface TestOverrides {
  /** Clock of the service; tokens use real time. */
  now?: () => Date;
  /** Destination of log lines. */
  logTo?: LogDestination;
  keys?: Keys;
}

export interface BackendOptions<Config extends BackendConfig = BackendConfig> {
  name: ServiceName;
  config: Config;
  overrides?: TestOverrides;
}

/** A gRPC service and its port. */
export interface GrpcServiceOptions<Definition> {
  rpcs: Rpcs<Definition>;
  access: AccessTable<Definition>;
  /** 0 selects a free port. */
  port: number;
  /** Maximum number of concurrent calls. @default 64 */
  maxInFlight?: number | undefined;
  /** Maximum size of a request message. @default 256 KiB */
  maxRequestBytes?: number;
}

/**
 * The parts that every service shares: log, metrics, keys, clients, servers. It stops everything it opened in a fixed
 * order. Services with a store use `openStoredBackend`.
 */
export class Backend<Config extends BackendConfig = BackendConfig> {
  readonly name: ServiceName;
  readonly config: Config;
  readonly now: () => Date;
  readonly log: ProcessLog;
  readonly metrics: ProcessMetrics;
  /** Undefined without a collector. */
  readonly tracer: ProcessTracer | undefined;
  readonly keys: Keys;
  /** Known versions of data files: the service's own and those that others report. */
  readonly versions = new DataVersions();
  readonly #tls: Tls | undefined;
  readonly #readinessChecks: (() => boolean)[] = [];
  readonly #livenessChecks: (() => boolean)[] = [];
  readonly #shutdownSequence = new ShutdownSequence();
  #isStopping = false;
  #stopped: Promise<void> | undefined;

  /** @throws Error if the service's own key or certificate is unusable */
  constructor({ name, config, overrides = {} }: BackendOptions<Config>) {
    this.name = name;
    this.config = config;
    this.now = overrides.now ?? (() => new Date());
    this.metrics = createMetrics(name);
    // During an upgrade, the number of processes per release shows how many pods are replaced.
    this.metrics
      .gauge('cups_build_info', 'The running release; always 1.', ['release'])
      .set({ release: config.release }, 1);
    const dropped = this.metrics.counter(
      'log_lines_dropped_total',
      'Log lines dropped because standard output was blocked.',
    );
    const { logTo: destination } = overrides;
    this.log = createLog({ service: name, level: config.logLevel, destination, onDrop: () => dropped.inc() });
    const { log, metrics } = this;
    const { tracing, release } = config;
    this.tracer = tracing && createTracer({ service: name, release, ...tracing, log, metrics });
    this.keys = overrides.keys ?? openKeys({ dir: config.keysDir, service: name, log, metrics });
    const { tlsDir } = config;
    this.#tls = tlsDir === undefined ? undefined : openTls({ dir: tlsDir, service: name, log, metrics });
    this.onShutdown('operations', () => this.#tls?.close());
    this.onShutdown('operations', () => this.tracer?.close());
  }

  /** True from the start of the shutdown. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Adds a readiness condition; the service is ready while all conditions hold. */
  readyWhile(condition: () => boolean): void {
    this.#readinessChecks.push(condition);
  }

  /** Adds a liveness condition; the process is restarted if one fails. */
  aliveWhile(sign: () => boolean): void {
    this.#livenessChecks.push(sign);
  }

  /** Adds a shutdown step to a stage. */
  onShutdown(stage: ShutdownStage, step: () => Promise<unknown> | void): void {
    this.#shutdownSequence.add(stage, step);
  }

  /** Creates a client of an upstream service, which connects on its first call. */
  connect<Definition>(
    fullServiceName: string,
    upstream: { service: ServiceName; address: string; timeoutMs?: number },
  ): Client<Definition> {
    const { keys, versions, log, metrics, tracer } = this;
    const client = connect<Definition>(
      fullServiceName,
      Object.assign({ keys, tls: this.#tls, versions, log, metrics, tracer }, upstream),
    );
    this.onShutdown('clients', () => client.close());
    return client;
  }

  /**
   * Serves gRPC and the operations port, as the last step of a start.
   * @throws Error if a port is in use or a method lacks a handler or an access row; everything opened is closed again
   */
  async serve<Definition extends object>(
    fullServiceName: string,
    served: GrpcServiceOptions<Definition>,
  ): Promise<RunningService> {
    const { name, keys, versions, log, metrics, tracer } = this;
    const grpc = await this.shutDownOnFailure(
      serveGrpc({
        name,
        keys,
        tls: this.#tls,
        versions,
        log,
        metrics,
        tracer,
        definition: loadService<Definition>(fullServiceName),
        rpcs: served.rpcs,
        access: served.access,
        host: this.config.host,
        port: served.port,
        maxInFlight: served.maxInFlight,
        ...(served.maxRequestBytes !== undefined && { maxRequestBytes: served.maxRequestBytes }),
        additionalServices: this.additionalServices(),
      }),
    );
    // The port stays open until here: callers wait only 5 s for a successor.
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

  /** Returns services to serve on the same port. */
  protected additionalServices(): ServiceRegistration<never>[] {
    return [];
  }

  /**
   * Serves the operations port only, for a process with its own public server.
   * @throws Error if the port is in use; everything opened is closed again
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

  /** Stops once; a second call waits for the first. */
  #stop(): Promise<void> {
    this.#isStopping = true;
    return (this.#stopped ??= this.#shutdownSequence.run());
  }

  /** Awaits an opening step. Shuts down everything opened so far if it fails. */
  async shutDownOnFailure<Opened>(opening: Promise<Opened>): Promise<Opened> {
    try {
      return await opening;
    } catch (error) {
      await this.#stop().catch(() => {});
      throw error;
    }
  }
}

/** @throws Error if the service's own key or certificate is unusable */
export const openBackend = <Config extends BackendConfig>(options: BackendOptions<Config>): Backend<Config> =>
  new Backend(options);
