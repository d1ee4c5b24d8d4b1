import type { KeyObject } from 'node:crypto';
import { jwtVerify } from 'jose/jwt/verify';
import type { JWTPayload } from 'jose';

/** Accepted clock difference: machines with inaccurate clocks must still reach each other. */
export const CLOCK_TOLERANCE_SECONDS = 60;
const MAX_TOKEN_LENGTH = 4096;

/** Requirements for one kind of token. */
export interface TokenRule {
  /** The `typ` header. */
  typ: string;
  audience: string;
  /** The only accepted issuer; by default any service with a key. */
  issuer?: string;
  /** Maximum lifetime. */
  seconds: number;
  /** Whether an expired token is returned like a valid one; the caller compares its times. */
  isExpiredAccepted?: boolean;
}

/** A payload with verified issuer, audience and times. */
export type VerifiedPayload = JWTPayload & { iss: string; aud: string; iat: number; exp: number };

/**
 * Verifies a token: format, the issuer's key, signature, type, audience, expiry, lifetime, and that it is already
 * valid.
 * @param options.now milliseconds
 * @throws TokenNotYetValidError, or JWTExpired of jose, for a valid signature with times that reveal the issuer's
 * clock
 * @throws Error for any other invalid token; its text is internal
 */
export async function verifyToken(
  token: string,
  rule: TokenRule,
  options: { find: (issuer: string, kid: string | undefined) => KeyObject | undefined; now: number },
): Promise<VerifiedPayload> {
  assertTokenFormat(token);
  const payload = await verifySignature(token, rule, options);
  const { iss, aud, iat, exp } = payload;
  if (typeof iss !== 'string' || typeof aud !== 'string')
    throw new Error('the token needs one issuer and one audience');
  if (iat === undefined || exp === undefined) throw new Error('the token has no times');
  if (exp - iat > rule.seconds || exp <= iat) throw new Error('the token lifetime is too long');
  const verified = { ...payload, iss, aud, iat, exp };
  if (iat > options.now / 1000 + CLOCK_TOLERANCE_SECONDS) throw new TokenNotYetValidError(verified);
  return verified;
}

/** A valid token whose issuer's clock is ahead. */
export class TokenNotYetValidError extends Error {
  readonly payload: JWTPayload;

  constructor(payload: JWTPayload) {
    super('the token is not valid yet');
    this.payload = payload;
  }
}

/** Stricter than a base64 decoder: one token has one text, and one hash. */
function assertTokenFormat(token: string): void {
  if (token.length > MAX_TOKEN_LENGTH || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token))
    throw new Error('invalid token format');
}

async function verifySignature(
  token: string,
  { typ, audience, issuer, isExpiredAccepted = false }: TokenRule,
  { find, now }: { find: (issuer: string, kid: string | undefined) => KeyObject | undefined; now: number },
): Promise<JWTPayload> {
  const { payload } = await jwtVerify(
    token,
    ({ kid }) => {
      // The unverified issuer only selects the key that must verify it.
      const found = find(issuer ?? claimedIssuer(token), kid);
      if (!found) throw new Error('unknown key');
      return found;
    },
    {
      typ,
      audience,
      ...(issuer !== undefined && { issuer }),
      algorithms: ['EdDSA'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      // Every valid expiry is after the epoch.
      currentDate: new Date(isExpiredAccepted ? 0 : now),
      requiredClaims: ['iss', 'aud', 'iat', 'exp'],
    },
  );
  return payload;
}

function claimedIssuer(token: string): string {
  const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return String((payload as { iss?: unknown } | null)?.iss);
}
