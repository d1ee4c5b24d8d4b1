import { Client as GrpcClient, credentials } from '@grpc/grpc-js';
import type { ChannelOptions, Metadata, MethodDefinition } from '@grpc/grpc-js';
import type { ServiceName } from './context.ts';
import type { Tls } from './tls.ts';

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
 * A channel to all addresses behind a name; connects at the first call.
 * @param tls without it the channel is plain; with it whoever answers must show the certificate of `service`
 */
export function openChannel(address: string, service: ServiceName, tls: Pick<Tls, 'channel'> | undefined): GrpcClient {
  const options: ChannelOptions = {
    'grpc.service_config': SERVICE_CONFIG,
    'grpc.service_config_disable_resolution': 1,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 500,
    // Its default of 30 s leaves nothing but dead addresses when the pods behind a name are replaced one after the other.
    'grpc.dns_min_time_between_resolutions_ms': 1000,
    'grpc.keepalive_time_ms': 60_000,
    'grpc.keepalive_timeout_ms': 10_000,
  };
  if (!tls) return new GrpcClient(address, credentials.createInsecure(), options);
  // What the certificate is checked for, in the place of a host.
  options['grpc.ssl_target_name_override'] = service;
  return new GrpcClient(address, tls.channel, options);
}

/** A method of a loaded definition, whatever its messages. */
export type AnyMethod = MethodDefinition<object, object>;

/**
 * Sends a call once. Rejects with the ServiceError of grpc-js.
 * @param options.deadline milliseconds
 * @param options.ended is given what came at the end of the answer, whatever the answer was
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
