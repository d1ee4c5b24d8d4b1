import { randomUUID } from 'node:crypto';
import { runInSpan } from '@cups/contracts';
import type { Counter, DataVersions, Log, Metrics, Span, Tracer } from '@cups/contracts';
import { newTraceparent } from '@cups/contracts/node';
import { loadService } from '@cups/contracts/proto';
import type { ResponseOf, SentRequestOf } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { status } from '@grpc/grpc-js';
import type { Client as GrpcClient, Metadata, ServiceError } from '@grpc/grpc-js';
import { decideRetry, extendByWait, callEnd, computeMaxWait } from './call-retry.ts';
import type { CallBudget } from './call-retry.ts';
import { openChannel, sendOnce } from './channel.ts';
import type { AnyMethod, OutgoingCall } from './channel.ts';
import { BundleQueue } from './bundle/queue.ts';
import type { CallContext, ServiceName } from './context.ts';
import { watchAvailability, pause } from './availability.ts';
import type { Availability } from './availability.ts';
import { isTransportError, statusToProblem } from './status.ts';
import { readDataVersions, writeDataVersions } from './data-version-metadata.ts';
import type { Tls } from './tls.ts';
import type { Keys } from './tokens.ts';

/**
 * One method per RPC of a generated definition, in lowerCamelCase. Without a context the call acts for the service.
 */
export type Client<Definition> = {
  [Method in keyof Definition & string as Uncapitalize<Method>]: (
    request: SentRequestOf<Definition[Method]>,
    context?: Partial<CallContext>,
    options?: CallOptions,
  ) => Promise<ResponseOf<Definition[Method]>>;
} & { close(): void };

export interface CallOptions {
  /** Time limit of the upstream, without waits for an unavailable one. */
  timeoutMs?: number;
  /**
   * False to fail immediately if the upstream is unavailable, for responses that are not worth a wait.
   * @default true
   */
  waitForReady?: boolean;
}

export interface ConnectOptions {
  address: string;
  keys: Keys;
  /** Enables mutual TLS; without it traffic is unencrypted. */
  tls?: Pick<Tls, 'channel'> | undefined;
  /** Name of the upstream, which is the token audience and the name in its certificate. */
  service: ServiceName;
  /** @default 3000 */
  timeoutMs?: number;
  /** Known versions of data files, exchanged with the upstream. */
  versions?: DataVersions | undefined;
  log?: Log;
  metrics?: Metrics;
  /** @default no spans */
  tracer?: Tracer | undefined;
  /** Monotonic clock, ms, for tests. */
  clock?: () => number;
}

/** How long a call waits for an upstream available within the last 30 s: the duration of a restart. */
const MAX_WAIT_MS = 5000;
/** Maximum number of waits before one attempt, all within `MAX_WAIT_MS`. */
const MAX_WAITS = 3;

/**
 * Creates a client of an upstream service; connects on the first call and never throws here. Calls carry the service
 * token, the session, request ID and trace of the context, and the earlier of its deadline and now + `timeoutMs`.
 * Rejections arrive as the upstream's Problem, and an unreachable upstream as UPSTREAM_UNAVAILABLE. The client waits
 * at most 5 s for an upstream available within the last 30 s, and repeats aborted calls with the same request ID. An
 * upstream that is down for longer fails immediately.
 */
export function connect<Definition>(fullServiceName: string, options: ConnectOptions): Client<Definition> {
  const serviceClient = new ServiceClient(options);
  const client: Record<string, unknown> = { close: () => serviceClient.close() };
  for (const [name, method] of Object.entries(loadService<Record<string, AnyMethod>>(fullServiceName))) {
    client[name.charAt(0).toLowerCase() + name.slice(1)] = (
      request: object,
      context: Partial<CallContext> = {},
      callOptions: CallOptions = {},
    ) => serviceClient.call(method, request, context, callOptions);
  }
  return client as Client<Definition>;
}

/** What each attempt of a call carries. */
interface CallMetadata {
  requestId: string;
  traceparent: string;
  sessionToken: string | undefined;
  offline: string | undefined;
  signal: AbortSignal | undefined;
}

function startSpan(tracer: Tracer, { path }: AnyMethod, { traceparent }: Partial<CallContext>): Span | undefined {
  const name = path.slice(1);
  return tracer.start('client', name, { 'rpc.system.name': 'grpc', 'rpc.method': name }, traceparent);
}

class ServiceClient {
  readonly #name: ServiceName;
  readonly #keys: Keys;
  readonly #timeoutMs: number;
  readonly #channel: GrpcClient;
  readonly #availability: Availability;
  readonly #versions: DataVersions | undefined;
  readonly #bundles: BundleQueue;
  readonly #tracer: Tracer | undefined;
  readonly #retryCounter: Counter<'upstream' | 'code'> | undefined;

