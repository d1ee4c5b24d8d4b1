import { once } from 'node:events';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { openDesk } from './desk.ts';
import { writePdf } from './files.ts';
import { sha256Of } from './uploads.ts';

export { sha256Of };

/** A tus 1.0 client for tests and benchmarks: the requests of one desk, each on a connection of its own. */

const PATH = '/api/v1/uploads';
/** A request that does not progress for this time is given up. */
const IDLE_MS = 60_000;

/** A file to upload. */
export interface UploadFile {
  /** ID of the application. */
  application: string;
  /** Kind of evidence. @default identity-document */
  kind?: string;
  bytes: Buffer;
  /** Sizes of the photographed pages that `bytes` contains. @default none: one file */
  pageSizes?: readonly number[];
}

/** Where an upload is. */
export interface UploadStatus {
  /** Bytes stored durably. */
  offset: number;
  /** State of the document, such as `checking`. */
  state: string;
}

/** A response that is no success. */
export class UploadError extends Error {
  readonly status: number;
  readonly retryAfterMs: number;

  constructor(what: string, status: number, retryAfterMs: number) {
    super(`${what}: ${status}`);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Signs in at the local provider. @returns the cookie @throws ApiError if the platform refuses */
export const signIn = async (url: string, operator: string): Promise<string> =>
  (await openDesk(url, operator)).cookie();

export class UploadClient {
  readonly #url: string;
  readonly #cookie: () => string;
  readonly #idleMs: number;

  /**
   * @param url origin of the gateway, or of a proxy before it
   * @param cookie of the session, or what returns the current one
   * @param idleMs when a request is given up. The system buffers megabytes, so a slow line needs the time of all of them
   */
  constructor(url: string, cookie: string | (() => string), idleMs = IDLE_MS) {
    this.#url = url;
    this.#idleMs = idleMs;
    this.#cookie = typeof cookie === 'string' ? () => cookie : cookie;
  }

  /** Opens an upload; a repeat with the same key opens no second one. @returns its path */
  async open({ application, kind = 'identity-document', bytes, pageSizes }: UploadFile, key: string): Promise<string> {
    const pages = pageSizes ? { pages: pageSizes.join(',') } : {};
    const metadata = { application, kind, sha256: sha256Of(bytes), ...pages };
    const pairs = Object.entries(metadata).map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`);
    const { headers } = await this.#send('POST', PATH, {
      'Idempotency-Key': key,
      'Upload-Length': String(bytes.length),
      'Upload-Metadata': pairs.join(','),
    });
    return headers.location!;
  }

  /** Reads where an upload continues. */
  async status(path: string): Promise<UploadStatus> {
    return toStatus(await this.#send('HEAD', path));
  }

  /**
   * Sends the rest of a file. @param bytesPerSecond pace of the client; unlimited by default
   * @throws Error when the connection ends before the response
   */
  async append(path: string, bytes: Buffer, offset: number, bytesPerSecond?: number): Promise<UploadStatus> {
    const headers = { 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' };
    return toStatus(await this.#send('PATCH', path, headers, { bytes: bytes.subarray(offset), bytesPerSecond }));
  }

  async #send(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: { bytes: Buffer; bytesPerSecond: number | undefined },
  ): Promise<IncomingMessage> {
    const req = request(`${this.#url}${path}`, {
      method,
      agent: false,
      headers: {
        ...headers,
        Cookie: this.#cookie(),
        'Tus-Resumable': '1.0.0',
        ...(body ? { 'Content-Length': body.bytes.length } : {}),
      },
    });
    req.setTimeout(this.#idleMs, () => req.destroy(new Error(`${method} ${path} does not progress`)));
    // A response may come before the end of the body, when the platform refuses it.
    const answered = once(req, 'response') as Promise<[IncomingMessage]>;
    if (body?.bytesPerSecond) await Promise.race([writeSlowly(req, body.bytes, body.bytesPerSecond), answered]);
    req.end(body?.bytesPerSecond ? undefined : body?.bytes);
    const [response] = await answered;
    response.resume();
    const status = response.statusCode!;
    if (status < 300) return response;
    throw new UploadError(`${method} ${PATH}`, status, Number(response.headers['retry-after'] ?? 0) * 1000);
  }
}

const PIECES_PER_SECOND = 4;

async function writeSlowly(req: ReturnType<typeof request>, bytes: Buffer, bytesPerSecond: number): Promise<void> {
  const step = Math.ceil(bytesPerSecond / PIECES_PER_SECOND);
  for (let at = 0; at < bytes.length && !req.destroyed; at += step) {
    req.write(bytes.subarray(at, at + step));
    await pause(1_000 / PIECES_PER_SECOND);
  }
}

const toStatus = ({ headers }: IncomingMessage): UploadStatus => ({
  offset: Number(headers['upload-offset']),
  state: String(headers['cups-document-state']),
});

/** Builds a PDF of exactly this size, one empty page, that differs for each `label`. @param size at least 1 KiB */
export function buildPdf(size: number, label: string): Buffer {
  const bodies = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>',
  ];
  const build = (padding: number): Buffer => {
    const content = `% ${label}\n${'% padding of the page\n'.repeat(Math.ceil(padding / 22)).slice(0, padding)}\n`;
    const length = String(content.length).padStart(8, '0');
    return writePdf([...bodies, `<< /Length ${length} >>\nstream\n${content}endstream`]);
  };
  return build(size - build(0).length);
}
