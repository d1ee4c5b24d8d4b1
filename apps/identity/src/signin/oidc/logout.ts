import { errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { SignInRefused } from '../provider.ts';
import type { Cause, ToldSignOut } from '../provider.ts';

/** Sign-outs that begin at the provider, which tells us itself (OpenID Connect Back-Channel Logout 1.0). */

/** What a token is held against. */
export interface Expected {
  /** Of the provider. */
  keys: JWTVerifyGetKey;
  issuer: string;
  clientId: string;
  algorithms: string[];
  skewSeconds: number;
  now: Date;
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** A token is believed for so long after it was made, whatever end it names: until then it is remembered. */
const BELIEVED_SECONDS = 600;
/** Providers of an earlier version of the standard name the type of any token, or none. */
const TYPES = ['logout+jwt', 'application/logout+jwt', 'jwt', ''];

/**
 * What a logout token says, when it counts.
 * @param whoseOf who a subject is to us
 * @throws SignInRefused; Error when the keys of the provider cannot be had
 */
export async function toldByToken(
  token: string,
  expected: Expected,
  whoseOf: (subject: string) => ToldSignOut['whose'],
): Promise<ToldSignOut> {
  const claims = await verified(token, expected);
  const { jti, sub, sid, iat = 0, exp = 0 } = claims;
  if (!isName(jti) || !isEvent(claims['events'])) throw broken('It is no token of a sign-out.');
  if (claims['nonce'] !== undefined) throw broken('A token with a nonce is one of a sign-in.');
  const now = expected.now.getTime() / 1000;
  if (iat > now + expected.skewSeconds) throw new SignInRefused('not-yet-valid', 'The token counts later only.');
  const until = Math.min(exp, iat + BELIEVED_SECONDS) + expected.skewSeconds;
  if (until <= now) throw new SignInRefused('expired', 'The token counts no longer.');
  if (!isName(sid) && !isName(sub)) throw broken('The token says of nobody that they left.');
  return {
    whose: isName(sid) ? {} : whoseOf(sub!),
    indexes: isName(sid) ? [sid] : [],
    statement: { id: `sign-out ${jti}`, until: new Date(until * 1000) },
  };
}

async function verified(
  token: string,
  { keys, issuer, clientId, algorithms, skewSeconds, now }: Expected,
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
    if (!TYPES.includes(typ.toLowerCase())) throw broken('It is a token for something else.');
    return payload;
  } catch (error) {
    const cause = causeOf(error);
    if (cause === undefined) throw error;
    throw new SignInRefused(cause, 'The token does not hold.');
  }
}

const OF_CLAIM: Readonly<Record<string, Cause>> = { iss: 'issuer', aud: 'audience' };

/** What the library found; undefined for what is no fault of the token. */
function causeOf(error: unknown): Cause | undefined {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return OF_CLAIM[error.claim] ?? 'token';
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JOSENotSupported) return 'algorithm';
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return 'malformed';
  const isOfKey =
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys;
  return isOfKey ? 'signature' : undefined;
}

const broken = (message: string): SignInRefused => new SignInRefused('token', message);

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 300;

/** Whether the one event that means a sign-out is there. */
function isEvent(events: unknown): boolean {
  const event: unknown =
    typeof events === 'object' && events !== null && Object.getOwnPropertyDescriptor(events, EVENT)?.value;
  return typeof event === 'object' && event !== null;
}
