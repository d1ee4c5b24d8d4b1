import { compactDecrypt } from 'jose/jwe/compact/decrypt';
import { CompactEncrypt } from 'jose/jwe/compact/encrypt';
import { exportJWK } from 'jose/key/export';
import { generateKeyPair } from 'jose/key/generate/keypair';
import { importJWK } from 'jose/key/import';
import { decodeProtectedHeader } from 'jose/decode/protected_header';

/**
 * Sealed acts: unsent acts of a desk that only intake can open. Each is a JWE (RFC 7516) in compact form: a one-time key on
 * the curve P-256 agrees with the public key of intake (ECDH-ES), and the result encrypts the act (AES-256-GCM). The
 * browser that sealed it cannot open it.
 */

/** Public key of intake, with the members of a JSON Web Key. */
export interface HandInKey {
  kid: string;
  /** Coordinates, base64url. */
  x: string;
  y: string;
}

/** What a sealed act contains. The grant proves who made it: nobody can forge one with the public key alone. */
export interface ActToSeal {
  offlineGrant: string;
  /** The Idempotency-Key. */
  key: string;
  /** ID of the application. */
  application: string;
  kind: string;
  body: Record<string, unknown>;
  /** The desk time. */
  time: string;
  sequence: number;
  previous?: string;
}

/** Maximum length of a sealed act: more than twice the largest answers of a form, and less than a message between services. */
export const MAX_SEALED_ACT_LENGTH = 240_000;

const CURVE = { kty: 'EC', crv: 'P-256' } as const;
const AGREEMENT = 'ECDH-ES';
const ENCRYPTION = 'A256GCM';
const TYPE = 'cups-act+jwe';

/** @throws Error for an invalid key, or an act above {@link MAX_SEALED_ACT_LENGTH} */
export async function sealAct({ kid, x, y }: HandInKey, act: ActToSeal): Promise<string> {
  const key = await importJWK({ ...CURVE, x, y }, AGREEMENT);
  const sealed = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(act)))
    .setProtectedHeader({ alg: AGREEMENT, enc: ENCRYPTION, typ: TYPE, kid })
    .encrypt(key);
  if (sealed.length > MAX_SEALED_ACT_LENGTH) throw new Error('The act is too large to seal.');
  return sealed;
}

/** A new key pair. */
export interface HandInKeyPair extends Omit<HandInKey, 'kid'> {
  /** The private member of the JSON Web Key, base64url. */
  d: string;
}

export async function createHandInKeyPair(): Promise<HandInKeyPair> {
  const { privateKey } = await generateKeyPair(AGREEMENT, { crv: CURVE.crv, extractable: true });
  const { x, y, d } = await exportJWK(privateKey);
  return { x: x!, y: y!, d: d! };
}

/**
 * Opens a sealed act.
 * @param findKey returns the key pair of an ID; undefined for an unknown one
 * @returns the content, not validated; undefined if the text is no sealed act, was changed, or its key is unknown
 */
export async function openSealedAct(
  text: string,
  findKey: (kid: string) => Promise<HandInKeyPair | undefined>,
): Promise<unknown> {
  const kid = readKeyId(text);
  const pair = kid === undefined ? undefined : await findKey(kid);
  if (!pair) return undefined;
  const allowed = { keyManagementAlgorithms: [AGREEMENT], contentEncryptionAlgorithms: [ENCRYPTION] };
  try {
    const { plaintext } = await compactDecrypt(text, await importJWK({ ...CURVE, ...pair }, AGREEMENT), allowed);
    return JSON.parse(new TextDecoder().decode(plaintext)) as unknown;
  } catch {
    return undefined;
  }
}

/** Returns the ID of the key that a text names, if it is a sealed act. Compression is refused: it has no bound. */
function readKeyId(text: string): string | undefined {
  if (text.length > MAX_SEALED_ACT_LENGTH) return undefined;
  try {
    const { typ, kid, zip } = decodeProtectedHeader(text);
    return typ === TYPE && zip === undefined && typeof kid === 'string' ? kid : undefined;
  } catch {
    return undefined;
  }
}
