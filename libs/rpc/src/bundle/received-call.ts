import type { BundledCall__Output } from '@cups/contracts/gen/cups/rpc/v1/BundledCall.ts';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { RawCall } from '../call.ts';

/** A longer timer of Node would end immediately. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A bundle as the server receives it. */
export type Bundle = ServerWritableStream<Buffer, Buffer>;

/**
 * One call of a bundle, with the interface of a call that arrived by itself. It is cancelled at its own deadline, or
 * with its whole bundle: a caller cannot cancel one call of a bundle at the server.
 */
export class ReceivedBundledCall implements RawCall {
  readonly request: Buffer;
  readonly metadata: RawCall['metadata'];
  /** The bundle, whose connection has the caller's certificate. */
  readonly carrier: Bundle;
  readonly #deadline: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    bundle: Bundle,
    { authorization, session, offline, requestId, traceparent, timeoutMs, request }: BundledCall__Output,
  ) {
    this.request = request;
    this.carrier = bundle;
    this.#deadline = timeoutMs === 0 ? Infinity : Date.now() + timeoutMs;
    const texts: Record<string, string> = {
      authorization,
      'x-cups-session': session,
      'cups-offline': offline,
      'x-request-id': requestId,
      traceparent,
    };
    this.metadata = {
      get(key) {
        // The versions of data files are the same for all calls of a bundle.
        if (key === 'cups-data-versions') return bundle.metadata.get(key);
        const text = texts[key];
        return text === undefined ? [] : [text];
      },
    };
  }

  get cancelled(): boolean {
    return this.carrier.cancelled || this.#deadline <= Date.now();
  }

  getDeadline(): number {
    return this.#deadline;
  }

  getAuthContext(): ReturnType<RawCall['getAuthContext']> {
    return this.carrier.getAuthContext();
  }

  once(name: 'cancelled', listener: () => void): void {
    this.carrier.once(name, listener);
    const ms = this.#deadline - Date.now();
    if (ms <= MAX_TIMER_MS) this.#timer = setTimeout(listener, ms);
  }

  /** Stops the timer of the deadline after the result. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
