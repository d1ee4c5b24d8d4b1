import { queryOptions } from '@tanstack/react-query';
import { api, ApiError, bodyOf, NetworkError } from '../api/client.ts';
import { isLineCut, requireLine, subscribeToLine } from '../api/line.ts';
import { sessionKeyHeaders } from '../api/session-key-header.ts';
import type { AgencyDocument, Problem } from '../api/types.ts';
import type { PreparedFile } from '../documents/prepare-file.ts';

/** Documents of a delivery: copies that were filed, and documents of the result that a clerk uploads. */

/** How often the state of a document is read while it is checked, in ms. */
const CHECK_INTERVAL_MS = 1_500;
/** An upload without progress for this long is interrupted, in ms. */
const STALL_TIMEOUT_MS = 60_000;

/** @param document ID of the document */
export const agencyContentPath = (delivery: string, document: string): string =>
  `/api/v1/deliveries/${delivery}/documents/${document}/content`;

/** The state of a document of a delivery. Read again until its check has ended. */
export const agencyDocumentQuery = (delivery: string, document: string) =>
  queryOptions({
    queryKey: ['agency-document', document],
    queryFn: () =>
      bodyOf(
        api.GET('/api/v1/deliveries/{delivery}/documents/{document}', { params: { path: { delivery, document } } }),
      ),
    staleTime: 1_000,
    refetchInterval: ({ state }) => (!state.data || state.data.state === 'coming' ? CHECK_INTERVAL_MS : false),
  });

export interface Upload {
  /** @throws ApiError, NetworkError after an interruption or `stop` */
  done: Promise<AgencyDocument>;
  stop: () => void;
}

/**
 * Uploads a document of the result. A repeat with the same key stores it once.
 * @param onProgress receives the number of bytes sent so far
 */
export function startUpload(
  delivery: string,
  { content, sha256 }: PreparedFile,
  key: string,
  onProgress: (bytes: number) => void,
): Upload {
  // fetch reports no progress.
  const request = new XMLHttpRequest();
  const stop = () => request.abort();
  const done = new Promise<AgencyDocument>((resolve, reject) => {
    let stallTimer = setTimeout(stop, STALL_TIMEOUT_MS);
    const end = (settle: () => void) => () => {
      clearTimeout(stallTimer);
      settle();
    };
    request.upload.onprogress = ({ loaded }) => {
      clearTimeout(stallTimer);
      stallTimer = setTimeout(stop, STALL_TIMEOUT_MS);
      onProgress(loaded);
    };
    request.onload = end(() => (request.status === 201 ? resolve(parse(request)) : reject(toError(request))));
    request.onerror = end(() => reject(new NetworkError('interrupted')));
    request.onabort = request.onerror;
    request.open('POST', `/api/v1/deliveries/${delivery}/documents`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('Idempotency-Key', key);
    request.setRequestHeader('Content-Digest', toContentDigest(sha256));
    for (const header of Object.entries(sessionKeyHeaders())) request.setRequestHeader(...header);
    requireLine();
    request.send(content);
  });
  const unsubscribe = subscribeToLine(() => isLineCut() && stop());
  done.then(unsubscribe, unsubscribe);
  return { done, stop };
}

/** @param sha256 in hexadecimal */
function toContentDigest(sha256: string): string {
  const bytes = (sha256.match(/../g) ?? []).map((byte) => String.fromCharCode(Number.parseInt(byte, 16)));
  return `sha-256=:${btoa(bytes.join(''))}:`;
}

const parse = ({ responseText }: XMLHttpRequest): AgencyDocument => JSON.parse(responseText) as AgencyDocument;

function toError({ responseText }: XMLHttpRequest): ApiError | NetworkError {
  try {
    return new ApiError(JSON.parse(responseText) as Problem);
  } catch {
    return new NetworkError('no problem document');
  }
}
