import { randomUUID } from 'node:crypto';
import type { Counter, DataVersions, Log, Metrics } from '@cups/contracts';
import { newTraceparent } from '@cups/contracts/node';
import { loadService } from '@cups/contracts/proto';
import type { ResponseOf, SentRequestOf } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { status } from '@grpc/grpc-js';
import type { Client as GrpcClient, Metadata, ServiceError } from '@grpc/grpc-js';
import { afterFailure, afterWaiting, endOf, waitFrom } from './attempt.ts';
import type { Budget } from './attempt.ts';
import { openChannel, sendOnce } from './channel.ts';
import type { AnyMethod } from './channel.ts';
import type { CallContext, ServiceName } from './context.ts';
import { followReach, pause } from './reach.ts';
import type { Reach } from './reach.ts';
import { isUnreached, statusToProblem } from './status.ts';
import { hearIn, tellIn } from './told.ts';
import type { Tls } from './tls.ts';
import type { Keys } from './tokens.ts';

/** A method per RPC of a generated definition, in lowerCamelCase. Without a context the call acts for the service itself. */
export type Client<Definition> = {
  [Method in keyof Definition & string as Uncapitalize<Method>]: (
    request: SentRequestOf<Definition[Method]>,
    context?: Partial<CallContext>,
    options?: CallOptions,
  ) => Promise<ResponseOf<Definition[Method]>>;
} & { close(): void };

export interface CallOptions {
  /** How long the neighbour may take, waiting for it to come back not counted. */
  timeoutMs?: number;
  /** False where an answer is worth less than the wait: then a neighbour that is away is refused at once. @default true */
  wait?: boolean;
}

export interface ConnectOptions {
  address: string;
  keys: Keys;
  /** With it the channel is mutual TLS; without it everything travels readable. */
  tls?: Pick<Tls, 'channel'> | undefined;
  /** The name of the neighbour, the audience of our token and the name in its certificate. */
  service: ServiceName;
  /** @default 3000 */
  timeoutMs?: number;
  /** What is known here of data files: the neighbour is told, and what it tells is taken in. */
  versions?: DataVersions | undefined;
  log?: Log;
  metrics?: Metrics;
  /** Milliseconds that only rise, for tests. */
  clock?: () => number;
}

/** How long a call waits for a neighbour that was there within the last 30 s: the time of a restart. */
const WAIT_MS = 5000;

/**
 * A client of a neighbour. Each call carries our own service token, the session of its context, request id and trace context,
 * and the sooner of the context's deadline and now + `timeoutMs`. Connects at the first call; never throws here.
 * A refusal comes as the neighbour's Problem; a neighbour that cannot be reached as NEIGHBOUR_UNAVAILABLE. One that was there
 * within the last 30 s is waited for (at most 5 s, within the context's deadline) and a call that its end cut off is repeated
 * under the same request id; one that is down for longer is refused at once.
 */
export function connect<Definition>(fullServiceName: string, options: ConnectOptions): Client<Definition> {
  const neighbour = new Neighbour(options);
  const client: Record<string, unknown> = { close: () => neighbour.close() };
  for (const [name, method] of Object.entries(loadService<Record<string, AnyMethod>>(fullServiceName))) {
    client[name.charAt(0).toLowerCase() + name.slice(1)] = (
      request: object,
      context: Partial<CallContext> = {},
      callOptions: CallOptions = {},
    ) => neighbour.call(method, request, context, callOptions);
  }
  return client as Client<Definition>;
}

/** What a call carries, the same at each try. */
interface Carried {
  requestId: string;
  traceparent: string;
  sessionToken: string | undefined;
  signal: AbortSignal | undefined;
}

class Neighbour {
  readonly #name: ServiceName;
  readonly #keys: Keys;
  readonly #timeoutMs: number;
  readonly #channel: GrpcClient;
  readonly #reach: Reach;
  readonly #versions: DataVersions | undefined;
  readonly #repeats: Counter<'neighbour' | 'code'> | undefined;

