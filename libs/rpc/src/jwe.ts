import { CompactEncrypt, compactDecrypt } from 'jose';
import type { SecretKey } from './key-set.ts';

/** Texts that only whoever has the keys can read or make: JWE (RFC 7516) under a key of one's own, A256GCM. */

const ENCRYPTION = { alg: 'dir', enc: 'A256GCM' } as const;
const ALLOWED = { keyManagementAlgorithms: [ENCRYPTION.alg], contentEncryptionAlgorithms: [ENCRYPTION.enc] };

/** Encrypts under the first of the keys. */
export function encryptText(text: string, [key]: readonly SecretKey[]): Promise<string> {
  const { kid, secret } = key!;
  const header = { ...ENCRYPTION, kid };
  return new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(header).encrypt(secret);
}

/** What was encrypted under any of the keys. @throws Error for everything else */
export async function decryptText(sealed: string, keys: readonly SecretKey[]): Promise<string> {
  const keyOf = (header: { kid?: string }): Uint8Array => {
    const key = keys.find(({ kid }) => kid === header.kid);
    if (!key) throw new Error('no such key');
    return key.secret;
  };
  const { plaintext } = await compactDecrypt(sealed, keyOf, ALLOWED);
  return new TextDecoder().decode(plaintext);
}
