import { queryOptions } from '@tanstack/react-query';
import { api, ApiError, bodyOf, NetworkError } from '../api/client.ts';
import type { Problem } from '../api/types.ts';
import { fetchOverLine } from '../api/line.ts';
import { sessionKeyHeaders } from '../api/session-key-header.ts';
import { documentIdOf } from './types.ts';
import type { StoredDocument } from './types.ts';

/** Reads of documents. Their bytes are never cached. */

/** How often the state of a document that is uploaded or checked is read, in ms. */
const CHECK_INTERVAL_MS = 2_000;

const untyped = api as unknown as {
  request<T>(method: string, path: string, init?: object): Promise<{ data?: T }>;
};

const contentPath = (document: string): string => `/api/v1/documents/${documentIdOf(document)}/content`;
export const previewPath = (document: string): string => `/api/v1/documents/${documentIdOf(document)}/preview`;

/** The documents of an application, oldest first. Read again while one of them is uploaded or checked. */
export const documentsQuery = (application: string) =>
  queryOptions({
    queryKey: ['documents', application],
    queryFn: () =>
      bodyOf(
        untyped.request<{ documents: StoredDocument[] }>('get', `/api/v1/applications/${application}/documents`),
      ).then(({ documents }) => documents),
    staleTime: 1_000,
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? CHECK_INTERVAL_MS : false),
  });

const isUnderWay = ({ state }: StoredDocument): boolean => state === 'uploading' || state === 'checking';

/**
 * Deletes a document that no submission contains.
 * @throws ApiError, NetworkError
 */
export async function deleteDocument(document: string): Promise<void> {
  await untyped.request('delete', `/api/v1/documents/${documentIdOf(document)}`);
}

/**
 * Reads the content of a document. Takes as long as the network needs, until `signal` ends it.
 * @param path of the content @default that of a desk
 * @throws ApiError, NetworkError
 */
export async function fetchContent(document: string, signal: AbortSignal, path = contentPath(document)): Promise<Blob> {
  const response = await fetchOverLine(path, {
    signal,
    credentials: 'same-origin',
    headers: sessionKeyHeaders(),
  }).catch(() => undefined);
  if (response?.ok) {
    return response.blob().catch(() => {
      throw new NetworkError('interrupted');
    });
  }
  const problem = (await response?.json().catch(() => undefined)) as Problem | undefined;
  throw problem ? new ApiError(problem) : new NetworkError('no answer');
}
