import { randomUUID } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Log, Metrics } from '@cups/contracts';
import { requestIdOf, traceparentOf } from '@cups/contracts/node';
import { enumCheck, loadService } from '@cups/contracts/proto';
import type { RpcsOf } from '@cups/contracts/proto';
import { isProblem, Problem } from '@cups/problem';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import type {
  handleUnaryCall,
  Metadata,
  sendUnaryData,
  ServerUnaryCall,
  ServiceDefinition,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { checkTable, decideAccess } from './access.ts';
import type { AccessRow, AccessTable } from './access.ts';
import type { Context, ServiceName, Session } from './context.ts';
import { createHealth } from './health.ts';
import { problemToStatus } from './status.ts';
import type { Keys } from './tokens.ts';

/** One async method per RPC of a generated definition. */
export type Rpcs<Definition> = RpcsOf<Definition, Context>;

/** One gRPC service to serve: its loaded definition, its methods, and who may call them. */
export interface Served<Definition> {
  definition: Definition;
  rpcs: Rpcs<Definition>;
  access: AccessTable<Definition>;
}

/** What all services of one server share. */
export interface ServerOptions {
  /** Who we are, for logs. */
  name: string;
  keys: Keys;
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
  maxInFlight?: number;
  /** A call without a deadline is refused (law 12). @default true */
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

/** Whose places a call takes. */
type Pool = 'desk' | 'service';

interface Gate {
  options: ServerOptions;
  inFlight: Record<Pool, number>;
  count(method: string, code: status, reason: string | undefined, seconds: number): void;
}

/**
 * Serves one gRPC service (or several, by `more`) and the health service. Each call passes, in this order: admission, deadline,
 * the caller's token, the session, the access row; then the handler. One log line, one count and one duration per call.
 * @throws Error when a method has no access row or no handler, or the port is taken
 */
export async function serveGrpc<Definition extends object>(
  options: ServerOptions & Served<Definition> & { more?: Served<never>[] },
): Promise<GrpcServer> {
  const server = new Server({
    'grpc.max_receive_message_length': options.maxRequestBytes ?? 256 * 1024,
    'grpc.max_connection_age_ms': options.maxConnectionAgeMs ?? 30_000,
    'grpc.max_connection_age_grace_ms': 30_000,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
  const inFlight = { desk: 0, service: 0 };
  const gate: Gate = { options, inFlight, count: meters(options.metrics, inFlight) };
  const running = () => inFlight.desk + inFlight.service;
  const health = createHealth();
  for (const served of [options, ...(options.more ?? [])] as Served<Record<string, never>>[]) {
    health.add(addService(server, gate, served));
  }
  server.addService(loadService<ServiceDefinition>('grpc.health.v1.Health'), health.rpcs);
  const port = await new Promise<number>((resolve, reject) => {
    const { host = '127.0.0.1' } = options;
    const address = `${isIPv6(host) ? `[${host}]` : host}:${options.port}`;
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    setServing: health.setServing,
    serveWhile: health.serveWhile,
    inFlight: running,
    drain: (timeoutMs = 15_000) =>
      new Promise((resolve) => {
        health.close();
        const cut = setTimeout(() => {
          options.log.warn({ event: 'calls-cut-off', count: running() });
          server.forceShutdown();
          resolve();
        }, timeoutMs);
        server.tryShutdown(() => {
          clearTimeout(cut);
          resolve();
        });
      }),
  };
}

/** @returns the full name of the service */
function addService(server: Server, gate: Gate, served: Served<Record<string, never>>): string {
  const definition = served.definition as unknown as ServiceDefinition;
  const access = served.access as Record<string, AccessRow>;
  const rpcs = served.rpcs as unknown as Record<string, Handler>;
  const methods = Object.keys(definition);
  const fullName = (Object.values(definition)[0]?.path ?? '').split('/')[1] ?? '';
  const shortName = fullName.split('.').at(-1) ?? '';
  checkTable(shortName, methods, access);
  const bare: Record<string, ServiceDefinition[string]> = {};
  const handlers: Record<string, handleUnaryCall<Buffer, Buffer>> = {};
  for (const method of methods) {
    const rpc = rpcs[method];
    if (typeof rpc !== 'function') throw new Error(`${shortName}.${method} has no handler.`);
    const types = definition[method] as ServiceDefinition[string];
    if (types.requestStream || types.responseStream) throw new Error(`${shortName}.${method} is a stream, not unary.`);
    // Bytes are read after access is decided and written where a failure is ours to answer: grpc-js would send its text.
    bare[method] = {
      ...types,
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: (bytes: Buffer) => bytes,
    };
    const one: Method = {
      name: `${shortName}.${method}`,
      row: access[method] as AccessRow,
      rpc: rpc.bind(rpcs),
      types,
      unknownEnums: enumCheck(types),
    };
    handlers[method] = (call, callback) => void answer(gate, one, call, callback);
  }
  server.addService(bare, handlers as UntypedServiceImplementation);
  return fullName;
}

type Handler = (request: unknown, context: Context) => Promise<unknown>;
type Call = ServerUnaryCall<Buffer, Buffer>;

interface Method {
  name: string;
  row: AccessRow;
  rpc: Handler;
  types: ServiceDefinition[string];
  unknownEnums: (request: object) => string[];
}

async function answer(gate: Gate, served: Method, call: Call, callback: sendUnaryData<Buffer>): Promise<void> {
  const { name: method, row } = served;
  const started = performance.now();
  const requestId = requestIdOf(text(call.metadata, 'x-request-id'));
  const { log } = gate.options;
  let caller: ServiceName | undefined;
  let session: Session | undefined;
  let code = status.OK;
  let reason: string | undefined;
  let errorId: string | undefined;
  const pool: Pool = row.tenancy === 'service' ? 'service' : 'desk';
  gate.inFlight[pool]++;
  try {
    admit(gate, pool, call);
    const token = bearer(call.metadata);
    if (!token) throw new Problem({ reason: 'TOKEN_INVALID', message: 'The call carries no service token.' });
    caller = await gate.options.keys.verifyService(token);
    const sessionToken = text(call.metadata, 'x-cups-session');
    if (sessionToken) session = await gate.options.keys.verifySession(sessionToken);
    decideAccess(row, caller, session);
    let looks = 0;
    const context = contextOf(call, { requestId, caller, session, sessionToken, method, log });
    context.look = (resource) => {
      looks++;
      log.info({ event: 'personal-data-read', method, requestId, caller, operator: session?.operator, resource });
    };
    const response = await served.rpc(parse(served, call.request), context);
    const bytes = served.types.responseSerialize(response);
    if (row.personalData && looks === 0) {
      log.info({ event: 'personal-data-read', method, requestId, caller, operator: session?.operator });
    }
    callback(null, bytes);
  } catch (error) {
    const problem = isProblem(error) ? error : internal(log, method, requestId, error);
    const answered = problemToStatus(problem);
    ({ code } = answered);
    ({ reason } = problem);
    ({ errorId } = problem.metadata);
    callback(answered);
  } finally {
    gate.inFlight[pool]--;
    // The status that the caller really saw, when it gave up or its time ran out meanwhile.
    if (call.cancelled) code = isLate(call) ? status.DEADLINE_EXCEEDED : status.CANCELLED;
    const ms = performance.now() - started;
    gate.count(method, code, reason, ms / 1000);
    const operator = session?.operator;
    const line = { event: 'request', method, requestId, caller, operator, code: status[code], reason, errorId };
    log[code === status.INTERNAL ? 'error' : 'info']({ ...line, durationMs: Math.round(ms * 100) / 100 });
  }
}

function parse({ types, unknownEnums }: Method, bytes: Buffer): unknown {
  let request: object;
  try {
    request = types.requestDeserialize(bytes) as object;
  } catch {
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The request is no such message.' });
  }
  const violations = unknownEnums(request).map((field) => ({ field, rule: 'UNKNOWN', message: 'No such value.' }));
  if (violations.length === 0) return request;
  throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The request holds values that do not exist.', violations });
}

function admit(gate: Gate, pool: Pool, call: Call): void {
  const { maxInFlight = 64, requireDeadline = true } = gate.options;
  if (gate.inFlight[pool] > maxInFlight) {
    // Spread out, so that those who were refused together do not come back together.
    const retryAfterMs = 50 + Math.floor(Math.random() * 150);
    throw new Problem({ reason: 'OVERLOADED', message: 'Too many calls at once.', retryAfterMs });
  }
  if (requireDeadline && deadlineOf(call) === Infinity) {
    throw new Problem({ reason: 'DEADLINE_MISSING', message: 'The call has no deadline.' });
  }
}

function internal(log: Log, method: string, requestId: string, error: unknown): Problem {
  const errorId = randomUUID();
  log.error({ event: 'unexpected-error', method, requestId, errorId, error });
  return new Problem({ reason: 'INTERNAL', message: 'Internal error.', metadata: { errorId } });
}

function contextOf(
  call: Call,
  known: {
    requestId: string;
    caller: ServiceName;
    session: Session | undefined;
    sessionToken: string | undefined;
    method: string;
    log: Log;
  },
): Context {
  let signal: AbortSignal | undefined;
  let log: Log | undefined;
  const { requestId, caller, session, sessionToken, method } = known;
  const ms = deadlineOf(call);
  return {
    requestId,
    caller,
    method,
    ...(session && { session }),
    ...(sessionToken && { sessionToken }),
    // Date has no Infinity; the last one it has will do.
    deadline: new Date(Math.min(ms, 8.64e15)),
    traceparent: traceparentOf(text(call.metadata, 'traceparent')),
    look: () => undefined,
    // Both are made only for those who ask: most calls do not.
    get signal() {
      if (!signal) {
        const controller = new AbortController();
        signal = controller.signal;
        if (call.cancelled) controller.abort();
        else call.once('cancelled', () => controller.abort());
      }
      return signal;
    },
    get log() {
      return (log ??= known.log.child({ requestId, method, caller, operator: session?.operator }));
    },
  };
}

function deadlineOf(call: Call): number {
  const deadline = call.getDeadline();
  return typeof deadline === 'number' ? deadline : deadline.getTime();
}

function isLate(call: Call): boolean {
  return deadlineOf(call) <= Date.now();
}

function text(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function bearer(metadata: Metadata): string | undefined {
  const value = text(metadata, 'authorization');
  return value?.startsWith('Bearer ') ? value.slice('Bearer '.length) : undefined;
}

function meters(metrics: Metrics, inFlight: Record<Pool, number>): Gate['count'] {
  const requests = metrics.counter('grpc_server_requests_total', 'Answered calls.', ['method', 'code', 'reason']);
  const seconds = metrics.histogram('grpc_server_request_seconds', 'Time to answer a call.', ['method']);
  metrics.gauge('grpc_server_in_flight', 'Calls that are running, by whose places they take.', ['pool'], (gauge) => {
    for (const pool of ['desk', 'service'] as const) gauge.set({ pool }, inFlight[pool]);
  });
  const bound = new Map<string, { inc(): void }>();
  const durations = new Map<string, { observe(value: number): void }>();
  return (method, code, reason = '', took) => {
    const key = `${method} ${code} ${reason}`;
    let counter = bound.get(key);
    if (!counter) bound.set(key, (counter = requests.labels(method, status[code], reason)));
    counter.inc();
    let duration = durations.get(method);
    if (!duration) durations.set(method, (duration = seconds.labels(method)));
    duration.observe(took);
  };
}
