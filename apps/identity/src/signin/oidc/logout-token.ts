import { errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { SignInRefused } from '../provider.ts';
import type { RefusalCause, ProviderLogout } from '../provider.ts';

/** Sign-outs that begin at the provider, which tells us itself (OpenID Connect Back-Channel Logout 1.0). */

/** What a token is held against. */
export interface LogoutTokenExpectations {
  /** Of the provider. */
  keys: JWTVerifyGetKey;
  issuer: string;
  clientId: string;
  algorithms: string[];
  skewSeconds: number;
  now: Date;
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** A token is believed for so long after it was made, whatever end it names: until then it is remembered. */
const MAX_TOKEN_AGE_SECONDS = 600;
/** Providers of an earlier version of the standard name the type of any token, or none. */
const TOKEN_TYPES = ['logout+jwt', 'application/logout+jwt', 'jwt', ''];

/**
 * What a logout token says, when it counts.
 * @param resolvePrincipal who a subject is to us
 * @throws SignInRefused; Error when the keys of the provider cannot be had
 */
export async function verifyLogoutToken(
  token: string,
  expected: LogoutTokenExpectations,
  resolvePrincipal: (subject: string) => ProviderLogout['principal'],
): Promise<ProviderLogout> {
  const claims = await verifyToken(token, expected);
  const { jti, sub, sid, iat = 0, exp = 0 } = claims;
  if (!isNonEmptyName(jti) || !hasLogoutEvent(claims['events'])) throw invalidToken('It is no token of a sign-out.');
  if (claims['nonce'] !== undefined) throw invalidToken('A token with a nonce is one of a sign-in.');
  const now = expected.now.getTime() / 1000;
  if (iat > now + expected.skewSeconds) throw new SignInRefused('not-yet-valid', 'The token counts later only.');
  const until = Math.min(exp, iat + MAX_TOKEN_AGE_SECONDS) + expected.skewSeconds;
  if (until <= now) throw new SignInRefused('expired', 'The token counts no longer.');
  if (!isNonEmptyName(sid) && !isNonEmptyName(sub)) throw invalidToken('The token says of nobody that they left.');
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
    if (!TOKEN_TYPES.includes(typ.toLowerCase())) throw invalidToken('It is a token for something else.');
    return payload;
  } catch (error) {
    const cause = refusalCause(error);
    if (cause === undefined) throw error;
    throw new SignInRefused(cause, 'The token does not hold.');
  }
}

const CAUSE_BY_CLAIM: Readonly<Record<string, RefusalCause>> = { iss: 'issuer', aud: 'audience' };

/** What the library found; undefined for what is no fault of the token. */
function refusalCause(error: unknown): RefusalCause | undefined {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return CAUSE_BY_CLAIM[error.claim] ?? 'token';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'algorithm';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'malformed';
  const isOfKey =
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys;
  return isOfKey ? 'signature' : undefined;
}

const invalidToken = (message: string): SignInRefused => new SignInRefused('token', message);

const isNonEmptyName = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 300;

/** Whether the one event that means a sign-out is there. */
function hasLogoutEvent(events: unknown): boolean {
  const event: unknown =
    typeof events === 'object' && events !== null && Object.getOwnPropertyDescriptor(events, LOGOUT_EVENT)?.value;
  return typeof event === 'object' && event !== null;
}
