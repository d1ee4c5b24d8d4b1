import { openNote, signNote } from './signed-note.ts';
import type { NoteSigner, NoteVerifier } from './signed-note.ts';
import { HASH_BYTES } from './tiles.ts';
import type { Hash } from './merkle-tree.ts';

/**
 * Checkpoints of C2SP (c2sp.org/tlog-checkpoint): size and root of a log, as a signed note. A fourth line has the time
 * of signing (RFC 3339, UTC).
 */
export interface Checkpoint {
  /** Name of the log. */
  origin: string;
  size: number;
  root: Hash;
  time: Date;
}

/** Returns the signed note of a checkpoint. @param signers at least one; two while a key replaces another */
export const signCheckpoint = ({ origin, size, root, time }: Checkpoint, signers: readonly NoteSigner[]): string =>
  signNote(`${origin}\n${size}\n${root.toString('base64')}\n${time.toISOString()}\n`, signers);

/**
 * Verifies and reads a checkpoint.
 * @throws Error if no known key signed it, it is malformed, or it is of another log
 */
export function openCheckpoint(note: string, origin: string, verifiers: readonly NoteVerifier[]): Checkpoint {
  const { text } = openNote(note, verifiers);
  const [name, digits, encoded, written] = text.split('\n');
  if (name !== origin) throw new Error('The checkpoint belongs to a log of another name.');
  const size = Number(digits);
  if (!Number.isSafeInteger(size) || size < 0 || String(size) !== digits)
    throw new Error('The size of the checkpoint is not a number.');
  const root = Buffer.from(encoded ?? '', 'base64');
  if (root.length !== HASH_BYTES || root.toString('base64') !== encoded)
    throw new Error('The root of the checkpoint is not a SHA-256.');
  const time = new Date(written ?? '');
  if (Number.isNaN(time.getTime())) throw new Error('The checkpoint has no time.');
  return { origin, size, root, time };
}
