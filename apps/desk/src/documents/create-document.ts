import { api, NetworkError } from '../api/client.ts';
import { documentIdOf } from './types.ts';
import type { UploadRecord } from './upload-records.ts';

/** The request that opens an upload (tus 1.0). Its routes have no types in the OpenAPI document. */

/**
 * Creates the document of an upload. A repeat returns the same one.
 * @returns documents/{id}
 * @throws ApiError, NetworkError
 */
export async function createDocument(record: UploadRecord): Promise<string> {
  const headers = toCreationHeaders(record);
  const untyped = api as unknown as {
    request(method: string, path: string, init: object): Promise<{ response: Response }>;
  };
  const { response } = await untyped.request('post', '/api/v1/uploads', { headers, parseAs: 'text' });
  return toDocumentName(response.headers.get('Location') ?? '');
}

/** Returns the headers of the request that opens an upload. */
export const toCreationHeaders = (record: UploadRecord) => ({
  'Idempotency-Key': record.key,
  'Tus-Resumable': '1.0.0',
  'Upload-Length': String(record.size),
  'Upload-Metadata': toMetadata(record),
});

/**
 * Returns documents/{id} of the Location of an upload.
 * @throws NetworkError without one
 */
export function toDocumentName(location: string): string {
  const id = new URL(location, 'http://localhost').pathname.split('/').at(-1);
  if (!id) throw new NetworkError('no location');
  return `documents/${id}`;
}

/** Upload-Metadata of tus 1.0: keys with Base64 values. All values here are ASCII. */
function toMetadata({ application, kind, sha256, document, pageSizes }: UploadRecord): string {
  const pairs: [key: string, value: string][] = [
    ['application', application],
    ['kind', kind],
    ['sha256', sha256],
    ['id', documentIdOf(document)],
  ];
  if (pageSizes.length > 0) pairs.push(['pages', pageSizes.join(',')]);
  return pairs.map(([key, value]) => `${key} ${btoa(value)}`).join(',');
}