  constructor({
    address,
    keys,
    tls,
    service,
    timeoutMs = 3000,
    versions,
    log,
    metrics,
    tracer,
    clock,
  }: ConnectOptions) {
    this.#versions = versions;
    this.#tracer = tracer;
    this.#name = service;
    this.#keys = keys;
    this.#timeoutMs = timeoutMs;
    this.#channel = openChannel(address, service, tls);
    this.#bundles = new BundleQueue({
      channel: this.#channel,
      upstream: service,
      versions,
      metrics,
      sendAlone: (call) => this.#sendAlone(call),
    });
    const now = clock ?? (() => performance.now());
    this.#availability = watchAvailability(this.#channel, { upstream: service, clock: now, log, metrics });
    this.#retryCounter = metrics?.counter(
      'grpc_client_retries_total',
      'Calls repeated after their connection was lost.',
      ['upstream', 'code'],
    );
  }

  close(): void {
    this.#channel.close();
  }

  /** Calls in a span of its own, which covers waits and retries. */
  call(method: AnyMethod, request: object, context: Partial<CallContext>, options: CallOptions): Promise<object> {
    const span = this.#tracer && startSpan(this.#tracer, method, context);
    if (!span) return this.#callWithRetries(method, request, context, options);
    const { traceparent } = span;
    return runInSpan(span, () => this.#callWithRetries(method, request, { ...context, traceparent }, options));
  }

  async #callWithRetries(
    method: AnyMethod,
    request: object,
    context: Partial<CallContext>,
    { timeoutMs = this.#timeoutMs, waitForReady = true }: CallOptions,
  ): Promise<object> {
    const { requestId = randomUUID(), traceparent = newTraceparent(), sessionToken, offline, signal } = context;
    const callMetadata: CallMetadata = { requestId, traceparent, sessionToken, offline, signal };
    let budget: CallBudget = {
      latest: context.deadline?.getTime() ?? Infinity,
      limit: Date.now() + timeoutMs,
      remainingWaitMs: MAX_WAIT_MS,
    };
    for (let attempt = 1; ; attempt++) {
      if (this.#availability.lost()) budget = await this.#waitForUpstream(budget, waitForReady, signal);
      if (signal?.aborted) throw new Problem({ reason: 'CANCELLED', message: 'The caller cancelled the call.' });
      if (this.#availability.lost()) throw this.#unreachable(`${this.#name} is unavailable.`);
      try {
        return await this.#send(method, request, callMetadata, callEnd(budget));
      } catch (thrown) {
        const error = thrown as ServiceError;
        this.#throwUnlessRepeatable(error, { attempt, waitForReady, late: Date.now() >= callEnd(budget) }, signal);
        this.#retryCounter?.inc({ upstream: this.#name, code: status[error.code] });
        await pause(Math.random() * 100 * attempt, signal);
      }
    }
  }

  /** @returns the budget after the wait */
  async #waitForUpstream(
    budget: CallBudget,
    waitForReady: boolean,
    signal: AbortSignal | undefined,
  ): Promise<CallBudget> {
    if (!waitForReady || !this.#availability.recent()) return budget;
    let left = budget;
    // A connection may be lost again before the call resumes.
    for (let tries = 0; tries < MAX_WAITS && this.#availability.lost(); tries++) {
      const startedAt = Date.now();
      await this.#availability.untilReady(computeMaxWait(startedAt, left), signal);
      left = extendByWait(Date.now() - startedAt, left);
    }
    return left;
  }

  #send(method: AnyMethod, request: object, callMetadata: CallMetadata, deadline: number): Promise<object> {
    const authorization = `Bearer ${this.#keys.serviceToken(this.#name)}`;
    return this.#bundles.send({ method, request, authorization, deadline, ...callMetadata });
  }

  /** Sends a call as its own RPC. */
  #sendAlone({ method, request, ...call }: OutgoingCall): Promise<object> {
    const metadata = writeDataVersions(this.#versions);
    metadata.set('authorization', call.authorization);
    metadata.set('x-request-id', call.requestId);
    metadata.set('traceparent', call.traceparent);
    if (call.sessionToken) metadata.set('x-cups-session', call.sessionToken);
    if (call.offline) metadata.set('cups-offline', call.offline);
    const onTrailer = (trailer: Metadata) => readDataVersions(this.#versions, trailer);
    const { deadline, signal } = call;
    return sendOnce(this.#channel, method, request, { metadata, deadline, signal, onTrailer });
  }

  /** @throws Problem unless the call must be repeated */
  #throwUnlessRepeatable(
    error: ServiceError,
    { attempt, waitForReady, late }: { attempt: number; waitForReady: boolean; late: boolean },
    signal: AbortSignal | undefined,
  ): void {
    const aborted = signal?.aborted ?? false;
    const isTransportFailure = isTransportError(error);
    const connection = { recent: this.#availability.recent(), ready: this.#availability.ready() };
    const next = decideRetry({
      code: error.code,
      isTransportFailure,
      ...connection,
      waitForReady,
      attempt,
      late,
      aborted,
    });
    if (next === 'repeat') return;
    throw next === 'too-late' ? this.#deadlineExceeded() : this.#toProblem(error, isTransportFailure && !aborted);
  }

  #toProblem(error: ServiceError, isTransportFailure: boolean): Problem {
    if (isTransportFailure)
      return this.#unreachable(`${this.#name} returned ${status[error.code] ?? 'an unknown status'}.`);
    const problem = statusToProblem(error, this.#name);
    if (problem.reason !== 'TOKEN_INVALID' && problem.reason !== 'CALLER_MISMATCH') return problem;
    // A rejected service token is a platform fault; the operator must not sign in again.
    return this.#unreachable(`${this.#name} does not accept the token of ${this.#keys.service}.`, problem.reason);
  }

  #unreachable(message: string, cause?: string): Problem {
    const metadata: Record<string, string> = { upstream: this.#name };
    if (cause) metadata['cause'] = cause;
    return new Problem({ reason: 'UPSTREAM_UNAVAILABLE', message, metadata });
  }

  #deadlineExceeded(): Problem {
    const message = `${this.#name} did not respond in time.`;
    return new Problem({ reason: 'DEADLINE_EXCEEDED', message, metadata: { upstream: this.#name } });
  }
}
