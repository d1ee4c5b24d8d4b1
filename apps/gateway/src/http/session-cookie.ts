import { hash as hashOnce } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Problem } from '@cups/problem';
import { seal, unseal } from '@cups/rpc';
import type { SecretKey } from '@cups/rpc';

/**
 * The session cookie: an assertion of identity, encrypted under keys that only gateways hold.
 * A bare assertion, which services receive, is not valid as a cookie.
 */

/** The cache evicts the least recently used cookie, which is decrypted again when needed. */
const MAX_CACHED_COOKIES = 20_000;

export interface CookiePayload {
  assertion: string;
  /** Last user activity, in seconds since 1970. */
  seen: number;
  /** Hash of the page's key, which every request of the session proves; absent for clients without one. */
  keyHash?: string | undefined;
}

/** A key of a page: 32 random bytes, base64url. */
const SESSION_KEY = /^[\w-]{43}$/;

/** Returns the hash of a page's key, or undefined for anything else. */
export const hashSessionKey = (key: string | undefined): string | undefined =>
  key !== undefined && SESSION_KEY.test(key) ? hashOnce('sha256', key, 'base64url') : undefined;

export interface CookieOptions {
  /** Whether the origin is https; the cookie is then Secure and has the __Host- prefix. */
  secure: boolean;
  /** Current keys: the first encrypts, all decrypt. Returns a new array after each change. */
  keys: () => readonly SecretKey[];
}

/** @throws Error unless there are one to three encryption keys; with more, old keys would never be removed */
export function validateCookieKeys(keys: readonly SecretKey[]): void {
  if (keys.length > 3 || !keys.every(({ use }) => use === 'enc')) {
    throw new Error('The key set of cookies must hold one to three keys, each with use enc.');
  }
}

export function createSessionCookie({ secure, keys }: CookieOptions) {
  const name = secure ? '__Host-cups-session' : 'cups-session';
  const flags = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  const cache = new LRUCache<string, CookiePayload>({ max: MAX_CACHED_COOKIES });
  let cachedKeys = keys();

  /** Returns the current keys, and clears the cache when they change. */
  const currentKeys = (): readonly SecretKey[] => {
    const current = keys();
    if (current !== cachedKeys) cache.clear();
    return (cachedKeys = current);
  };

  return {
    clearHeader: `${name}=; ${flags}; Max-Age=0`,

    /** Returns Set-Cookie with an expiry at the end of the session. */
    async set({ assertion, seen, keyHash }: CookiePayload, expires: Date): Promise<string> {
      const sealed = await seal(JSON.stringify({ a: assertion, s: seen, k: keyHash }), currentKeys()[0]!);
      return `${name}=${sealed}; ${flags}; Expires=${expires.toUTCString()}`;
    },

    /** Returns the cookie's value from a Cookie header, or undefined. */
    read(header = ''): string | undefined {
      const pair = header.split(';').find((part) => part.trimStart().startsWith(`${name}=`));
      return pair?.slice(pair.indexOf('=') + 1).trim() || undefined;
    },

    /** Decrypts a cookie. @throws Problem SESSION_INVALID when no current key decrypts it */
    async open(sealed: string): Promise<CookiePayload> {
      const usedKeys = currentKeys();
      const hash = hashOnce('sha256', sealed, 'base64');
      const cached = cache.get(hash);
      if (cached) return cached;
      const payload = await decryptPayload(sealed, usedKeys).catch(() => {
        throw new Problem({ reason: 'SESSION_INVALID', message: 'The session cannot be read.' });
      });
      if (usedKeys === currentKeys()) cache.set(hash, payload);
      return payload;
    },
  };
}

async function decryptPayload(sealed: string, keys: readonly SecretKey[]): Promise<CookiePayload> {
  const { a: assertion, s: seen, k: keyHash } = JSON.parse(await unseal(sealed, keys)) as Record<string, unknown>;
  const isKeyHash = keyHash === undefined || typeof keyHash === 'string';
  if (typeof assertion !== 'string' || !Number.isSafeInteger(seen) || !isKeyHash)
    throw new Error('not a session payload');
  return { assertion, seen: seen as number, keyHash };
}
