import { isResourceName, isUuid, MAX_OFFLINE_HOURS } from '@cups/contracts';
import type { TokenRule, VerifiedPayload } from './verify-token.ts';

/** Only identity may sign offline grants. An expired one is still evidence, so verification returns it. */
export const OFFLINE_GRANT_RULE: TokenRule = {
  typ: 'cups-offline+jwt',
  audience: 'cups-offline',
  issuer: 'identity',
  seconds: MAX_OFFLINE_HOURS * 3600,
  isExpiredAccepted: true,
};

/** Identity's statement that an operator had contact on a device. It is no session. */
export interface OfflineGrant {
  /** Unique ID of the grant. */
  id: string;
  /** `operators/{id}` */
  operator: string;
  /** `devices/{id}` */
  device: string;
  /** `centres/{code}` */
  centre: string;
  /** Time of the contact by the platform's clock, in whole seconds. */
  anchorTime: Date;
  /** 72 hours after {@link anchorTime}. */
  expireTime: Date;
  /** Request ID of the device's newest act that the platform had at the contact, a UUID. */
  chainHead?: string;
}

/** Returns the claims of a grant with its times. @throws Error if a field is malformed */
export function toGrantClaims(grant: Omit<OfflineGrant, 'expireTime'>): Record<string, unknown> {
  const { id, operator, device, centre, anchorTime, chainHead } = grant;
  const iat = Math.floor(anchorTime.getTime() / 1000);
  const exp = iat + OFFLINE_GRANT_RULE.seconds;
  const claims = {
    sub: operator,
    device,
    centre,
    jti: id,
    head: chainHead,
    aud: OFFLINE_GRANT_RULE.audience,
    iat,
    exp,
  };
  parseGrant({ ...claims, iss: 'identity' });
  return claims;
}

/** Returns the grant of verified claims. @throws Error if a claim is malformed */
export function parseGrant(payload: VerifiedPayload): OfflineGrant {
  const { sub: operator, device, centre, jti: id, head, iat, exp } = payload;
  if (typeof id !== 'string' || !/^[\w-]{1,80}$/.test(id)) throw new Error('a claim is malformed');
  if (!isNameIn('operators', operator) || !isNameIn('devices', device) || !isNameIn('centres', centre))
    throw new Error('a claim is malformed');
  if (exp - iat !== OFFLINE_GRANT_RULE.seconds) throw new Error('the grant has another lifetime');
  const grant = { id, operator, device, centre, anchorTime: new Date(iat * 1000), expireTime: new Date(exp * 1000) };
  if (head === undefined) return grant;
  if (typeof head !== 'string' || !isUuid(head)) throw new Error('a claim is malformed');
  return { ...grant, chainHead: head.toLowerCase() };
}

/**
 * Returns what a grant says without verifying it. Its key may have been retired. It proves nothing.
 * @throws Error if it is malformed
 */
export function readUnverifiedGrant(token: string): OfflineGrant {
  const [, payload = ''] = token.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as VerifiedPayload;
  if (!Number.isSafeInteger(claims.iat)) throw new Error('a claim is malformed');
  return parseGrant(claims);
}

function isNameIn(collection: 'operators' | 'devices' | 'centres', value: unknown): value is string {
  return typeof value === 'string' && isResourceName(collection, value);
}
