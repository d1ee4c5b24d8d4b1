import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Problem } from '@cups/problem';
import { seal, unseal } from '@cups/rpc';
import type { SecretKey } from '@cups/rpc';

/**
 * The cookie in which a browser keeps its session: the assertion of identity, encrypted under keys that gateways alone have. What
 * services hear of a session, the bare assertion, is worth nothing as a cookie.
 */

/** Of more cookies the one is forgotten that was not used for the longest time; it is decrypted again. */
const MAX_CACHED_COOKIES = 20_000;

/** What a cookie says. */
export interface CookiePayload {
  assertion: string;
  /** When a person last asked for something, in seconds since 1970. */
  seen: number;
}

export interface CookieOptions {
  /** With an https origin it is Secure and carries the __Host- prefix. */
  secure: boolean;
  /** The keys that count now: the first encrypts, all decrypt. Another array after each change. */
  keys: () => readonly SecretKey[];
}

/** @throws Error for keys that are not one to three for encryption: with more, an old one would never go */
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

  /** A key that ceased to count leaves nothing behind that was opened with it. */
  const currentKeys = (): readonly SecretKey[] => {
    const now = keys();
    if (now !== cachedKeys) cache.clear();
    return (cachedKeys = now);
  };

  return {
    /** Set-Cookie that clears it. */
    clearHeader: `${name}=; ${flags}; Max-Age=0`,

    /** Set-Cookie that holds this until the session expires. */
    async set({ assertion, seen }: CookiePayload, expires: Date): Promise<string> {
      const sealed = await seal(JSON.stringify({ a: assertion, s: seen }), currentKeys()[0]!);
      return `${name}=${sealed}; ${flags}; Expires=${expires.toUTCString()}`;
    },

    /** What stands in the header of a request under the cookie's name; undefined without one. */
    read(header = ''): string | undefined {
      const pair = header.split(';').find((part) => part.trimStart().startsWith(`${name}=`));
      return pair?.slice(pair.indexOf('=') + 1).trim() || undefined;
    },

    /** What a cookie says. @throws Problem SESSION_INVALID for one that no key of now has encrypted */
    async open(sealed: string): Promise<CookiePayload> {
      const usedKeys = currentKeys();
      const hash = createHash('sha256').update(sealed).digest('base64');
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
  const { a: assertion, s: seen } = JSON.parse(await unseal(sealed, keys)) as { a: unknown; s: unknown };
  if (typeof assertion !== 'string' || !Number.isSafeInteger(seen)) throw new Error('no session');
  return { assertion, seen: seen as number };
}
