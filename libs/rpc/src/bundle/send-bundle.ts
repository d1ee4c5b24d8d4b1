import type { DataVersions } from '@cups/contracts';
import type { CallRequest } from '@cups/contracts/gen/cups/rpc/v1/CallRequest.ts';
import type { CallResponse__Output } from '@cups/contracts/gen/cups/rpc/v1/CallResponse.ts';
import type { CallResult__Output } from '@cups/contracts/gen/cups/rpc/v1/CallResult.ts';
import { loadService } from '@cups/contracts/proto';
import { status } from '@grpc/grpc-js';
import type { Client as GrpcClient, ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import type { AnyMethod } from '../channel.ts';
import { writeDataVersions } from '../data-version-metadata.ts';
import { BUNDLE_SERVICE } from './limits.ts';
import { toServiceError } from './pending-call.ts';
import type { PendingCall } from './pending-call.ts';

/** Receives the outcome of each call of a bundle, once, unless the call is settled before. */
export interface BundleListener {
  onResult(call: PendingCall, result: CallResult__Output): void;
  /** The bundle ended without the call's result. */
  onLost(call: PendingCall, error: ServiceError): void;
}

/** Sends calls as one RPC, and cancels it when all of them are settled. */
export function sendBundle(
  channel: GrpcClient,
  versions: DataVersions | undefined,
  calls: readonly PendingCall[],
  { onResult, onLost }: BundleListener,
): void {
  const unanswered = new Set(calls);
  const stream = openStream(channel, versions, calls);
  for (const call of calls) {
    call.attempts++;
    call.onSettled = () => {
      unanswered.delete(call);
      if (unanswered.size === 0) stream.cancel();
    };
  }
  const take = (call: PendingCall): boolean => {
    call.onSettled = undefined;
    return unanswered.delete(call);
  };
  let hasBegun = false;
  stream.on('data', ({ results, dataVersions }: CallResponse__Output) => {
    hasBegun = true;
    versions?.merge(dataVersions);
    for (const result of results) {
      const call = calls[result.index];
      if (call && unanswered.has(call) && take(call)) onResult(call, result);
    }
  });
  const end = (error: ServiceError) => {
    for (const call of unanswered) if (take(call)) onLost(call, error);
  };
  // After the first results the channel does not retry: to the other calls it is a connection that was cut.
  stream.on('error', (error: ServiceError) =>
    end(hasBegun ? toServiceError(status.INTERNAL, 'The bundle was cut off.') : error),
  );
  stream.on('end', () => end(toServiceError(status.INTERNAL, 'The bundle ended without a result.')));
}

function openStream(
  channel: GrpcClient,
  versions: DataVersions | undefined,
  calls: readonly PendingCall[],
): ClientReadableStream<object> {
  const { Call } = loadService<{ Call: AnyMethod }>(BUNDLE_SERVICE);
  const request: CallRequest = { calls: calls.map((call) => call.toMessage()) };
  return channel.makeServerStreamRequest(
    Call.path,
    Call.requestSerialize,
    Call.responseDeserialize,
    request,
    writeDataVersions(versions),
    { deadline: Math.max(...calls.map(({ call }) => call.deadline)) },
  );
}
