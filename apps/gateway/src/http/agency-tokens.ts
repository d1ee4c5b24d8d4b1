import { LRUCache } from 'lru-cache';
import { hash as hashOnce } from 'node:crypto';
import { Problem } from '@cups/problem';
import { seal, unseal } from '@cups/rpc';
import type { Keys, SecretKey, Session } from '@cups/rpc';

/**
 * Access tokens of the machines of agencies (RFC 6750): the assertion of identity, encrypted as that of a session cookie is.
 * The subject of the encryption makes a token no cookie, and a cookie no token.
 */

const SUBJECT = 'agency-token';
/** The cache evicts the least recently used token, which is decrypted again when needed. */
const MAX_CACHED_TOKENS = 2_000;
/** An assertion and its encryption have about 1,000 characters. */
const MAX_TOKEN_LENGTH = 4_096;

export interface AgencyTokensDeps {
  keys: Pick<Keys, 'verifySession'>;
  /** Keys of session cookies: the first encrypts, all decrypt. Returns a new array after each change. */
  cookieKeys: () => readonly SecretKey[];
}

export interface AgencyTokens {
  /** Returns the access token of an assertion. */
  issue(assertion: string): Promise<string>;
  /**
   * Returns the session of an Authorization header, and the assertion to forward.
   * @throws Problem UNAUTHENTICATED without a valid token
   */
  authenticate(authorization: string | undefined): Promise<{ session: AgencySession; assertion: string }>;
}

/** The session of an agency's machine. */
export type AgencySession = Session & { agency: string };

export function createAgencyTokens({ keys, cookieKeys }: AgencyTokensDeps): AgencyTokens {
  const cache = new LRUCache<string, string>({ max: MAX_CACHED_TOKENS });
  let cachedKeys = cookieKeys();

  async function open(token: string): Promise<string> {
    const currentKeys = cookieKeys();
    if (currentKeys !== cachedKeys) cache.clear();
    cachedKeys = currentKeys;
    const hash = hashOnce('sha256', token, 'base64');
    const assertion = cache.get(hash) ?? (await unseal(token, currentKeys, SUBJECT));
    cache.set(hash, assertion);
    return assertion;
  }

  return {
    issue: (assertion) => seal(assertion, cookieKeys()[0]!, SUBJECT),

    async authenticate(authorization = '') {
      const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization) ?? [];
      if (token === undefined || token.length > MAX_TOKEN_LENGTH) throw noToken('The request has no access token.');
      try {
        const assertion = await open(token);
        // Verified at each request: it expires.
        const session = await keys.verifySession(assertion);
        if (!isAgencySession(session)) throw new Error('not an agency');
        return { session, assertion };
      } catch {
        throw noToken('The access token is invalid or has expired.');
      }
    },
  };
}

const isAgencySession = (session: Session): session is AgencySession =>
  session.roles.includes('agency-system') && session.agency !== undefined;

const noToken = (message: string): Problem => new Problem({ reason: 'UNAUTHENTICATED', message });
