import { readFileSync } from 'node:fs';
import { createCleartextMessage, decryptKey, readPrivateKey, sign } from 'openpgp';
import type { PrivateKey } from 'openpgp';

/** OpenPGP cleartext signatures, as Helm expects them beside an archive. */

/** Signs with one key. */
export interface Signer {
  /** Fingerprint of the key, hexadecimal. */
  fingerprint: string;
  /** @returns the text with its signature */
  sign(text: string): Promise<string>;
  /** Binary public key: the keyring for `helm verify`. */
  keyring(): Uint8Array;
}

/**
 * Reads a private key.
 * @param file armoured key, as `gpg --export-secret-keys --armor` writes it
 * @param passphraseFile file with the passphrase in its first line
 * @throws Error, one sentence, when it is not a private key, or the passphrase is missing or wrong
 */
export async function readSigner(file: string, passphraseFile?: string): Promise<Signer> {
  const key = await unlockKey(await readPrivate(file), file, passphraseFile);
  return {
    fingerprint: key.getFingerprint(),
    async sign(text) {
      return sign({ message: await createCleartextMessage({ text }), signingKeys: key });
    },
    keyring: () => key.toPublic().write(),
  };
}

async function readPrivate(file: string): Promise<PrivateKey> {
  try {
    return await readPrivateKey({ armoredKey: readFileSync(file, 'utf8') });
  } catch (cause) {
    throw new Error(`${file} holds no private key of OpenPGP in armour.`, { cause });
  }
}

async function unlockKey(key: PrivateKey, file: string, passphraseFile: string | undefined): Promise<PrivateKey> {
  if (key.isDecrypted()) return key;
  if (passphraseFile === undefined) throw new Error(`The key of ${file} has a passphrase: name its file.`);
  const [passphrase = ''] = readFileSync(passphraseFile, 'utf8').split(/\r?\n/);
  try {
    return await decryptKey({ privateKey: key, passphrase });
  } catch (cause) {
    throw new Error(`The passphrase of ${passphraseFile} does not open the key of ${file}.`, { cause });
  }
}
