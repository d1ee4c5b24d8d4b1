import { isIPv6 } from 'node:net';
import type { DataVersions, Log, Metrics, Tracer } from '@cups/contracts';
import { createEnumValidator, loadService } from '@cups/contracts/proto';
import type { RpcsOf } from '@cups/contracts/proto';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { handleUnaryCall, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { validateAccessTable } from './access.ts';
import type { AccessRow, AccessTable } from './access.ts';
import { addBundleService } from './bundle/serve.ts';
import { isBundled } from './bundle/limits.ts';
import { handleCall } from './handle-call.ts';
import type { ServerContext, RegisteredMethod } from './handle-call.ts';
import type { Context } from './context.ts';
import { writeDataVersions } from './data-version-metadata.ts';
import { createHealth } from './health.ts';
import { createCallCounter } from './metrics.ts';
import { callerFromCertificate } from './peer-certificate.ts';
import type { Tls } from './tls.ts';
import type { Keys } from './tokens.ts';

/** One async method per RPC of a generated definition. */
export type Rpcs<Definition> = RpcsOf<Definition, Context>;

/** One gRPC service: its definition, handlers and access table. */
export interface ServiceRegistration<Definition> {
  definition: Definition;
  rpcs: Rpcs<Definition>;
  access: AccessTable<Definition>;
}

/** Options shared by all services of a server. */
export interface ServerOptions {
  /** Name for logs. */
  name: string;
  keys: Keys;
  /** Requires client certificates that match the tokens. Without it, traffic is unencrypted. */
  tls?: Pick<Tls, 'server'> | undefined;
  /** Known versions of data files, exchanged with callers. */
  versions?: DataVersions | undefined;
  /** 0 selects a free port. */
  port: number;
  /** An IP address. @default '127.0.0.1' */
  host?: string;
  log: Log;
  metrics: Metrics;
  /** @default no spans */
  tracer?: Tracer | undefined;
  /**
   * Maximum number of running calls; more are rejected with OVERLOADED. Methods with tenancy `service` have a pool of
   * the same size, so that busy desks do not starve services. @default 64
   */
  maxInFlight?: number | undefined;
  /** Rejects calls without a deadline: deadlines propagate through all services. @default true */
  requireDeadline?: boolean;
  /** @default 256 KiB */
  maxRequestBytes?: number;
  /** Approximate age at which clients must reconnect, so that new replicas receive load. @default 30 s */
  maxConnectionAgeMs?: number;
}

export interface GrpcServer {
  port: number;
  /** Sets the health status; NOT_SERVING until the first call. */
  setServing(serving: boolean): void;
  /** Takes the health status from `ready`, until `setServing` or `drain`; watches receive changes within 250 ms. */
  serveWhile(ready: () => boolean): void;
  /**
   * Reports NOT_SERVING, rejects new calls and waits for running ones, which are aborted after `timeoutMs` (default
   * 15 s).
   */
  drain(timeoutMs?: number): Promise<void>;
  /** Returns the number of running calls. */
  inFlight(): number;
}

/**
 * Serves a gRPC service, `additionalServices` and the health service. {@link handleCall} lists the checks of each
 * call.
 * @throws Error if a method lacks an access row or a handler, or the port is in use
 */
export async function serveGrpc<Definition extends object>(
  options: ServerOptions & ServiceRegistration<Definition> & { additionalServices?: ServiceRegistration<never>[] },
): Promise<GrpcServer> {
  const server = new Server({
    'grpc.max_receive_message_length': options.maxRequestBytes ?? 256 * 1024,
    'grpc.max_connection_age_ms': options.maxConnectionAgeMs ?? 30_000,
    // Longer than the longest call: a system of an agency may wait 30 s for a message.
    'grpc.max_connection_age_grace_ms': 60_000,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
  const context = createServerContext(options);
  const running = () => context.inFlight.desk + context.inFlight.service;
  const health = createHealth();
  const bundledMethods = new Map<string, RegisteredMethod>();
  for (const registration of [options, ...(options.additionalServices ?? [])] as ServiceRegistration<
    Record<string, never>
  >[]) {
    health.add(registerService(server, context, registration, bundledMethods));
  }
  if (bundledMethods.size > 0) addBundleService(server, context, bundledMethods);
  server.addService(loadService<ServiceDefinition>('grpc.health.v1.Health'), health.rpcs);
  const port = await listen(server, options);
  return {
    port,
    setServing: health.setServing,
    serveWhile: health.serveWhile,
    inFlight: running,
    async drain(timeoutMs = 15_000) {
      health.close();
      const isCutOff = await shutDown(server, timeoutMs);
      if (isCutOff) options.log.warn({ event: 'calls-aborted', count: running() });
    },
  };
}

/** @returns the port */
function listen(server: Server, { host = '127.0.0.1', port, tls }: ServerOptions): Promise<number> {
  const address = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, tls?.server ?? ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
}

/** Rejects new calls and waits for running ones. @returns whether the timeout aborted them */
function shutDown(server: Server, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const forceTimer = setTimeout(() => {
      server.forceShutdown();
      resolve(true);
    }, timeoutMs);
    server.tryShutdown(() => {
      clearTimeout(forceTimer);
      resolve(false);
    });
  });
}

/** @returns the full name of the service */
function registerService(
  server: Server,
  context: ServerContext,
  registration: ServiceRegistration<Record<string, never>>,
  bundledMethods: Map<string, RegisteredMethod>,
): string {
  const definition = registration.definition as unknown as ServiceDefinition;
  const access = registration.access as Record<string, AccessRow>;
  const rpcs = registration.rpcs as unknown as Record<string, RegisteredMethod['rpc']>;
  const methods = Object.keys(definition);
  const fullName = (Object.values(definition)[0]?.path ?? '').split('/')[1] ?? '';
  const shortName = fullName.split('.').at(-1) ?? '';
  validateAccessTable(shortName, methods, access);
  const bare: Record<string, ServiceDefinition[string]> = {};
  const handlers: Record<string, handleUnaryCall<Buffer, Buffer>> = {};
  for (const name of methods) {
    const rpc = rpcs[name];
    if (typeof rpc !== 'function') throw new Error(`${shortName}.${name} has no handler.`);
    const types = definition[name] as ServiceDefinition[string];
    if (types.requestStream || types.responseStream)
      throw new Error(`${shortName}.${name} is a streaming method; only unary methods are supported.`);
    const method: RegisteredMethod = {
      name: `${shortName}.${name}`,
      row: access[name] as AccessRow,
      rpc: rpc.bind(rpcs),
      types,
      unknownEnums: createEnumValidator(types),
    };
    bare[name] = withRawBytes(types);
    handlers[name] = (call, callback) =>
      void handleCall(context, method, call, (error, bytes) => {
        const trailer = writeDataVersions(context.versions, error?.metadata);
        if (error) callback(error);
        else callback(null, bytes, trailer);
      });
    if (isBundled(types)) bundledMethods.set(types.path, method);
  }
  server.addService(bare, handlers as UntypedServiceImplementation);
  return fullName;
}

/** Decodes after the access check and encodes where errors are mapped; grpc-js would send their text. */
function withRawBytes(types: ServiceDefinition[string]): ServiceDefinition[string] {
  const same = (bytes: Buffer) => bytes;
  return { ...types, requestDeserialize: same, responseSerialize: same };
}

function createServerContext(options: ServerOptions): ServerContext {
  const { keys, tls, versions, log, metrics, tracer, maxInFlight = 64, requireDeadline = true } = options;
  const inFlight = { desk: 0, service: 0 };
  const certified = tls && callerFromCertificate;
  return {
    keys,
    certified,
    versions,
    log,
    tracer,
    maxInFlight,
    requireDeadline,
    inFlight,
    count: createCallCounter(metrics, inFlight),
  };
}
