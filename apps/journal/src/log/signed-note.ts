import { createHash, createPublicKey, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Signed notes of C2SP with Ed25519 (c2sp.org/signed-note): a text, and lines of signatures by named keys. */

const ED25519 = 0x01;
const KEY_ID_BYTES = 4;
const PUBLIC_KEY_BYTES = 32;
const MAX_SIGNATURES = 16;
const SIGNATURE_LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u;

/** A key that verifies notes. */
export interface NoteVerifier {
  /** Name of the key, the origin of its log. */
  name: string;
  /** Eight hexadecimal digits. */
  id: string;
  publicKey: KeyObject;
}

/** A key that signs notes. */
export interface NoteSigner extends NoteVerifier {
  privateKey: KeyObject;
}

/** Returns the signer of an Ed25519 private key. @throws Error for another key or an invalid name */
export const createNoteSigner = (name: string, privateKey: KeyObject): NoteSigner => ({
  ...createNoteVerifier(name, createPublicKey(privateKey)),
  privateKey,
});

/**
 * Reads a public key in the form `<name>+<id>+<base64>`, which tools of transparency logs read too.
 * @throws Error if the text is none
 */
export function parseNoteVerifier(text: string): NoteVerifier {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text) ?? [];
  const bytes = Buffer.from(encoded ?? '', 'base64');
  if (name === undefined || bytes.length !== 1 + PUBLIC_KEY_BYTES || bytes[0] !== ED25519)
    throw new Error('A key of signed notes has the form name+id+base64, with Ed25519.');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.subarray(1).toString('base64url') };
  const verifier = createNoteVerifier(name, createPublicKey({ key: jwk, format: 'jwk' }));
  if (verifier.id !== id) throw new Error('The ID of the key does not match the key.');
  return verifier;
}

/** Returns a public key in the form `<name>+<id>+<base64>`. */
export function formatNoteVerifier({ name, id, publicKey }: NoteVerifier): string {
  return `${name}+${id}+${Buffer.concat([Buffer.of(ED25519), rawPublicKey(publicKey)]).toString('base64')}`;
}

/** Returns the note with the text and its signatures. @param text ends with a line break */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  const lines = signers.map(({ name, id, privateKey }) => {
    const signature = sign(null, Buffer.from(text), privateKey);
    return `\u2014 ${name} ${Buffer.concat([Buffer.from(id, 'hex'), signature]).toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/**
 * Returns the text of a note, and the keys that signed it.
 * @throws Error if it is not a note, a signature by a known key is wrong, or no known key signed it
 */
export function openNote(note: string, verifiers: readonly NoteVerifier[]): { text: string; signers: NoteVerifier[] } {
  const at = note.lastIndexOf('\n\n');
  if (at < 0 || !note.endsWith('\n')) throw new Error('The note has no signatures.');
  const text = note.slice(0, at + 1);
  const lines = note.slice(at + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw new Error(`The note has more than ${MAX_SIGNATURES} signatures.`);
  const signers: NoteVerifier[] = [];
  for (const line of lines) {
    const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
    if (name === undefined) throw new Error('The note has a malformed signature.');
    const bytes = Buffer.from(encoded!, 'base64');
    const id = bytes.subarray(0, KEY_ID_BYTES).toString('hex');
    const verifier = verifiers.find((one) => one.name === name && one.id === id);
    if (!verifier) continue;
    if (!verify(null, Buffer.from(text), verifier.publicKey, bytes.subarray(KEY_ID_BYTES)))
      throw new Error('A signature of the note is wrong.');
    signers.push(verifier);
  }
  if (signers.length === 0) throw new Error('No known key signed the note.');
  return { text, signers };
}

export function createNoteVerifier(name: string, publicKey: KeyObject): NoteVerifier {
  if (!/^[^\s+]+$/.test(name)) throw new Error('The name of a log must have no spaces and no plus.');
  if (publicKey.asymmetricKeyType !== 'ed25519') throw new Error('Notes are signed with Ed25519.');
  const hash = createHash('sha256').update(`${name}\n`).update(Buffer.of(ED25519)).update(rawPublicKey(publicKey));
  return { name, id: hash.digest().subarray(0, KEY_ID_BYTES).toString('hex'), publicKey };
}

const rawPublicKey = (key: KeyObject): Buffer => Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url');
