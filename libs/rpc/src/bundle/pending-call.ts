import type { BundledCall } from '@cups/contracts/gen/cups/rpc/v1/BundledCall.ts';
import type { CallResult__Output } from '@cups/contracts/gen/cups/rpc/v1/CallResult.ts';
import { Metadata, status } from '@grpc/grpc-js';
import type { ServiceError } from '@grpc/grpc-js';
import type { OutgoingCall } from '../channel.ts';
import { DETAILS_KEY } from '../status.ts';
import { MAX_REQUEST_BYTES } from './limits.ts';

/** Size of a call's fields besides tokens and request, rounded up. */
const OVERHEAD_BYTES = 256;

/** A call that waits to be sent, or for its result in a bundle. It is settled once. */
export class PendingCall {
  readonly call: OutgoingCall;
  /** Number of bundles that carried it. */
  attempts = 0;
  /** Called when the call is settled: the bundle that carries it sets it. */
  onSettled: (() => void) | undefined;
  readonly #resolve: (response: object) => void;
  readonly #reject: (error: Error) => void;
  #isSettled = false;
  #bytes: Buffer | undefined;
  #deadlineTimer: NodeJS.Timeout | undefined;

  constructor(call: OutgoingCall, resolve: (response: object) => void, reject: (error: Error) => void) {
    this.call = call;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Whether it must not be sent: it is settled, or its caller has cancelled it. */
  get isOver(): boolean {
    if (this.call.signal?.aborted) this.#cancel();
    return this.#isSettled;
  }

  /** The most bytes that it takes in a bundle; undefined if it may not go in one. */
  get size(): number | undefined {
    const { authorization, sessionToken = '', offline = '' } = this.call;
    const { length } = this.#serialize() ?? { length: Infinity };
    if (length > MAX_REQUEST_BYTES) return undefined;
    return length + authorization.length + sessionToken.length + offline.length + OVERHEAD_BYTES;
  }

  /** @returns undefined for an invalid request, for which grpc-js has an error when it goes as its own RPC */
  #serialize(): Buffer | undefined {
    const { method, request } = this.call;
    try {
      return (this.#bytes ??= method.requestSerialize(request));
    } catch {
      return undefined;
    }
  }

  /** From here on, the call ends by itself at its deadline or when its caller cancels. */
  watch(): void {
    const { deadline, signal } = this.call;
    this.#deadlineTimer ??= setTimeout(this.#expire, Math.max(0, deadline - Date.now()));
    signal?.addEventListener('abort', this.#cancel, { once: true });
  }

  toMessage(): BundledCall {
    const { method, authorization, requestId, traceparent, sessionToken, offline, deadline } = this.call;
    return {
      path: method.path,
      authorization,
      session: sessionToken,
      offline,
      requestId,
      traceparent,
      timeoutMs: Math.max(1, Math.ceil(deadline - Date.now())),
      request: this.#bytes,
    };
  }

  settle({ code, message, statusDetails, response }: CallResult__Output): void {
    if (code !== status.OK) return this.reject(toServiceError(code, message, statusDetails));
    try {
      this.resolve(this.call.method.responseDeserialize(response));
    } catch {
      this.reject(toServiceError(status.INTERNAL, 'The response is malformed.'));
    }
  }

  resolve(response: object): void {
    if (this.#end()) this.#resolve(response);
  }

  reject(error: Error): void {
    if (this.#end()) this.#reject(error);
  }

  /** @returns false if the call is settled already */
  #end(): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    clearTimeout(this.#deadlineTimer);
    this.call.signal?.removeEventListener('abort', this.#cancel);
    this.onSettled?.();
    return true;
  }

  readonly #expire = (): void => this.reject(toServiceError(status.DEADLINE_EXCEEDED, 'The deadline has passed.'));
  readonly #cancel = (): void => this.reject(toServiceError(status.CANCELLED, 'The caller cancelled the call.'));
}

/** Returns an error as grpc-js reports it for an RPC. @param statusDetails serialized google.rpc.Status */
export function toServiceError(code: status, details: string, statusDetails?: Buffer): ServiceError {
  const metadata = new Metadata();
  if (statusDetails && statusDetails.length > 0) metadata.set(DETAILS_KEY, statusDetails);
  return Object.assign(new Error(details), { code, details, metadata });
}
