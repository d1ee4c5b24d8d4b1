import type { CopyReason, PersonCopy, PersonCopyPage } from '@cups/application/person-copy';
import type { Language } from '@cups/application';
import regularUrl from '@cups/application/fonts/onest-regular.ttf?url';
import semiboldUrl from '@cups/application/fonts/onest-semibold.ttf?url';
import { api, bodyOf, NetworkError } from '../api/client.ts';
import { fetchOverLine } from '../api/line.ts';

/** The copy of a person's data: in the memory of the page only, until the supervisor saves it. */

export interface CopyRequest {
  idnp: string;
  reason: CopyReason;
  /** Number of the written request. */
  evidence: string;
}

/** A copy as the file `copy.json` has it. */
export interface CreatedCopy {
  copy: PersonCopy;
  /** Text of the file. */
  text: string;
}

/** The parts of a copy, for a preview without content. */
export type CopyCounts = Record<
  'applications' | 'submissions' | 'notices' | 'documents' | 'accesses' | 'entries' | 'mandates',
  number
>;

/**
 * Reads all pages of a copy.
 * @param onProgress receives the number of applications read so far
 * @throws ApiError, NetworkError
 */
export async function createCopy(request: CopyRequest, onProgress: (count: number) => void): Promise<CreatedCopy> {
  const pages: PersonCopyPage[] = [];
  let pageToken: string | undefined;
  do {
    const body = pageToken === undefined ? request : { ...request, pageToken };
    const page: PersonCopyPage = await bodyOf(api.POST('/api/v1/person-copies', { body }));
    pages.push(page);
    const parts = pages.flatMap(({ applications }) => applications);
    onProgress(parts.filter(({ earlierActions }) => earlierActions === undefined).length);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  const { joinCopyPages } = await import('@cups/application/person-copy');
  const { reason, evidence } = request;
  const copy = joinCopyPages(pages, { reason, evidence, createTime: new Date().toISOString() });
  return { copy, text: `${JSON.stringify(copy, null, 1)}\n` };
}

export function countParts({ applications, mandates }: PersonCopy): CopyCounts {
  const sum = (countOf: (one: PersonCopy['applications'][number]) => number) =>
    applications.reduce((total, one) => total + countOf(one), 0);
  return {
    applications: applications.length,
    submissions: sum(({ submissions }) => submissions.length),
    notices: sum(({ notices }) => notices.length),
    documents: sum(({ documents }) => documents.length),
    accesses: sum(({ accesses }) => accesses.length),
    entries: sum(({ journal }) => (journal?.pages ?? []).reduce((total, page) => total + page.entries.length, 0)),
    mandates: mandates.length,
  };
}

/** Renders the document for people. @throws NetworkError if the fonts cannot be loaded */
export async function renderDocument({ copy, text }: CreatedCopy, language: Language): Promise<Uint8Array> {
  const { renderCopy } = await import('@cups/application/person-copy');
  const [regular, semibold, sha256] = await Promise.all([
    fetchFont(regularUrl),
    fetchFont(semiboldUrl),
    computeSha256(text),
  ]);
  return renderCopy(copy, { language, fonts: { regular, semibold }, sha256 });
}

async function fetchFont(url: string): Promise<Uint8Array> {
  const response = await fetchOverLine(url).catch(() => undefined);
  if (!response?.ok) throw new NetworkError('no font');
  return new Uint8Array(await response.arrayBuffer());
}

async function computeSha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Saves a file on the computer of the supervisor. */
export function saveFile(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
