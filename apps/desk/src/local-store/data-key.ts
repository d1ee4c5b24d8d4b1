import type { WrappedKey } from './database.ts';

/**
 * The data key of an operator on this device. It seals all records and is in memory only. The browser stores it
 * wrapped, with keys that are derived from the key share of identity, a passphrase or a security key.
 */

const AES = { name: 'AES-GCM', length: 256 } as const;
const WRAPS: KeyUsage[] = ['wrapKey', 'unwrapKey'];
const SEALS: KeyUsage[] = ['encrypt', 'decrypt'];

/** Returns a new data key. It can be wrapped, and is then imported again without that right. */
export function generateDataKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey(AES, true, SEALS);
}

/**
 * Derives a wrapping key from a secret of at least 32 random bytes (HKDF-SHA-256).
 * @param purpose separates the keys of different secrets
 */
export async function deriveWrappingKey(secret: Uint8Array<ArrayBuffer>, purpose: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: encode(`cups-desk ${purpose}`) };
  return crypto.subtle.deriveKey(derivation, material, AES, false, WRAPS);
}

/**
 * Derives a wrapping key from words (PBKDF2-HMAC-SHA-256).
 * @param words normalized
 */
export async function deriveFromWords(
  words: string,
  { salt, iterations }: { salt: Uint8Array<ArrayBuffer>; iterations: number },
): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', encode(words), 'PBKDF2', false, ['deriveKey']);
  const derivation = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations };
  return crypto.subtle.deriveKey(derivation, material, AES, false, WRAPS);
}

/** @param dataKey extractable @param owner bound to the result, as the kind of key is by its derivation */
export async function wrapDataKey(dataKey: CryptoKey, wrappingKey: CryptoKey, owner: string): Promise<WrappedKey> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const algorithm = { name: 'AES-GCM', iv, additionalData: encode(owner) };
  return { iv, wrapped: await crypto.subtle.wrapKey('raw', dataKey, wrappingKey, algorithm) };
}

/**
 * Returns the data key, which cannot leave the browser's crypto module unless `isExtractable`.
 * @throws DOMException OperationError if the wrapping key is another one
 */
export function unwrapDataKey(
  { iv, wrapped }: WrappedKey,
  wrappingKey: CryptoKey,
  owner: string,
  isExtractable = false,
): Promise<CryptoKey> {
  const algorithm = { name: 'AES-GCM', iv, additionalData: encode(owner) };
  return crypto.subtle.unwrapKey('raw', wrapped, wrappingKey, algorithm, AES, isExtractable, SEALS);
}

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
