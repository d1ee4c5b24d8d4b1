import { randomUUID } from 'node:crypto';
import { loadService } from '@cups/contracts/proto';
import type { ResponseOf, SentRequestOf } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { Client as GrpcClient, credentials, Metadata } from '@grpc/grpc-js';
import type { MethodDefinition } from '@grpc/grpc-js';
import type { CallContext, ServiceName } from './context.ts';
import { newTraceparent } from './grpc.ts';
import { statusToProblem } from './status.ts';
import type { Keys } from './tokens.ts';

/** A method per RPC of a generated definition, in lowerCamelCase. Without a context the call acts for the service itself. */
export type Client<Definition> = {
  [Method in keyof Definition & string as Uncapitalize<Method>]: (
    request: SentRequestOf<Definition[Method]>,
    context?: Partial<CallContext>,
    options?: { timeoutMs?: number },
  ) => Promise<ResponseOf<Definition[Method]>>;
} & { close(): void };

/** UNAVAILABLE is the only code that a client repeats by itself; every write carries a request id, so repeating is safe. */
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
 * A refusal comes as the neighbour's Problem; a neighbour that cannot be reached as NEIGHBOUR_UNAVAILABLE.
 * @param options.service the name of the neighbour, the audience of our token
 * @param options.timeoutMs @default 3000
 */
export function connect<Definition>(
  fullServiceName: string,
  options: { address: string; keys: Keys; service: ServiceName; timeoutMs?: number },
): Client<Definition> {
  const { keys, service } = options;
  const channel = new GrpcClient(options.address, credentials.createInsecure(), {
    'grpc.service_config': SERVICE_CONFIG,
    'grpc.service_config_disable_resolution': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2000,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 10_000,
  });

  function call(
    method: MethodDefinition<object, object>,
    request: object,
    context: Partial<CallContext>,
    timeoutMs: number,
  ) {
    return new Promise<object>((resolve, reject) => {
      const { signal } = context;
      if (signal?.aborted) throw new Problem({ reason: 'CANCELLED', message: 'The caller gave up.' });
      const metadata = new Metadata();
      metadata.set('authorization', `Bearer ${keys.serviceToken(service)}`);
      metadata.set('x-request-id', context.requestId ?? randomUUID());
      metadata.set('traceparent', context.traceparent ?? newTraceparent());
      if (context.sessionToken) metadata.set('x-cups-session', context.sessionToken);
      const deadline = Math.min(context.deadline?.getTime() ?? Infinity, Date.now() + timeoutMs);
      const { path, requestSerialize, responseDeserialize } = method;
      const running = channel.makeUnaryRequest<object, object>(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadata,
        { deadline },
        (error, response) => {
          signal?.removeEventListener('abort', cancel);
          if (!error) return resolve(response as object);
          reject(refusal(statusToProblem(error, service)));
        },
      );
      const cancel = () => running.cancel();
      signal?.addEventListener('abort', cancel, { once: true });
    });
  }

  /** A neighbour that does not know our token is trouble of the platform, not a person who must sign in. */
  function refusal(problem: Problem): Problem {
    if (problem.reason !== 'TOKEN_INVALID') return problem;
    const message = `${service} does not accept the token of ${keys.service}.`;
    return new Problem({
      reason: 'NEIGHBOUR_UNAVAILABLE',
      message,
      metadata: { neighbour: service, cause: problem.reason },
    });
  }

  const client: Record<string, unknown> = { close: () => channel.close() };
  for (const [name, method] of Object.entries(
    loadService<Record<string, MethodDefinition<object, object>>>(fullServiceName),
  )) {
    client[name.charAt(0).toLowerCase() + name.slice(1)] = (
      request: object,
      context: Partial<CallContext> = {},
      { timeoutMs = options.timeoutMs ?? 3000 }: { timeoutMs?: number } = {},
    ) => call(method, request, context, timeoutMs);
  }
  return client as Client<Definition>;
}
