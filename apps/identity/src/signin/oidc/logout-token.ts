import { errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { SignInRefused } from '../provider.ts';
import type { RefusalCause, ProviderLogout } from '../provider.ts';

/** Logout tokens that the provider sends directly (OpenID Connect Back-Channel Logout 1.0). */

/** What a token must match. */
export interface LogoutTokenExpectations {
  /** Keys of the provider. */
  keys: JWTVerifyGetKey;
  issuer: string;
  clientId: string;
  algorithms: string[];
  skewSeconds: number;
  now: Date;
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** Maximum age of a token, whatever its expiry. The token is remembered for that time. */
const MAX_TOKEN_AGE_SECONDS = 600;
/** Earlier drafts of the standard use the generic type, or none. */
const TOKEN_TYPES = ['logout+jwt', 'application/logout+jwt', 'jwt', ''];

/**
 * Verifies a logout token and returns its content.
 * @param resolvePrincipal maps a subject to a person
 * @throws SignInRefused; Error if the provider's keys are unavailable
 */
export async function verifyLogoutToken(
  token: string,
  expected: LogoutTokenExpectations,
  resolvePrincipal: (subject: string) => ProviderLogout['principal'],
): Promise<ProviderLogout> {
  const claims = await verifyToken(token, expected);
  const { jti, sub, sid, iat = 0, exp = 0 } = claims;
  if (!isNonEmptyName(jti) || !hasLogoutEvent(claims['events'])) throw invalidToken('The token is not a logout token.');
  if (claims['nonce'] !== undefined) throw invalidToken('A logout token must not contain a nonce.');
  const now = expected.now.getTime() / 1000;
  if (iat > now + expected.skewSeconds) throw new SignInRefused('not-yet-valid', 'The token is not valid yet.');
  const until = Math.min(exp, iat + MAX_TOKEN_AGE_SECONDS) + expected.skewSeconds;
  if (until <= now) throw new SignInRefused('expired', 'The token has expired.');
  if (!isNonEmptyName(sid) && !isNonEmptyName(sub))
    throw invalidToken('The token names neither a session nor a subject.');
  return {
    principal: isNonEmptyName(sid) ? {} : resolvePrincipal(sub!),
    sessionIndexes: isNonEmptyName(sid) ? [sid] : [],
    message: { id: `sign-out ${jti}`, until: new Date(until * 1000) },
  };
}

async function verifyToken(
  token: string,
  { keys, issuer, clientId, algorithms, skewSeconds, now }: LogoutTokenExpectations,
): Promise<JWTPayload> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      issuer,
      audience: clientId,
      algorithms,
      clockTolerance: skewSeconds,
      currentDate: now,
      requiredClaims: ['iat', 'exp'],
    });
    const { typ = '' } = protectedHeader;
    if (!TOKEN_TYPES.includes(typ.toLowerCase())) throw invalidToken('The token has another type.');
    return payload;
  } catch (error) {
    const cause = refusalCause(error);
    if (cause === undefined) throw error;
    throw new SignInRefused(cause, 'The token is invalid.');
  }
}

const CAUSE_BY_CLAIM: Readonly<Record<string, RefusalCause>> = { iss: 'issuer', aud: 'audience' };

/** Returns the cause of a library error; undefined if the token is not at fault. */
function refusalCause(error: unknown): RefusalCause | undefined {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return CAUSE_BY_CLAIM[error.claim] ?? 'token';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'algorithm';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'malformed';
  const isKeyError =
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys;
  return isKeyError ? 'signature' : undefined;
}

const invalidToken = (message: string): SignInRefused => new SignInRefused('token', message);

const isNonEmptyName = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 300;

function hasLogoutEvent(events: unknown): boolean {
  const event: unknown =
    typeof events === 'object' && events !== null && Object.getOwnPropertyDescriptor(events, LOGOUT_EVENT)?.value;
  return typeof event === 'object' && event !== null;
}
