import { createHash, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** Checkpoints as signed notes (c2sp.org/tlog-checkpoint, c2sp.org/signed-note) with Ed25519. */

const ED25519 = 0x01;
const SIGNATURE_LINE = /^\u2014 (\S+) ([A-Za-z0-9+/]+={0,2})$/u;
const MAX_SIGNATURES = 16;
const KEY_ID_BYTES = 4;
const HASH_BYTES = 32;

/** A public key of a log. */
export interface VerifierKey {
  /** Name of the key, the origin of its log. */
  name: string;
  /** Eight hexadecimal digits. */
  id: string;
  publicKey: KeyObject;
}

/** A verified checkpoint. */
export interface Checkpoint {
  origin: string;
  /** Number of entries. */
  size: number;
  /** Root hash, 32 bytes. */
  root: Buffer;
  /** IDs of the known keys that signed it, at least one. */
  signers: string[];
}

/**
 * Reads a verifier key of the form `<name>+<id>+<base64>`.
 * @throws Error, one sentence
 */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = '', id, encoded = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== 1 + HASH_BYTES || bytes[0] !== ED25519)
    throw new Error('A verifier key has the form <name>+<id>+<base64>, with Ed25519.');
  const digest = createHash('sha256').update(`${name}\n`).update(bytes).digest();
  if (digest.subarray(0, KEY_ID_BYTES).toString('hex') !== id)
    throw new Error('The ID of the verifier key does not match the key.');
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: bytes.subarray(1).toString('base64url') };
  return { name, id, publicKey: createPublicKey({ key: jwk, format: 'jwk' }) };
}

/**
 * Verifies a checkpoint. Signatures by unknown keys are ignored.
 * @throws Error, one sentence, if no known key signed it, a signature is wrong, or it is malformed
 */
export function verifyCheckpoint(note: string, keys: readonly VerifierKey[]): Checkpoint {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) throw new Error('The note has no signatures.');
  const text = note.slice(0, end + 1);
  const [origin = '', digits = '', encoded = ''] = text.split('\n');
  const known = keys.filter(({ name }) => name === origin);
  const signers = findSigners(text, note.slice(end + 2, -1).split('\n'), known);
  if (signers.length === 0) throw new Error('No known key signed the note.');
  const size = Number(digits);
  if (!Number.isSafeInteger(size) || size < 0 || String(size) !== digits)
    throw new Error('The size of the checkpoint is not a number.');
  const root = Buffer.from(encoded, 'base64');
  if (root.length !== HASH_BYTES || root.toString('base64') !== encoded)
    throw new Error('The root of the checkpoint is not a SHA-256.');
  return { origin, size, root, signers };
}

/** @throws Error if a line is malformed or a signature by a known key is wrong */
function findSigners(text: string, lines: readonly string[], keys: readonly VerifierKey[]): string[] {
  if (lines.length > MAX_SIGNATURES) throw new Error(`The note has more than ${MAX_SIGNATURES} signatures.`);
  return lines.flatMap((line) => {
    const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
    if (name === undefined) throw new Error('The note has a malformed signature.');
    const bytes = Buffer.from(encoded!, 'base64');
    const id = bytes.subarray(0, KEY_ID_BYTES).toString('hex');
    const key = keys.find((one) => one.name === name && one.id === id);
    if (!key) return [];
    if (!verify(null, Buffer.from(text), key.publicKey, bytes.subarray(KEY_ID_BYTES)))
      throw new Error(`The signature of the key ${id} is wrong.`);
    return [id];
  });
}
