import { CompactEncrypt, compactDecrypt } from 'jose';
import type { SecretKey } from './key-set.ts';

/** Encrypts texts with AES-256-GCM as compact JWE (RFC 7516); without the key nobody can read or change them. */

const ENCRYPTION = { alg: 'dir', enc: 'A256GCM' } as const;
const ALLOWED = { keyManagementAlgorithms: [ENCRYPTION.alg], contentEncryptionAlgorithms: [ENCRYPTION.enc] };

/** Encrypts a text. @param subject binds it to an owner, who must match in `unseal` */
export function seal(text: string, { kid, secret }: SecretKey, subject?: string): Promise<string> {
  const header = { ...ENCRYPTION, kid, ...(subject !== undefined && { sub: subject }) };
  return new CompactEncrypt(new TextEncoder().encode(text)).setProtectedHeader(header).encrypt(secret);
}

/** Decrypts a text. @throws Error for an unknown key, another subject or a changed text */
export async function unseal(sealed: string, keys: readonly SecretKey[], subject?: string): Promise<string> {
  const keyOf = ({ kid, sub }: { kid?: string; sub?: unknown }): Uint8Array => {
    const key = keys.find((one) => one.kid === kid);
    if (!key || sub !== subject) {
      throw new Error('The text cannot be decrypted: unknown key or another subject.');
    }
    return key.secret;
  };
  const { plaintext } = await compactDecrypt(sealed, keyOf, ALLOWED);
  return new TextDecoder().decode(plaintext);
}
