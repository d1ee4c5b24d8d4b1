import { createHash, randomUUID } from 'node:crypto';
import { Upload } from 'tus-js-client';
import type { DetailedError } from 'tus-js-client';

/** Uploads of a scripted desk, by tus 1.0 (https://tus.io/protocols/resumable-upload). */

/** A scan for an application. */
export interface Scan {
  /** ID of the application. */
  application: string;
  /** Kind of evidence. */
  kind: string;
  /** One file, or the photographed pages of one document. */
  files: Buffer[];
}

/** An acknowledged upload. */
export interface UploadedDocument {
  /** documents/{id} */
  name: string;
  /** SHA-256 of the uploaded bytes in lower-case hexadecimal. */
  sha256: string;
}

/** Delays between attempts of an interrupted upload, in ms. */
const RETRY_DELAYS_MS = [200, 400, 800, 1_600, 3_200, 6_400];

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Uploads a document and returns when the platform has acknowledged all bytes. The check follows.
 * @param url URL of the gateway, without a path
 * @param headers headers that identify the session
 * @throws Error when the platform refuses the upload or stays unavailable
 */
export async function uploadDocument(
  url: string,
  headers: Record<string, string>,
  { application, kind, files }: Scan,
): Promise<UploadedDocument> {
  const content = Buffer.concat(files);
  const sha256 = sha256Of(content);
  const pages = files.length > 1 ? { pages: files.map(({ length }) => length).join(',') } : {};
  const key = randomUUID();
  return new Promise((resolve, reject) => {
    const upload = new Upload(content, {
      endpoint: `${url}/api/v1/uploads`,
      headers,
      metadata: { application, kind, sha256, ...pages },
      retryDelays: RETRY_DELAYS_MS,
      storeFingerprintForResuming: false,
      onBeforeRequest(request) {
        // A repeated POST returns the same upload.
        if (request.getMethod() === 'POST') request.setHeader('Idempotency-Key', key);
      },
      onShouldRetry: (error) => isTransient(error as DetailedError),
      onSuccess: () => resolve({ name: `documents/${upload.url!.split('/').at(-1)}`, sha256 }),
      onError: (error) => reject(new Error(`upload for ${application}: ${error.message}`)),
    });
    upload.start();
  });
}

/** No response or a late request, an offset or a lock that another attempt resolves, too many requests, or an unavailable platform. */
function isTransient({ originalResponse }: DetailedError): boolean {
  const status = originalResponse?.getStatus() ?? 0;
  return status === 0 || [408, 409, 423, 429, 503].includes(status);
}
