import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { fetchOverLine } from '../api/line.ts';
import type { components } from '../../gen/api.ts';
import type { LoadedEntries } from '../access-list/acts.ts';

/** Checkpoints of the journal, and the file of a printed access list. */

/** A receipt without checkpoint is better than none, so that nobody waits longer for it. */
const CHECKPOINT_TIMEOUT_MS = 3_000;
const PAGE_SIZE = 200;

type JournalEntry = components['schemas']['JournalEntry'];

/** What a checkpoint says, for people. */
export interface CheckpointFacts {
  origin: string;
  /** Number of entries. */
  size: string;
  /** Root of the tree, base64. */
  root: string;
  /** When it was signed, an instant; absent in notes of other logs. */
  time: string | undefined;
}

/** The newest checkpoint of the journal, a signed note; an empty text while it is unavailable. */
export const checkpointQuery = queryOptions({
  queryKey: ['journal-checkpoint'],
  queryFn: fetchCheckpoint,
  staleTime: 0,
  retry: false,
});

/** Returns the newest checkpoint, or an empty text. */
export async function fetchCheckpoint(): Promise<string> {
  try {
    const response = await fetchOverLine('/journal/checkpoint', {
      // Checkpoints are public, and the cookie is longer than they are.
      credentials: 'omit',
      signal: AbortSignal.timeout(CHECKPOINT_TIMEOUT_MS),
    });
    return response.ok ? await response.text() : '';
  } catch {
    return '';
  }
}

/** Reads the text of a signed note; undefined for any other text. */
export function readCheckpoint(note: string): CheckpointFacts | undefined {
  const [origin, size, root, ...rest] = note.split('\n');
  if (!origin || !size || !/^\d+$/.test(size) || !root || rest.length < 2) return undefined;
  const [time] = rest;
  return { origin, size, root, time: time && !Number.isNaN(Date.parse(time)) ? time : undefined };
}

/** The file of an access list: entries of the journal with their proofs. `cups journal verify-list` reads it. */
export interface ListFile extends LoadedEntries {
  /** As it is saved. */
  text: string;
  /** SHA-256 of the text, lower-case hexadecimal. */
  sha256: string;
  /** The checkpoint of its newest entries. */
  checkpoint: string;
  operators: { name: string; displayName: string }[];
}

/**
 * Reads entries of an application, newest first, until one is older than `since`, and at most `maxEntries`.
 * @param since an instant; all entries if undefined
 * @throws ApiError or NetworkError
 */
export async function fetchListFile(
  applicationId: string,
  { maxEntries, since }: { maxEntries: number; since?: string | undefined },
): Promise<ListFile> {
  const pages: JournalPage[] = [];
  const [entries, operators]: [JournalEntry[], ListFile['operators']] = [[], []];
  const isEnough = () =>
    entries.length >= maxEntries || (since !== undefined && Date.parse(entries.at(-1)?.time ?? '') < Date.parse(since));
  let pageToken: string | undefined = '';
  while (pageToken !== undefined && !isEnough()) {
    const page: ReadPage = await fetchJournalPage(applicationId, pageToken);
    pages.push({ checkpoint: page.checkpoint, entries: page.entries.map(toListedEntry) });
    entries.push(...page.entries);
    operators.push(...(page.operators ?? []));
    pageToken = page.nextPageToken;
  }
  const text = `${JSON.stringify({ application: `applications/${applicationId}`, pages }, null, 1)}\n`;
  const sha256 = await computeSha256(text);
  return { text, sha256, checkpoint: pages[0]?.checkpoint ?? '', entries, operators, hasMore: pageToken !== undefined };
}

/** Saves the file on this computer. Its name has an ID only. */
export function saveListFile(applicationId: string, { text }: ListFile): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `access-list-${applicationId}.json`;
  link.click();
  URL.revokeObjectURL(url);
}

interface JournalPage {
  checkpoint: string;
  entries: Pick<JournalEntry, 'index' | 'text' | 'salt' | 'proof'>[];
}

/** The other members repeat the text. */
const toListedEntry = ({ index, text, salt, proof }: JournalPage['entries'][number]) => ({ index, text, salt, proof });

interface ReadPage {
  checkpoint: string;
  entries: JournalEntry[];
  operators?: ListFile['operators'];
  nextPageToken?: string;
}

function fetchJournalPage(id: string, pageToken: string): Promise<ReadPage> {
  const query = pageToken ? { pageSize: PAGE_SIZE, pageToken } : { pageSize: PAGE_SIZE };
  return bodyOf(api.GET('/api/v1/applications/{id}/journal', { params: { path: { id }, query } }));
}

async function computeSha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
