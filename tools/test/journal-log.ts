import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The journal's format, written a second time from its specifications. Logs have at most 65,536 entries. */

const ORIGIN = 'cups.test/journal';

const sha256 = (...parts: (Uint8Array | string)[]): Buffer =>
  createHash('sha256')
    .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
    .digest();

/** MTH of RFC 9162, section 2.1.1, as it is written there. */
function merkleTreeHash(leaves: Buffer[]): Buffer {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0]!;
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return sha256(Buffer.of(1), merkleTreeHash(leaves.slice(0, split)), merkleTreeHash(leaves.slice(split)));
}

export interface NoteKey {
  privateKey: KeyObject;
  /** name+id+base64 */
  text: string;
}

export function createKey(): NoteKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = Buffer.concat([Buffer.of(1), Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url')]);
  const id = sha256(`${ORIGIN}\n`, raw).subarray(0, 4).toString('hex');
  return { privateKey, text: `${ORIGIN}+${id}+${raw.toString('base64')}` };
}

export function signCheckpoint(leaves: Buffer[], keys: NoteKey[]): string {
  const text = `${ORIGIN}\n${leaves.length}\n${merkleTreeHash(leaves).toString('base64')}\n`;
  const signatures = keys.map(({ privateKey, text: key }) => {
    const id = Buffer.from(key.split('+')[1]!, 'hex');
    return `— ${ORIGIN} ${Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]).toString('base64')}\n`;
  });
  return `${text}\n${signatures.join('')}`;
}

/** Salt and text of an entry. */
export const record = (content: object | string, salt: number): Buffer =>
  Buffer.concat([sha256(`salt ${salt}`).subarray(0, 16), Buffer.from(asText(content))]);
const asText = (content: object | string): string => (typeof content === 'string' ? content : JSON.stringify(content));
export const leafOf = (row: Buffer): Buffer => sha256(Buffer.of(0), sha256(row));
export const withLength = (row: Buffer): Buffer => Buffer.concat([Buffer.of(row.length >> 8, row.length & 255), row]);

export function writeTiles(folder: string, level: string, rows: Buffer[]): void {
  for (let tile = 0; tile * 256 < rows.length; tile += 1) {
    const part = rows.slice(tile * 256, tile * 256 + 256);
    const name = `${String(tile).padStart(3, '0')}${part.length < 256 ? `.p/${part.length}` : ''}`;
    const file = join(folder, level, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, Buffer.concat(part));
  }
}

/** Writes records, tiles and a checkpoint. `leaves` are those of other records in a folder whose records were altered. */
export function writeJournal(folder: string, rows: Buffer[], keys: NoteKey[], leaves = rows.map(leafOf)): void {
  writeTiles(folder, 'records', rows.map(withLength));
  writeTiles(folder, 'tile/0', leaves);
  const blocks = Array.from({ length: Math.floor(leaves.length / 256) }, (_, n) =>
    leaves.slice(n * 256, n * 256 + 256),
  );
  writeTiles(folder, 'tile/1', blocks.map(merkleTreeHash));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'checkpoint'), signCheckpoint(leaves, keys));
}

/** PATH of RFC 9162, section 2.1.3.1, as it is written there. */
export function inclusionProof(index: number, leaves: Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const split = 2 ** Math.floor(Math.log2(leaves.length - 1));
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return index < split
    ? [...inclusionProof(index, left), merkleTreeHash(right)]
    : [...inclusionProof(index - split, right), merkleTreeHash(left)];
}
