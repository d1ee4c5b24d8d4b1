import { readFileSync } from 'node:fs';
import { createCleartextMessage, decryptKey, readPrivateKey, sign } from 'openpgp';
import type { PrivateKey } from 'openpgp';

/** Signatures of OpenPGP in clear text, which is what Helm reads beside an archive. */

/** Who signs. */
export interface Signer {
  /** Of the key, in hexadecimal digits. */
  fingerprint: string;
  /** @returns the text with a signature below */
  sign(text: string): Promise<string>;
  /** The public half of the key, without armour: the keyring that `helm verify` takes. */
  keyring(): Uint8Array;
}

/**
 * Reads a private key.
 * @param file armoured, as `gpg --export-secret-keys --armor` writes it
 * @param passphraseFile with the passphrase in its first line
 * @throws Error, one sentence, when it is no private key, or the passphrase is missing or wrong
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
