import { NetworkError } from '@cups/desk/client';
import { toCreationHeaders, toDocumentName } from '@cups/desk/create-document';
import { createLocalLocks } from '@cups/desk/outbox-environment';
import type { Transfer } from '@cups/desk/transfer';
import type { UploadEnvironment } from '@cups/desk/upload-environment';
import type { SimulatedLine } from './line.ts';

/** The uploads of a simulated desk: those of the page, over a simulated line. */

/** Bytes of one request, the fewest that the platform takes. A line that drops loses a part of a file. */
const PART_BYTES = 65_536;

export const createUploadEnvironment = (line: SimulatedLine): UploadEnvironment => ({
  isReachable: () => line.isReachable,
  async create(record) {
    const headers = await line.requestUpload('POST', '/api/v1/uploads', toCreationHeaders(record));
    return toDocumentName(headers.location ?? '');
  },
  loadTransfer: () => Promise.resolve((content, url, onProgress) => startTransfer(line, content, url, onProgress)),
  remove: async (document) => void (await line.requestUpload('DELETE', `/api/v1/${document}`, {})),
  // A page that ends releases its locks: each has its own.
  locks: createLocalLocks(),
});

/** Sends bytes from where the platform has stored them, in parts. */
function startTransfer(line: SimulatedLine, content: Blob, url: string, onProgress: (bytes: number) => void): Transfer {
  const stopped = new AbortController();
  const send = async () => {
    const bytes = new Uint8Array(await content.arrayBuffer());
    let { 'upload-offset': offset } = await line.requestUpload('HEAD', url, {});
    while (Number(offset) < bytes.length) {
      if (stopped.signal.aborted) throw new NetworkError('interrupted');
      const headers = { 'Upload-Offset': offset, 'Content-Type': 'application/offset+octet-stream' };
      const part = bytes.subarray(Number(offset), Number(offset) + PART_BYTES);
      ({ 'upload-offset': offset } = await line.requestUpload('PATCH', url, headers, part));
      onProgress(Number(offset));
    }
  };
  return { done: send(), stop: () => stopped.abort() };
}
