/**
 * Retries of calls that the upstream rejects with UNAVAILABLE. The channel applies these values to RPCs, and
 * {@link CallRetries} to the calls of a bundle.
 */
export const RETRY_POLICY = {
  maxAttempts: 3,
  initialBackoffMs: 50,
  maxBackoffMs: 500,
  backoffMultiplier: 2,
  /** A response earns one token and a rejection costs one. There are no retries at half of the tokens or below. */
  maxTokens: 200,
} as const;

/** Decides the retries of bundled calls, as grpc-js decides those of RPCs (gRFC A6). */
export class CallRetries {
  #tokens: number = RETRY_POLICY.maxTokens;

  /** Records a response other than UNAVAILABLE. */
  addResponse(): void {
    this.#tokens = Math.min(RETRY_POLICY.maxTokens, this.#tokens + 1);
  }

  /**
   * Records a rejection with UNAVAILABLE.
   * @param attempt the rejected attempt, from 1
   * @param pushbackMs the delay that the upstream sent: -1 forbids a retry, '' leaves the delay to the client
   * @returns the delay of the next attempt in ms; undefined for no further attempt
   */
  addRejection(attempt: number, pushbackMs: string): number | undefined {
    const { maxAttempts, initialBackoffMs, maxBackoffMs, backoffMultiplier, maxTokens } = RETRY_POLICY;
    this.#tokens = Math.max(0, this.#tokens - 1);
    if (attempt >= maxAttempts || this.#tokens <= maxTokens / 2) return undefined;
    if (pushbackMs !== '') return Number(pushbackMs) >= 0 ? Number(pushbackMs) : undefined;
    return Math.random() * Math.min(maxBackoffMs, initialBackoffMs * backoffMultiplier ** (attempt - 1));
  }
}
