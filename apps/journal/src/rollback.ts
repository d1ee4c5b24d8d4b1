import { CHECKPOINTS_TOPIC, REFERENCE_TYPES } from '@cups/agency-contract';
import type { JournalCheckpoint } from '@cups/agency-contract';
import type { ReceivedEvent } from '@cups/contracts';
import { readTail } from '@cups/events';
import type { ReadTailOptions } from '@cups/events';
import { openCheckpoint } from './log/checkpoint.ts';
import type { Checkpoint } from './log/checkpoint.ts';
import type { LogFolder } from './log/log-folder.ts';
import { EXIT, LogRefused } from './log/log-refused.ts';
import type { NoteVerifier } from './log/signed-note.ts';

/** Compares the folder with what the journal has published: copies of it lie outside our hands. */

const GROUP_ID = 'journal-checkpoints';
const TIMEOUT_MS = 15_000;
/** Offsets that are read first; the whole topic has other logs too, and what is not compacted yet. */
const TAIL = 20;

/** The store has indexed more entries than the log has. */
export const indexAhead = (): LogRefused =>
  new LogRefused('INDEX_AHEAD', `The index has entries that the log in JOURNAL_DIR lacks: ${EXIT}.`);

export const keyReplaced = (): LogRefused =>
  new LogRefused('KEY_REPLACED', `A key that the log has replaced signed the checkpoint in JOURNAL_DIR: ${EXIT}.`);

/** The folder changed while the process appended to it. */
export const replacedFolder = (size: number): LogRefused =>
  new LogRefused(
    'ROLLED_BACK',
    `The log in JOURNAL_DIR no longer has the ${size} entries that were appended: ${EXIT}.`,
  );

type Connection = Pick<ReadTailOptions, 'brokers' | 'access' | 'prefix'>;

/** Returns the newest published checkpoint of a log, a signed note. @throws Error if Kafka is unavailable */
export async function readPublishedNote(connection: Connection, origin: string): Promise<string | undefined> {
  const options = { ...connection, clientId: 'journal', groupId: GROUP_ID, topic: CHECKPOINTS_TOPIC };
  for (const count of [TAIL, Number.MAX_SAFE_INTEGER]) {
    const events = await readTail({ ...options, count, timeoutMs: TIMEOUT_MS });
    const newest = events.findLast(({ key, type }) => key === origin && type === REFERENCE_TYPES.journalCheckpoint);
    if (newest) return readNote(newest);
  }
  return undefined;
}

function readNote({ data }: ReceivedEvent): string {
  try {
    return String((JSON.parse(data.toString('utf8')) as JournalCheckpoint).note);
  } catch {
    return '';
  }
}

/**
 * Compares the log with its published checkpoint.
 * @returns the size of the published one
 * @throws LogRefused if the published log is larger or another one, or no known key signed it
 */
export function assertContinues(
  log: LogFolder,
  note: string,
  { origin, verifiers }: { origin: string; verifiers: readonly NoteVerifier[] },
): number {
  let published: Checkpoint;
  try {
    published = openCheckpoint(note, origin, verifiers);
  } catch {
    throw new LogRefused(
      'PUBLISHED_KEY_UNKNOWN',
      'No key of JOURNAL_KEYS_FILE signed the newest published checkpoint: add the key that did, after the current one.',
    );
  }
  const { size, root } = published;
  if (size > log.size)
    throw new LogRefused(
      'ROLLED_BACK',
      `The log in JOURNAL_DIR has ${log.size} entries, but ${size} were published: ${EXIT}.`,
    );
  if (!log.rootAt(size).equals(root))
    throw new LogRefused(
      'FORKED',
      `The log in JOURNAL_DIR differs from its published checkpoint of ${size} entries: ${EXIT}.`,
    );
  return size;
}
