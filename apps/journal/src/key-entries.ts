import { parseEntry, splitRecord } from './log/entry.ts';
import type { Entry } from './log/entry.ts';
import type { EntryIndex } from './entry-index.ts';
import type { LogFolder } from './log/log-folder.ts';
import { formatNoteVerifier } from './log/signed-note.ts';
import type { NoteSigner } from './log/signed-note.ts';

/**
 * Entries of the journal itself: each names the key that signs checkpoints from it on. The first entry of a log names
 * its first key. A later checkpoint without the signature of that key is a fault.
 */
const STREAM = { source: 'journal', subject: 'journal' };
/** Resource of these entries. */
const RESOURCE = 'journal';
/** Number of keys that are listed. */
const MAX_KEYS = 200;

export interface KeyEntry extends Pick<Entry, 'sequence' | 'verifier'> {
  /** Position in the log, from 0. */
  position: number;
}

/** Returns the entry that names a key. @param former that of the key before */
export function buildKeyEntry(signer: NoteSigner, former: KeyEntry | undefined, time: Date): Entry {
  const sequence = (former?.sequence ?? 0) + 1;
  return {
    ...STREAM,
    sequence,
    id: `key-${signer.id}`,
    time,
    cause: '',
    resource: RESOURCE,
    action: former ? 'replace-key' : 'begin',
    actor: 'services/journal',
    centre: '',
    ground: '',
    reason: '',
    result: 'done',
    contentHash: '',
    verifier: formatNoteVerifier(signer),
  };
}

/** Returns the entry of the current key; undefined for an empty log. */
export const readKeyEntry = (index: EntryIndex, log: LogFolder): KeyEntry | undefined =>
  listKeyEntries(index, log, 1)[0];

/** Returns the entries of all keys, newest first. An altered index leads to other entries, which are left out. */
export function listKeyEntries(index: EntryIndex, log: LogFolder, limit = MAX_KEYS): KeyEntry[] {
  const found = index.listStream(STREAM, { limit }).filter(({ position }) => position < log.size);
  return found.flatMap(({ sequence, position }) => {
    const { source, subject, verifier } = parseEntry(splitRecord(log.readRecord(position)).text);
    return source === STREAM.source && subject === STREAM.subject ? [{ sequence, position, verifier }] : [];
  });
}

/**
 * Returns the keys that sign a checkpoint: the current one, and for the checkpoint that covers its entry also the
 * former one, if its private part is still known.
 */
export function selectSigners(
  current: NoteSigner,
  signers: readonly NoteSigner[],
  replaced: KeyEntry | undefined,
): NoteSigner[] {
  const former = replaced && signers.find((signer) => formatNoteVerifier(signer) === replaced.verifier);
  return former ? [current, former] : [current];
}
