import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import type { SecretKey } from './key-set.ts';

/** Texts sealed by AES-256-GCM as compact JWE (RFC 7516): whoever has no key reads nothing and changes nothing. */

/** @param subject whose it is: sealed for one, it opens for no other */
export function seal(text: string, { kid, secret }: SecretKey, subject: string): Promise<string> {
  const header = { alg: 'dir', enc: 'A256GCM', kid, sub: subject };
  return new CompactEncrypt(Buffer.from(text)).setProtectedHeader(header).encrypt(secret);
}

/** @throws Error when none of the keys sealed it, or it was sealed for another subject, or it was changed */
export async function unseal(sealed: string, keys: readonly SecretKey[], subject: string): Promise<string> {
  const { kid, sub } = decodeProtectedHeader(sealed) as { kid?: string; sub?: string };
  const key = keys.find((one) => one.kid === kid);
  if (!key || sub !== subject)
    throw new Error('It cannot be opened: there is no key for it, or it is of another subject.');
  const allowed = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] };
  const { plaintext } = await compactDecrypt(sealed, key.secret, allowed);
  return Buffer.from(plaintext).toString('utf8');
}
