import { isIPv6 } from 'node:net';
import type { DataVersions, Log, Metrics } from '@cups/contracts';
import { createEnumValidator, loadService } from '@cups/contracts/proto';
import type { RpcsOf } from '@cups/contracts/proto';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import type { handleUnaryCall, ServiceDefinition, UntypedServiceImplementation } from '@grpc/grpc-js';
import { validateAccessTable } from './access.ts';
import type { AccessRow, AccessTable } from './access.ts';
import { handleCall } from './handle-call.ts';
import type { ServerContext, RegisteredMethod } from './handle-call.ts';
import type { Context } from './context.ts';
import { createHealth } from './health.ts';
import { createCallCounter } from './metrics.ts';
import { callerFromCertificate } from './peer-certificate.ts';
import type { Tls } from './tls.ts';
import type { Keys } from './tokens.ts';

/** One async method per RPC of a generated definition. */
export type Rpcs<Definition> = RpcsOf<Definition, Context>;

/** One gRPC service to serve: its loaded definition, its methods, and who may call them. */
export interface ServiceRegistration<Definition> {
  definition: Definition;
  rpcs: Rpcs<Definition>;
  access: AccessTable<Definition>;
}

/** What all services of one server share. */
export interface ServerOptions {
  /** Who we are, for logs. */
  name: string;
  keys: Keys;
  /**
   * With it a caller must show a certificate, and its token must be that of the service that the certificate names; without it
   * everything travels readable.
   */
  tls?: Pick<Tls, 'server'> | undefined;
  /** What is known here of data files: callers are told, and what they tell is taken in. */
  versions?: DataVersions | undefined;
  /** 0 takes a free one. */
  port: number;
  /** An IP address. @default '127.0.0.1' */
  host?: string;
  log: Log;
  metrics: Metrics;
  /**
   * Calls beyond it are refused at once with OVERLOADED. Methods that services call for themselves (tenancy `service`) have
   * as many places of their own, so that busy desks do not starve them. @default 64
   */
  maxInFlight?: number | undefined;
  /** A call without a deadline is refused: deadlines travel from hop to hop. @default true */
  requireDeadline?: boolean;
  /** @default 256 KiB */
  maxRequestBytes?: number;
  /** After about this long a client must connect again, so that new replicas get work. @default 30 s */
  maxConnectionAgeMs?: number;
}

/** A running server. */
export interface GrpcServer {
  port: number;
  /** What the health service says; NOT_SERVING until the first call. */
  setServing(serving: boolean): void;
  /** The health service follows `ready` (a look every 250 ms), until `setServing` or `drain`. */
  serveWhile(ready: () => boolean): void;
  /** NOT_SERVING, no new calls, and waits for the running ones; after `timeoutMs` (default 15 s) they are cut off. */
  drain(timeoutMs?: number): Promise<void>;
  /** Running calls. */
  inFlight(): number;
}

/**
 * Serves one gRPC service (or several, by `more`) and the health service. Each call passes, in this order: admission, deadline,
 * the caller's token (and
 * that it is the token of whoever holds the certificate), the session, the access row; then the handler. One log line, one count and one duration per call.
 * @throws Error when a method has no access row or no handler, or the port is taken
 */
export async function serveGrpc<Definition extends object>(
  options: ServerOptions & ServiceRegistration<Definition> & { additionalServices?: ServiceRegistration<never>[] },
): Promise<GrpcServer> {
  const server = new Server({
    'grpc.max_receive_message_length': options.maxRequestBytes ?? 256 * 1024,
    'grpc.max_connection_age_ms': options.maxConnectionAgeMs ?? 30_000,
    'grpc.max_connection_age_grace_ms': 30_000,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
  const context = createServerContext(options);
  const running = () => context.inFlight.desk + context.inFlight.service;
  const health = createHealth();
  for (const registration of [options, ...(options.additionalServices ?? [])] as ServiceRegistration<
    Record<string, never>
  >[]) {
    health.add(registerService(server, context, registration));
  }
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
      if (isCutOff) options.log.warn({ event: 'calls-cut-off', count: running() });
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

/** Takes no new calls and waits for the running ones. @returns whether they were cut off, because they took longer */
function shutDown(server: Server, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => {
      server.forceShutdown();
      resolve(true);
    }, timeoutMs);
    server.tryShutdown(() => {
      clearTimeout(cut);
      resolve(false);
    });
  });
}

/** @returns the full name of the service */
function registerService(
  server: Server,
  context: ServerContext,
  registration: ServiceRegistration<Record<string, never>>,
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
    if (types.requestStream || types.responseStream) throw new Error(`${shortName}.${name} is a stream, not unary.`);
    const method: RegisteredMethod = {
      name: `${shortName}.${name}`,
      row: access[name] as AccessRow,
      rpc: rpc.bind(rpcs),
      types,
      unknownEnums: createEnumValidator(types),
    };
    bare[name] = withRawBytes(types);
    handlers[name] = (call, callback) => void handleCall(context, method, call, callback);
  }
  server.addService(bare, handlers as UntypedServiceImplementation);
  return fullName;
}

/** Bytes are read after access is decided and written where a failure is ours to answer: grpc-js would send its text. */
function withRawBytes(types: ServiceDefinition[string]): ServiceDefinition[string] {
  const same = (bytes: Buffer) => bytes;
  return { ...types, requestDeserialize: same, responseSerialize: same };
}

function createServerContext(options: ServerOptions): ServerContext {
  const { keys, tls, versions, log, metrics, maxInFlight = 64, requireDeadline = true } = options;
  const inFlight = { desk: 0, service: 0 };
  const certified = tls && callerFromCertificate;
  return {
    keys,
    certified,
    versions,
    log,
    maxInFlight,
    requireDeadline,
    inFlight,
    count: createCallCounter(metrics, inFlight),
  };
}
