import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { VerifiedPayload } from './verify-token.ts';
import { CLOCK_TOLERANCE_SECONDS } from './verify-token.ts';

const MAX_TOKENS = 20_000;

/** A verified token's value and times. */
export interface VerifiedToken<Value> {
  value: Value;
  times: TokenTimes;
}

/** Issuer and audience of a token, and its times in seconds. */
export type TokenTimes = Pick<VerifiedPayload, 'iss' | 'aud' | 'iat' | 'exp'>;

/**
 * Caches verified tokens by the hash of their text until they expire, so that each signature is verified once. Clear
 * it when keys change. Evicts the least recently used above 20,000.
 */
export class VerifiedTokens<Value> {
  readonly #known = new LRUCache<string, VerifiedToken<Value>>({ max: MAX_TOKENS });

  /** @param now milliseconds */
  get(token: string, now: number): VerifiedToken<Value> | undefined {
    const known = this.#known.get(hashToken(token));
    const endsAt = known && (known.times.exp + CLOCK_TOLERANCE_SECONDS) * 1000;
    return endsAt !== undefined && endsAt > now ? known : undefined;
  }

  add(token: string, value: Value, { iss, aud, iat, exp }: VerifiedPayload): void {
    this.#known.set(hashToken(token), { value, times: { iss, aud, iat, exp } });
  }

  clear(): void {
    this.#known.clear();
  }
}

function hashToken(token: string): string {
  return hash('sha256', token, 'base64');
}
