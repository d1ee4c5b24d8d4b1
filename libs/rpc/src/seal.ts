import { CompactEncrypt, compactDecrypt } from 'jose';
import type { SecretKey } from './key-set.ts';

/** Texts sealed by AES-256-GCM as compact JWE (RFC 7516): whoever has no key reads nothing and changes nothing. */

const ENCRYPTION = { alg: 'dir', enc: 'A256GCM' } as const;
const ALLOWED = { keyManagementAlgorithms: [ENCRYPTION.alg], contentEncryptionAlgorithms: [ENCRYPTION.enc] };

/** @param subject whose it is: sealed for one, it opens for no other; without one it is nobody's */
export function seal(text: string, { kid, secret }: SecretKey, subject?: string): Promise<string> {
  const header = { ...ENCRYPTION, kid, ...(subject !== undefined && { sub: subject }) };
  return new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(header).encrypt(secret);
}

/** @throws Error when none of the keys sealed it, or it was sealed for another subject, or it was changed */
export async function unseal(sealed: string, keys: readonly SecretKey[], subject?: string): Promise<string> {
  const keyOf = ({ kid, sub }: { kid?: string; sub?: unknown }): Uint8Array => {
    const key = keys.find((one) => one.kid === kid);
    if (!key || sub !== subject) {
      throw new Error('It cannot be opened: there is no key for it, or it is of another subject.');
    }
    return key.secret;
  };
  const { plaintext } = await compactDecrypt(sealed, keyOf, ALLOWED);
  return new TextDecoder().decode(plaintext);
}
