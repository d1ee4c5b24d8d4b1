import { createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Verifies calls of the webhook, by Standard Webhooks: `v1a`, Ed25519. */

export interface WebhookCall {
  /** By lower-case name. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Exactly as received. */
  body: string;
}

/** How far the time of a call may differ from the clock. */
const TOLERANCE_MS = 5 * 60_000;
const KEY_PREFIX = 'whpk_';

/**
 * Returns whether the platform made a call, now. A recorded call that is repeated within five minutes counts too: it only
 * causes another read.
 * @param publicKeys `publicKey` of `AgencyApi.listWebhookKeys`
 */
export function verifyWebhook({ headers, body }: WebhookCall, publicKeys: readonly string[], now: Date): boolean {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const signatures = headers['webhook-signature'];
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') return false;
  if (!/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(Number(timestamp) * 1000 - now.getTime()) > TOLERANCE_MS) return false;
  const signed = Buffer.from(`${id}.${timestamp}.${body}`);
  const candidates = signatures.split(' ').flatMap((one) => (one.startsWith('v1a,') ? [one.slice(4)] : []));
  return publicKeys.some((text) => {
    const key = parseKey(text);
    return key !== undefined && candidates.some((one) => verify(null, signed, key, Buffer.from(one, 'base64')));
  });
}

/** Returns undefined for another kind of key. */
function parseKey(text: string): KeyObject | undefined {
  if (!text.startsWith(KEY_PREFIX)) return undefined;
  const x = Buffer.from(text.slice(KEY_PREFIX.length), 'base64').toString('base64url');
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch {
    return undefined;
  }
}
