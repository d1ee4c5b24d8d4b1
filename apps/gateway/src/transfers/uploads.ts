import { Server } from '@tus/server';
import { isProblem, Problem } from '@cups/problem';
import type { Reason } from '@cups/problem';
import type { Handler, HandlerRequest, HandlerResponse } from '../http/handler.ts';
import { bodyTooLarge, toProblem, withStatus } from '../http/problems.ts';
import { DocumentStore } from './document-store.ts';
import type { DocumentStoreDeps } from './document-store.ts';
import type { TransferPool } from './transfer-pool.ts';
import { createUploadLocks } from './upload-locks.ts';
import type { UploadLocks } from './upload-locks.ts';

/** Resumable uploads of documents: tus 1.0 (https://tus.io/protocols/resumable-upload), for any tus client. */

const PATH = '/api/v1/uploads';
const TUS_VERSION = '1.0.0';
export const MAX_UPLOAD_BYTES = 10 * 1024 * 1024;

/** Headers of a request that concern the protocol. The pipeline has checked all others. */
const REQUEST_HEADERS = [
  'tus-resumable',
  'upload-length',
  'upload-defer-length',
  'upload-metadata',
  'upload-offset',
  'upload-concat',
  'content-length',
];
/** Headers of a response of the library that concern the protocol: there is no CORS. */
const RESPONSE_HEADERS = [
  'Location',
  'Tus-Resumable',
  'Upload-Expires',
  'Upload-Length',
  'Upload-Metadata',
  'Upload-Offset',
];

export interface UploadDeps extends DocumentStoreDeps {
  pool: TransferPool;
}

/** Returns the handlers of the operations under /api/v1/uploads. */
export function createUploadHandlers(deps: UploadDeps): Record<string, Handler> {
  const locks = createUploadLocks();
  const handle: Handler = (request) => handleTusRequest(request, deps, locks);
  return {
    createUpload: handle,
    getUpload: handle,
    deleteUpload: handle,
    async appendUpload(request) {
      const end = deps.pool.begin(request.session!.sid);
      try {
        return await handle(request);
      } finally {
        end();
      }
    },
  };
}

async function handleTusRequest(
  request: HandlerRequest,
  deps: DocumentStoreDeps,
  locks: UploadLocks,
): Promise<HandlerResponse> {
  const { req, res } = request.client;
  const store = new DocumentStore(deps, request);
  let failure: unknown;
  const server = new Server({
    path: PATH,
    relativeLocation: true,
    maxSize: MAX_UPLOAD_BYTES,
    datastore: store,
    // The lock of a new upload. The documents service gives it an ID.
    namingFunction: () => request.requestId,
    locker: {
      newLock: (id) =>
        createLock(() => {
          const stop = () => void (req.method === 'PATCH' && req.destroy());
          // A new upload has no ID yet: its lock is named by the key of the request.
          const authorize = () => (req.method === 'POST' ? Promise.resolve() : store.assertReadable(id));
          return locks.acquire(id, stop, authorize);
        }),
    },
    onResponseError: (_req, error) => {
      failure = error;
      return undefined;
    },
  });
  res.setHeader('Tus-Resumable', TUS_VERSION);
  const response = await server.handleWeb(toProtocolRequest(request));
  if (response.status >= 400) throw toUploadProblem(failure, response.status);
  const headers: Record<string, string> = {};
  for (const name of RESPONSE_HEADERS) {
    const value = response.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  if (store.state !== undefined) headers['Cups-Document-State'] = store.state;
  return { status: response.status, headers };
}

function createLock(acquire: () => Promise<() => void>) {
  let release: (() => void) | undefined;
  return {
    async lock() {
      release = await acquire();
    },
    unlock() {
      release?.();
      return Promise.resolve();
    },
  };
}

/** Returns the request without its body, which the store reads from the connection. */
function toProtocolRequest({ client: { req } }: HandlerRequest): Parameters<Server['handleWeb']>[0] {
  const headers = new Headers();
  for (const name of REQUEST_HEADERS) {
    const value = req.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  // In other requests this header would announce content.
  if (req.method === 'PATCH') headers.set('content-type', 'application/offset+octet-stream');
  return new Request(`http://gateway${req.path}`, { method: req.method, headers });
}

/** Status of the tus extension `checksum`. */
const CHECKSUM_MISMATCH = 460;

/** Reason and message of a status with which the library refuses a request. */
const REFUSALS: Readonly<Record<number, [reason: Reason, message: string]>> = {
  404: ['NOT_FOUND', 'Upload not found.'],
  409: ['UPLOAD_OFFSET_MISMATCH', 'Upload-Offset is not the stored size.'],
  410: ['NOT_FOUND', 'The upload no longer exists.'],
};

/** Returns the problem of a failed request. @param failure what the library or the store threw; undefined for headers */
function toUploadProblem(failure: unknown, status: number): Problem {
  if (isProblem(failure)) {
    return failure.reason === 'UPLOAD_DIGEST_MISMATCH' ? withStatus(CHECKSUM_MISMATCH, failure) : failure;
  }
  if (status === 413) return bodyTooLarge(MAX_UPLOAD_BYTES);
  if (status === 412) {
    return withStatus(412, new Problem({ reason: 'INVALID_ARGUMENT', message: 'Tus-Resumable must be 1.0.0.' }));
  }
  const refusal = REFUSALS[status];
  if (refusal) {
    const problem = new Problem({ reason: refusal[0], message: refusal[1] });
    return status === 410 ? withStatus(410, problem) : problem;
  }
  if (status < 500)
    return new Problem({ reason: 'INVALID_ARGUMENT', message: 'A header of the tus protocol is malformed.' });
  if (status === 501)
    return new Problem({ reason: 'INVALID_ARGUMENT', message: 'The tus extension is not supported.' });
  return toProblem(failure).problem;
}
