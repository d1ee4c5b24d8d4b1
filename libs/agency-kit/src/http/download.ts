import { createHash } from 'node:crypto';
import { AgencyApiError } from './agency-api-error.ts';

/** A fetched copy, verified. */
export interface FetchedDocument {
  bytes: Buffer;
  /** Lower-case hexadecimal. */
  sha256: string;
  mediaType: string;
}

/** Larger than every document of the platform. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The content of one document, received in one or several responses. */
export class Download {
  #parts: Uint8Array[] = [];
  #received = 0;
  #etag = '';
  #mediaType = '';
  /** Digest of the whole content by the response, in hexadecimal. */
  #announced: string | undefined;

  get received(): number {
    return this.#received;
  }

  /** Returns the headers that continue the download where it stopped (RFC 9110, section 14). */
  rangeHeaders(): Record<string, string> {
    // A compressed response would have other ranges.
    const identity = { 'accept-encoding': 'identity' };
    if (this.#received === 0 || this.#etag === '') return identity;
    return { ...identity, range: `bytes=${this.#received}-`, 'if-range': this.#etag };
  }

  /** Receives a response to its end. @throws AgencyApiError CONNECTION_FAILED if it breaks off, RESPONSE_INVALID */
  async receive(response: Response): Promise<void> {
    if (response.status === 206) this.#assertContinues(response);
    else this.#restart(response);
    if (!response.body) return;
    try {
      for await (const part of response.body) {
        this.#parts.push(part as Uint8Array);
        this.#received += (part as Uint8Array).length;
        if (this.#received > MAX_BYTES) break;
      }
    } catch {
      throw new AgencyApiError(0, 'CONNECTION_FAILED');
    }
    if (this.#received > MAX_BYTES) throw new AgencyApiError(response.status, 'RESPONSE_INVALID');
  }

  /**
   * Returns the content; undefined if its digest differs.
   * @param expected SHA-256 in hexadecimal; by default the digest of the response
   */
  result(expected: string | undefined = this.#announced): FetchedDocument | undefined {
    const bytes = Buffer.concat(this.#parts);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return sha256 === expected ? { bytes, sha256, mediaType: this.#mediaType } : undefined;
  }

  #restart({ headers }: Response): void {
    this.#parts = [];
    this.#received = 0;
    this.#etag = headers.get('etag') ?? '';
    this.#mediaType = headers.get('content-type') ?? '';
    this.#announced = readDigest(headers.get('content-digest'));
  }

  #assertContinues({ status, headers }: Response): void {
    const start = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1];
    if (start === undefined || Number(start) !== this.#received) throw new AgencyApiError(status, 'RESPONSE_INVALID');
  }
}

/** Returns the SHA-256 of a `Content-Digest` (RFC 9530) in hexadecimal. */
function readDigest(header: string | null): string | undefined {
  const digest = /sha-256=:([A-Za-z0-9+/]{43}=):/.exec(header ?? '')?.[1];
  return digest === undefined ? undefined : Buffer.from(digest, 'base64').toString('hex');
}
