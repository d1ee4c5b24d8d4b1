import { Client as GrpcClient, credentials } from '@grpc/grpc-js';
import type { ChannelOptions, Metadata, MethodDefinition } from '@grpc/grpc-js';
import type { ServiceName } from './context.ts';
import { RETRY_POLICY } from './bundle/call-retries.ts';
import type { Tls } from './tls.ts';

/**
 * The channel retries calls that the upstream rejects with UNAVAILABLE, after the delay it names, while most calls
 * succeed. Writes carry a request ID, so retries are safe.
 */
const SERVICE_CONFIG = JSON.stringify({
  loadBalancingConfig: [{ round_robin: {} }],
  methodConfig: [
    {
      name: [{}],
      retryPolicy: {
        maxAttempts: RETRY_POLICY.maxAttempts,
        initialBackoff: `${RETRY_POLICY.initialBackoffMs / 1000}s`,
        maxBackoff: `${RETRY_POLICY.maxBackoffMs / 1000}s`,
        backoffMultiplier: RETRY_POLICY.backoffMultiplier,
        retryableStatusCodes: ['UNAVAILABLE'],
      },
    },
  ],
  retryThrottling: { maxTokens: RETRY_POLICY.maxTokens, tokenRatio: 1 },
});

/**
 * Opens a channel to all addresses of a name; connects on the first call.
 * @param tls requires the certificate of `service`; without it traffic is unencrypted
 */
export function openChannel(address: string, service: ServiceName, tls: Pick<Tls, 'channel'> | undefined): GrpcClient {
  const options: ChannelOptions = {
    'grpc.service_config': SERVICE_CONFIG,
    'grpc.service_config_disable_resolution': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 500,
    // The default of 30 s leaves only dead addresses during a rolling update.
    'grpc.dns_min_time_between_resolutions_ms': 1000,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 10_000,
  };
  if (!tls) return new GrpcClient(address, credentials.createInsecure(), options);
  // The expected name in the certificate, instead of a host.
  options['grpc.ssl_target_name_override'] = service;
  return new GrpcClient(address, tls.channel, options);
}

/** A method of a loaded definition, with any messages. */
export type AnyMethod = MethodDefinition<object, object>;

/** One attempt of a call, with its metadata. */
export interface OutgoingCall {
  method: AnyMethod;
  request: object;
  /** `Bearer <service token>` */
  authorization: string;
  requestId: string;
  traceparent: string;
  sessionToken: string | undefined;
  offline: string | undefined;
  /** Milliseconds since 1970. */
  deadline: number;
  signal: AbortSignal | undefined;
}

/**
 * Sends a call once. Rejects with the ServiceError of grpc-js.
 * @param options.deadline milliseconds
 * @param options.onTrailer receives the trailing metadata of any response
 */
export function sendOnce(
  channel: GrpcClient,
  { path, requestSerialize, responseDeserialize }: AnyMethod,
  request: object,
  options: {
    metadata: Metadata;
    deadline: number;
    signal: AbortSignal | undefined;
    onTrailer?: (trailer: Metadata) => void;
  },
): Promise<object> {
  const { metadata, deadline, signal, onTrailer } = options;
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
    if (onTrailer) running.on('status', (status) => onTrailer(status.metadata));
    function cancel(): void {
      running.cancel();
    }
    signal?.addEventListener('abort', cancel, { once: true });
  });
}
