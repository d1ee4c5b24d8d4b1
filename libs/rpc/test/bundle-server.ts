import { loadService, messageType } from '@cups/contracts/proto';
import type { BundledCall } from '@cups/contracts/gen/cups/rpc/v1/BundledCall.ts';
import type { CallRequest } from '@cups/contracts/gen/cups/rpc/v1/CallRequest.ts';
import type { CallResponse__Output } from '@cups/contracts/gen/cups/rpc/v1/CallResponse.ts';
import type { CallResult__Output } from '@cups/contracts/gen/cups/rpc/v1/CallResult.ts';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import type { ChannelCredentials, ServiceError } from '@grpc/grpc-js';
import { statusToProblem } from '../src/index.ts';
import { FULL_NAME } from './test-server.ts';

/** Path of a method whose calls may travel in bundles in these tests, and of one whose calls may not. */
const BUNDLED_PATH = `/${FULL_NAME}/GetSlip`;
export const OTHER_PATH = `/${FULL_NAME}/ListNotices`;

/** Lets calls of GetSlip travel in bundles, for servers that start and clients that call from now on. */
export function bundleGetSlip(isBundled = true): void {
  const { GetSlip } = loadService<Record<string, { options: Record<string, unknown> }>>(FULL_NAME);
  GetSlip!.options['(cups.rpc.v1.bundled)'] = isBundled;
}

/** A result of a bundle by its index, with its status details as a Problem's reason. */
export interface RawResult extends CallResult__Output {
  reason: string | undefined;
}

/** Sends bytes as a bundle, without the platform's client. Rejects with the status of the bundle. */
export function sendRawBundle(
  port: number,
  given: Partial<CallRequest> | Buffer,
  channel: ChannelCredentials = credentials.createInsecure(),
): Promise<RawResult[]> {
  const options = { 'grpc.enable_retries': 0, 'grpc.ssl_target_name_override': 'notifications' };
  const client = new Client(`127.0.0.1:${port}`, channel, options);
  const bytes = Buffer.isBuffer(given) ? given : messageType<CallRequest>('cups.rpc.v1.CallRequest').encode(given);
  const same = (value: Buffer) => value;
  const results: RawResult[] = [];
  return new Promise<RawResult[]>((resolve, reject) => {
    const stream = client.makeServerStreamRequest<Buffer, Buffer>(
      '/cups.rpc.v1.BundleService/Call',
      same,
      same,
      bytes,
      new Metadata(),
      { deadline: Date.now() + 10_000 },
    );
    stream.on('data', (data: Buffer) => {
      const message = messageType<object, CallResponse__Output>('cups.rpc.v1.CallResponse').decode(data);
      for (const result of message.results) results[result.index] = Object.assign(result, { reason: reasonOf(result) });
    });
    stream.on('error', (error: ServiceError) => reject(error));
    stream.on('end', () => resolve(results));
  }).finally(() => client.close());
}

function reasonOf({ code, message, statusDetails }: CallResult__Output): string | undefined {
  if (statusDetails.length === 0) return undefined;
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', statusDetails);
  return statusToProblem({ code, details: message, metadata }, 'notifications').reason;
}

/** Returns a valid call of a bundle. */
export function bundledCall(token: string, more: Partial<BundledCall> = {}): BundledCall {
  return Object.assign({ path: BUNDLED_PATH, authorization: `Bearer ${token}`, timeoutMs: 10_000 }, more);
}