  constructor({ address, keys, tls, service, timeoutMs = 3000, versions, log, metrics, clock }: ConnectOptions) {
    this.#versions = versions;
    this.#name = service;
    this.#keys = keys;
    this.#timeoutMs = timeoutMs;
    this.#channel = openChannel(address, service, tls);
    const now = clock ?? (() => performance.now());
    this.#reach = followReach(this.#channel, { neighbour: service, clock: now, log, metrics });
    this.#repeats = metrics?.counter('grpc_client_repeats_total', 'Calls sent again after they were cut off.', [
      'neighbour',
      'code',
    ]);
  }

  close(): void {
    this.#channel.close();
  }

  async call(
    method: AnyMethod,
    request: object,
    context: Partial<CallContext>,
    { timeoutMs = this.#timeoutMs, wait = true }: CallOptions,
  ): Promise<object> {
    const { requestId = randomUUID(), traceparent = newTraceparent(), sessionToken, signal } = context;
    const carried: Carried = { requestId, traceparent, sessionToken, signal };
    let budget: Budget = {
      latest: context.deadline?.getTime() ?? Infinity,
      limit: Date.now() + timeoutMs,
      patience: WAIT_MS,
    };
    for (let attempt = 1; ; attempt++) {
      if (this.#reach.lost()) budget = await this.#waitForReturn(budget, wait, signal);
      if (signal?.aborted) throw new Problem({ reason: 'CANCELLED', message: 'The caller gave up.' });
      if (this.#reach.lost()) throw this.#unreachable(`${this.#name} is away.`);
      try {
        return await this.#send(method, request, carried, endOf(budget));
      } catch (thrown) {
        const error = thrown as ServiceError;
        this.#mustRepeat(error, { attempt, wait, late: Date.now() >= endOf(budget) }, signal);
        this.#repeats?.inc({ neighbour: this.#name, code: status[error.code] });
        await pause(Math.random() * 100 * attempt, signal);
      }
    }
  }

  /** @returns the budget without the time that was spent on waiting */
  async #waitForReturn(budget: Budget, wait: boolean, signal: AbortSignal | undefined): Promise<Budget> {
    if (!wait || !this.#reach.recent()) return budget;
    const began = Date.now();
    await this.#reach.untilReady(waitFrom(began, budget), signal);
    return afterWaiting(Date.now() - began, budget);
  }

  #send(method: AnyMethod, request: object, carried: Carried, deadline: number): Promise<object> {
    const metadata = tellIn(this.#versions);
    metadata.set('authorization', `Bearer ${this.#keys.serviceToken(this.#name)}`);
    metadata.set('x-request-id', carried.requestId);
    metadata.set('traceparent', carried.traceparent);
    if (carried.sessionToken) metadata.set('x-cups-session', carried.sessionToken);
    const ended = (trailer: Metadata) => hearIn(this.#versions, trailer);
    return sendOnce(this.#channel, method, request, { metadata, deadline, signal: carried.signal, ended });
  }

  /** @throws Problem unless the call is sent again */
  #mustRepeat(
    error: ServiceError,
    { attempt, wait, late }: { attempt: number; wait: boolean; late: boolean },
    signal: AbortSignal | undefined,
  ): void {
    const aborted = signal?.aborted ?? false;
    const unreached = isUnreached(error);
    const way = { recent: this.#reach.recent(), ready: this.#reach.ready() };
    const next = afterFailure({ code: error.code, unreached, ...way, wait, attempt, late, aborted });
    if (next === 'repeat') return;
    throw next === 'too-late' ? this.#tooLate() : this.#refusal(error, unreached && !aborted);
  }

  #refusal(error: ServiceError, unreached: boolean): Problem {
    if (unreached) return this.#unreachable(`${this.#name} answered ${status[error.code] ?? 'an unknown status'}.`);
    const problem = statusToProblem(error, this.#name);
    if (problem.reason !== 'TOKEN_INVALID' && problem.reason !== 'CALLER_MISMATCH') return problem;
    // A neighbour that does not know us is trouble of the platform, not a person who must sign in.
    return this.#unreachable(`${this.#name} does not accept the token of ${this.#keys.service}.`, problem.reason);
  }

  #unreachable(message: string, cause?: string): Problem {
    const metadata: Record<string, string> = { neighbour: this.#name };
    if (cause) metadata['cause'] = cause;
    return new Problem({ reason: 'NEIGHBOUR_UNAVAILABLE', message, metadata });
  }

  #tooLate(): Problem {
    const message = `${this.#name} did not answer in time.`;
    return new Problem({ reason: 'DEADLINE_EXCEEDED', message, metadata: { neighbour: this.#name } });
  }
}
