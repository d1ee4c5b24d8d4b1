import { randomUUID } from 'node:crypto';
import type { Log, Metrics } from '@cups/contracts';
import { newTraceparent } from '@cups/contracts/node';
import { loadService } from '@cups/contracts/proto';
import type { ResponseOf, SentRequestOf } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { Client as GrpcClient, credentials, Metadata, status } from '@grpc/grpc-js';
import type { MethodDefinition, ServiceError } from '@grpc/grpc-js';
import type { CallContext, ServiceName } from './context.ts';
import { followReach, pause } from './reach.ts';
import { isUnreached, statusToProblem } from './status.ts';
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

/** How long a call waits for a neighbour that was there within the last 30 s: the time of a restart. */
const WAIT_MS = 5000;
/** Of a call that was cut off; those that a neighbour refuses have their own count below. */
const MAX_ATTEMPTS = 3;

/**
 * What a neighbour itself refuses with UNAVAILABLE is repeated by the channel, after the delay that it names, and as long as
 * most calls succeed. Every write carries a request id, so repeating is safe.
 */
const SERVICE_CONFIG = JSON.stringify({
  loadBalancingConfig: [{ round_robin: {} }],
  methodConfig: [
    {
      name: [{}],
      retryPolicy: {
        maxAttempts: 3,
        initialBackoff: '0.05s',
        maxBackoff: '0.5s',
        backoffMultiplier: 2,
        retryableStatusCodes: ['UNAVAILABLE'],
      },
    },
  ],
  retryThrottling: { maxTokens: 200, tokenRatio: 1 },
});

/**
 * A client of a neighbour. Each call carries our own service token, the session of its context, request id and trace context,
 * and the sooner of the context's deadline and now + `timeoutMs`. Connects at the first call; never throws here.
 * A refusal comes as the neighbour's Problem; a neighbour that cannot be reached as NEIGHBOUR_UNAVAILABLE. One that was there
 * within the last 30 s is waited for (at most 5 s, within the context's deadline) and a call that its end cut off is repeated
 * under the same request id; one that is down for longer is refused at once.
 * @param options.service the name of the neighbour, the audience of our token
 * @param options.timeoutMs @default 3000
 * @param options.clock milliseconds that only rise, for tests
 */
export function connect<Definition>(
  fullServiceName: string,
  options: {
    address: string;
    keys: Keys;
    service: ServiceName;
    timeoutMs?: number;
    log?: Log;
    metrics?: Metrics;
    clock?: () => number;
  },
): Client<Definition> {
  const { keys, service, log, metrics, clock = () => performance.now() } = options;
  const channel = new GrpcClient(options.address, credentials.createInsecure(), {
    'grpc.service_config': SERVICE_CONFIG,
    'grpc.service_config_disable_resolution': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 500,
    // Its default of 30 s leaves nothing but dead addresses when the pods behind a name are replaced one after the other.
    'grpc.dns_min_time_between_resolutions_ms': 1000,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });
  const reach = followReach(channel, { neighbour: service, clock, log, metrics });
  const repeats = metrics?.counter('grpc_client_repeats_total', 'Calls sent again after they were cut off.', [
    'neighbour',
    'code',
  ]);

  async function call(
    method: MethodDefinition<object, object>,
    request: object,
    context: Partial<CallContext>,
    { timeoutMs = options.timeoutMs ?? 3000, wait = true }: CallOptions,
  ): Promise<object> {
    const { signal } = context;
    const requestId = context.requestId ?? randomUUID();
    const latest = context.deadline?.getTime() ?? Infinity;
    let limit = Date.now() + timeoutMs;
    let patience = WAIT_MS;
    for (let attempt = 1; ; attempt++) {
      if (reach.lost()) {
        const began = Date.now();
        if (wait && reach.recent()) await reach.untilReady(Math.min(patience, latest - began), signal);
        patience -= Date.now() - began;
        limit += Date.now() - began;
      }
      if (signal?.aborted) throw new Problem({ reason: 'CANCELLED', message: 'The caller gave up.' });
      if (reach.lost()) throw unreachable(`${service} is away.`);
      try {
        return await once(method, request, { ...context, requestId }, Math.min(latest, limit));
      } catch (thrown) {
        const error = thrown as ServiceError;
        const isLate = Date.now() >= Math.min(latest, limit);
        // The neighbour keeps the same time, and may end the call a moment before we do.
        if (isLate && error.code === status.CANCELLED && !signal?.aborted) throw tooLate();
        const repeatable = wait && attempt < MAX_ATTEMPTS && !signal?.aborted && wasCutOff(error);
        if (!repeatable || isLate) throw refusal(error, signal);
        repeats?.inc({ neighbour: service, code: status[error.code] });
        await pause(Math.random() * 100 * attempt, signal);
      }
    }
  }

  /** Whether the end of a connection, and not the neighbour, has answered, and it was there a moment ago. */
  function wasCutOff(error: ServiceError): boolean {
    if (!isUnreached(error) || !reach.recent()) return false;
    // At a connection that stands the channel has repeated it already.
    return error.code !== status.UNAVAILABLE || !reach.ready();
  }

  function once(
    { path, requestSerialize, responseDeserialize }: MethodDefinition<object, object>,
    request: object,
    context: Partial<CallContext>,
    deadline: number,
  ): Promise<object> {
    const { signal } = context;
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${keys.serviceToken(service)}`);
    metadata.set('x-request-id', context.requestId ?? randomUUID());
    metadata.set('traceparent', context.traceparent ?? newTraceparent());
    if (context.sessionToken) metadata.set('x-cups-session', context.sessionToken);
    return new Promise((resolve, reject) => {
      const running = channel.makeUnaryRequest<object, object>(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        { deadline },
        (error, response) => {
          signal?.removeEventListener('abort', cancel);
          if (error) reject(error);
          else resolve(response as object);
        },
      );
      function cancel(): void {
        running.cancel();
      }
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  function unreachable(message: string, cause?: string): Problem {
    const metadata = { neighbour: service, ...(cause && { cause }) };
    return new Problem({ reason: 'NEIGHBOUR_UNAVAILABLE', message, metadata });
  }

  function tooLate(): Problem {
    const message = `${service} did not answer in time.`;
    return new Problem({ reason: 'DEADLINE_EXCEEDED', message, metadata: { neighbour: service } });
  }

  function refusal(error: ServiceError, signal: AbortSignal | undefined): Problem {
    if (isUnreached(error) && !signal?.aborted) {
      return unreachable(`${service} answered ${status[error.code] ?? 'an unknown status'}.`);
    }
    const problem = statusToProblem(error, service);
    if (problem.reason !== 'TOKEN_INVALID') return problem;
    // A neighbour that does not know our token is trouble of the platform, not a person who must sign in.
    return unreachable(`${service} does not accept the token of ${keys.service}.`, problem.reason);
  }

  const client: Record<string, unknown> = { close: () => channel.close() };
  for (const [name, method] of Object.entries(
    loadService<Record<string, MethodDefinition<object, object>>>(fullServiceName),
  )) {
    client[name.charAt(0).toLowerCase() + name.slice(1)] = (
      request: object,
      context: Partial<CallContext> = {},
      callOptions: CallOptions = {},
    ) => call(method, request, context, callOptions);
  }
  return client as Client<Definition>;
}
