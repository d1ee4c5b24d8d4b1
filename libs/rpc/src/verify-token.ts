import type { KeyObject } from 'node:crypto';
import { jwtVerify } from 'jose/jwt/verify';
import type { JWTPayload } from 'jose';

/** How far clocks may be apart: machines whose time is kept badly must still reach each other. */
export const CLOCK_TOLERANCE_SECONDS = 60;
const MAX_TOKEN_LENGTH = 4096;

/** What tokens of one kind must be. */
export interface TokenRule {
  /** Its `typ`. */
  typ: string;
  audience: string;
  /** Who alone may sign it; without one, whoever has a key. */
  issuer?: string;
  /** How long it may live. */
  seconds: number;
}

/** A payload whose issuer, audience and times have been verified. */
export type VerifiedPayload = JWTPayload & { iss: string; aud: string; iat: number; exp: number };

/**
 * Verifies a token, step by step: its form, the key of its issuer, the signature, type, audience and end, how long it lives, and that
 * it does not begin in the future.
 * @param options.now milliseconds
 * @throws TokenFromTheFuture, or JWTExpired of jose: the signature is good, and the times tell of its issuer's clock
 * @throws Error when it is not to be trusted; its text is for us only
 */
export async function verifyToken(
  token: string,
  rule: TokenRule,
  options: { find: (issuer: string, kid: string | undefined) => KeyObject | undefined; now: number },
): Promise<VerifiedPayload> {
  assertTokenFormat(token);
  const payload = await verifySignature(token, rule, options);
  const { iss, aud, iat, exp } = payload;
  if (typeof iss !== 'string' || typeof aud !== 'string') throw new Error('one issuer, one audience');
  if (iat === undefined || exp === undefined) throw new Error('it has no times');
  if (exp - iat > rule.seconds || exp <= iat) throw new Error('it lives too long');
  const verified = { ...payload, iss, aud, iat, exp };
  if (iat > options.now / 1000 + CLOCK_TOLERANCE_SECONDS) throw new TokenNotYetValidError(verified);
  return verified;
}

/** A token that is good but for the clock of its issuer, which is ahead. */
export class TokenNotYetValidError extends Error {
  readonly payload: JWTPayload;

  constructor(payload: JWTPayload) {
    super('it is from the future');
    this.payload = payload;
  }
}

/** Stricter than a decoder of base64 is: one token has one text, and one hash. */
function assertTokenFormat(token: string): void {
  if (token.length > MAX_TOKEN_LENGTH || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw new Error('it is no token');
}

async function verifySignature(
  token: string,
  { typ, audience, issuer }: TokenRule,
  { find, now }: { find: (issuer: string, kid: string | undefined) => KeyObject | undefined; now: number },
): Promise<JWTPayload> {
  const { payload } = await jwtVerify(
    token,
    ({ kid }) => {
      // The issuer is read before it is verified only to choose the key that must verify it.
      const found = find(issuer ?? claimedIssuer(token), kid);
      if (!found) throw new Error('no such key');
      return found;
    },
    {
      typ,
      audience,
      ...(issuer !== undefined && { issuer }),
      algorithms: ['EdDSA'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(now),
      requiredClaims: ['iss', 'aud', 'iat', 'exp'],
    },
  );
  return payload;
}

function claimedIssuer(token: string): string {
  const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return String((payload as { iss?: unknown } | null)?.iss);
}
