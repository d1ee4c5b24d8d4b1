import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import type { components } from '../../gen/api.ts';

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
    const response = await fetch('/journal/checkpoint', { signal: AbortSignal.timeout(CHECKPOINT_TIMEOUT_MS) });
    return response.ok ? await response.text() : '';
  } catch {
    return '';
  }
}

/** Reads the text of a signed note; undefined for any other text. */
export function readCheckpoint(note: string): CheckpointFacts | undefined {
  const [origin, size, root, ...rest] = note.split('\n');
  return origin && size && /^\d+$/.test(size) && root && rest.length > 1 ? { origin, size, root } : undefined;
}

/** The file of an access list: entries of the journal with their proofs. `cups journal verify-list` reads it. */
export interface ListFile {
  /** As it is saved. */
  text: string;
  /** SHA-256 of the text, lower-case hexadecimal. */
  sha256: string;
  /** The checkpoint of its newest entries. */
  checkpoint: string;
}

/** Reads at most `maxEntries` entries of an application, newest first. @throws ApiError or NetworkError */
export async function fetchListFile(applicationId: string, maxEntries: number): Promise<ListFile> {
  const pages: JournalPage[] = [];
  let count = 0;
  for (let pageToken: string | undefined = ''; pageToken !== undefined && count < maxEntries;) {
    const page: JournalPage & { nextPageToken?: string } = await fetchJournalPage(applicationId, pageToken);
    pages.push({ checkpoint: page.checkpoint, entries: page.entries.map(toListedEntry) });
    count += page.entries.length;
    pageToken = page.nextPageToken;
  }
  const text = `${JSON.stringify({ application: `applications/${applicationId}`, pages }, null, 1)}\n`;
  return { text, sha256: await computeSha256(text), checkpoint: pages[0]?.checkpoint ?? '' };
}

interface JournalPage {
  checkpoint: string;
  entries: Pick<JournalEntry, 'index' | 'text' | 'salt' | 'proof'>[];
}

/** The other members repeat the text. */
const toListedEntry = ({ index, text, salt, proof }: JournalPage['entries'][number]) => ({ index, text, salt, proof });

function fetchJournalPage(id: string, pageToken: string): Promise<JournalPage & { nextPageToken?: string }> {
  const query = pageToken ? { pageSize: PAGE_SIZE, pageToken } : { pageSize: PAGE_SIZE };
  return bodyOf(api.GET('/api/v1/applications/{id}/journal', { params: { path: { id }, query } }));
}

async function computeSha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
