import { Upload } from 'tus-js-client';
import type { DetailedError, HttpRequest } from 'tus-js-client';
import { ApiError, NetworkError } from '../api/client.ts';
import { isLineCut, requireLine, subscribeToLine } from '../api/line.ts';
import { isHeld } from '../api/session-hold.ts';
import { sessionKeyHeaders } from '../api/session-key-header.ts';
import type { Problem } from '../api/types.ts';
import { BACKGROUND_HEADER, isUserIdle } from '../api/user-activity.ts';

/** Sends the bytes of a created upload by tus 1.0, from where the platform has stored them. Loaded on demand. */

/** A transfer without progress for this long is interrupted, in ms. */
const STALL_TIMEOUT_MS = 60_000;

export interface Transfer {
  /**
   * Resolves when the platform has all bytes.
   * @throws ApiError if the platform rejects the upload
   * @throws NetworkError after an interruption or `stop`
   */
  done: Promise<void>;
  /** Interrupts the transfer. What is stored stays stored. */
  stop(): void;
}

/**
 * Starts or resumes a transfer. One request carries all remaining bytes; the platform stores it in steps.
 * @param url path of the upload
 * @param onProgress receives the number of bytes sent so far
 */
export function startTransfer(content: Blob, url: string, onProgress: (bytes: number) => void): Transfer {
  if (isHeld(url)) return { done: Promise.reject(new NetworkError('the session is not confirmed')), stop: () => {} };
  let stop: () => void = () => {};
  const done = new Promise<void>((resolve, reject) => {
    let stallTimer: ReturnType<typeof setTimeout> | undefined;
    stop = () => {
      clearTimeout(stallTimer);
      void upload.abort();
      reject(new NetworkError('interrupted'));
    };
    const watch = () => {
      clearTimeout(stallTimer);
      stallTimer = setTimeout(stop, STALL_TIMEOUT_MS);
    };
    const upload = new Upload(content, {
      uploadUrl: url,
      chunkSize: Infinity,
      // The caller retries, with the back-off of all writes.
      retryDelays: null,
      storeFingerprintForResuming: false,
      onBeforeRequest: prepareRequest,
      onProgress(bytes) {
        watch();
        onProgress(bytes);
      },
      onSuccess() {
        clearTimeout(stallTimer);
        resolve();
      },
      onError(error) {
        clearTimeout(stallTimer);
        reject(toApiError(error as DetailedError));
      },
    });
    watch();
    upload.start();
  });
  const unsubscribe = subscribeToLine(() => isLineCut() && stop());
  done.then(unsubscribe, unsubscribe);
  return { done, stop: () => stop() };
}

function prepareRequest(request: HttpRequest): void {
  requireLine();
  if (isUserIdle()) request.setHeader(...BACKGROUND_HEADER);
  for (const header of Object.entries(sessionKeyHeaders())) request.setHeader(...header);
}

/** Statuses after which the stored size is asked for again: conflict and locked (tus 1.0). */
const RESUMABLE_STATUSES = [409, 423];

function toApiError({ originalResponse: response }: DetailedError): ApiError | NetworkError {
  if (!response || RESUMABLE_STATUSES.includes(response.getStatus())) return new NetworkError('interrupted');
  const seconds = Number(response.getHeader('Retry-After'));
  const problem = parseProblem(response.getBody(), response.getStatus());
  return problem ? new ApiError(problem, seconds > 0 ? seconds : undefined) : new NetworkError('no problem document');
}

/** A response to HEAD has no body: its status stands for the problem. */
function parseProblem(body: string, status: number): Problem | undefined {
  try {
    return JSON.parse(body) as Problem;
  } catch {
    const reason = status === 401 ? 'UNAUTHENTICATED' : status === 404 || status === 410 ? 'NOT_FOUND' : undefined;
    return reason && ({ reason, status } as Problem);
  }
}
