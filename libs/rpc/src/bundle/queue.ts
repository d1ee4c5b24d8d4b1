import type { Counter, DataVersions, Metrics } from '@cups/contracts';
import type { CallResult__Output } from '@cups/contracts/gen/cups/rpc/v1/CallResult.ts';
import { status } from '@grpc/grpc-js';
import type { Client as GrpcClient, ServiceError } from '@grpc/grpc-js';
import type { OutgoingCall } from '../channel.ts';
import { CallRetries } from './call-retries.ts';
import { isBundled, MAX_BUNDLE_BYTES, MAX_CALLS } from './limits.ts';
import { PendingCall, toServiceError } from './pending-call.ts';
import { sendBundle } from './send-bundle.ts';

/** How long calls go as their own RPCs after an upstream rejected a bundle as unknown: the age of a connection. */
const FALLBACK_MS = 30_000;

export interface BundleQueueOptions {
  channel: GrpcClient;
  upstream: string;
  versions: DataVersions | undefined;
  metrics: Metrics | undefined;
  /** Sends a call as its own RPC. Rejects with a ServiceError. */
  sendAlone: (call: OutgoingCall) => Promise<object>;
}

/**
 * Sends the calls of one client. Calls of bundled methods that start in the same turn of the event loop go as one RPC.
 * A call that is alone, larger than 16 KiB or of another method goes as its own RPC.
 */
export class BundleQueue {
  readonly #options: BundleQueueOptions;
  readonly #retries = new CallRetries();
  readonly #countCalls: Counter<'upstream'> | undefined;
  readonly #countBundles: Counter<'upstream'> | undefined;
  #waiting: PendingCall[] = [];
  #fallbackUntil = 0;

  constructor(options: BundleQueueOptions) {
    this.#options = options;
    const { metrics } = options;
    this.#countBundles = metrics?.counter('grpc_client_bundles_total', 'RPCs that carried several calls.', [
      'upstream',
    ]);
    this.#countCalls = metrics?.counter('grpc_client_bundled_calls_total', 'Calls that went in a bundle.', [
      'upstream',
    ]);
  }

  /** Sends one attempt of a call. Rejects with a ServiceError, whichever way the call went. */
  send(call: OutgoingCall): Promise<object> {
    if (!isBundled(call.method) || Date.now() < this.#fallbackUntil) return this.#options.sendAlone(call);
    return new Promise((resolve, reject) => this.#add(new PendingCall(call, resolve, reject)));
  }

  #add(call: PendingCall): void {
    this.#waiting.push(call);
    // After all events of this turn: what they start goes together.
    if (this.#waiting.length === 1) setImmediate(() => this.#sendWaiting());
  }

  #sendWaiting(): void {
    const waiting = this.#waiting.filter((call) => !call.isOver);
    this.#waiting = [];
    const single = waiting.length === 1;
    for (const calls of single ? [waiting] : divideIntoBundles(waiting)) {
      try {
        // A retry stays in a bundle, even alone: as its own RPC, the channel would retry it again.
        if (calls.length === 1 && calls[0]!.attempts === 0) this.#sendAlone(calls[0]!);
        else this.#sendBundle(calls);
      } catch (error) {
        // The channel is closed.
        for (const call of calls) call.reject(toServiceError(status.CANCELLED, (error as Error).message));
      }
    }
  }

  #sendAlone(call: PendingCall): void {
    this.#options.sendAlone(call.call).then(
      (response) => call.resolve(response),
      (error: Error) => call.reject(error),
    );
  }

  #sendBundle(calls: PendingCall[]): void {
    const { channel, upstream, versions } = this.#options;
    for (const call of calls) call.watch();
    this.#countBundles?.inc({ upstream });
    this.#countCalls?.inc({ upstream }, calls.length);
    sendBundle(channel, versions, calls, {
      onResult: (call, result) => this.#settle(call, result),
      onLost: (call, error) => this.#settleLost(call, error),
    });
  }

  #settle(call: PendingCall, result: CallResult__Output): void {
    if (result.code === status.UNIMPLEMENTED) return this.#fallBack(call);
    if (result.code !== status.UNAVAILABLE) {
      this.#retries.addResponse();
      return call.settle(result);
    }
    const delayMs = this.#retries.addRejection(call.attempts, result.retryPushbackMs);
    if (delayMs === undefined) return call.settle(result);
    setTimeout(() => this.#add(call), delayMs);
  }

  #settleLost(call: PendingCall, error: ServiceError): void {
    if (error.code === status.UNIMPLEMENTED) return this.#fallBack(call);
    call.reject(error);
  }

  /** The upstream is of a release without bundles, or without this method in them. */
  #fallBack(call: PendingCall): void {
    this.#fallbackUntil = Date.now() + FALLBACK_MS;
    this.#sendAlone(call);
  }
}

/** Divides calls into groups within the limits of a bundle. A call that may not go in a bundle is a group of its own. */
function divideIntoBundles(calls: readonly PendingCall[]): PendingCall[][] {
  const large = calls.filter((call) => call.size === undefined);
  const bundles: PendingCall[][] = [];
  let bytes = 0;
  for (const call of calls) {
    if (call.size === undefined) continue;
    bytes += call.size;
    const last = bundles.at(-1);
    if (last && last.length < MAX_CALLS && bytes <= MAX_BUNDLE_BYTES) last.push(call);
    else {
      bundles.push([call]);
      bytes = call.size;
    }
  }
  return [...large.map((call) => [call]), ...bundles];
}
