import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { AccessToken } from './access-token.ts';
import type { Fetch } from './access-token.ts';
import { AgencyApiError, readError } from './agency-api-error.ts';
import type { AgencyKey } from './client-assertion.ts';
import { Download } from './download.ts';
import type { FetchedDocument } from './download.ts';

export { AgencyApiError } from './agency-api-error.ts';
export { parseAgencyKey } from './client-assertion.ts';
export type { FetchedDocument } from './download.ts';

/** The agency API over HTTPS (`agency-api.yaml` of the contract): fetches copies, uploads results, reads and replies. */

export interface AgencyApiOptions {
  /** Address of the platform as it was given to the agency, such as https://cups.example.md. Never from a message. */
  url: string;
  /** Code of the agency. */
  code: string;
  key: AgencyKey;
  /** Time of one request, in ms. @default 60000 */
  timeoutMs?: number;
  /** First wait after a failure, doubled up to 30 s. @default 500 */
  retryMs?: number;
  /** For tests. */
  fetch?: Fetch;
  now?: () => Date;
}

/** A document without its content. */
export interface DocumentState {
  id: string;
  state: 'coming' | 'available' | 'refused';
  mediaType?: string;
  bytes?: number;
  sha256?: string;
  refusal?: string;
}

/** A message of the contract in the structured mode of CloudEvents. */
export interface CloudEvent {
  specversion: '1.0';
  id: string;
  source: string;
  type: string;
  subject: string;
  /** RFC 3339. */
  time: string;
  dataschema?: string;
  datacontenttype?: string;
  correlationid?: string;
  causationid?: string;
  data: object;
}

export interface ListRequestsOptions {
  /** How long the platform waits for a message if none follows the cursor, in seconds, 0 to 30. @default 0 */
  waitSeconds?: number;
  /** Ends the request and its repeats. */
  signal?: AbortSignal | undefined;
}

/** A page of messages. */
export interface RequestPage {
  events: CloudEvent[];
  /** Where the next page starts. */
  cursor: string;
  hasMore: boolean;
}

const COPY_PATH = /^\/agency\/v1\/documents\/[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const DOCUMENT_ID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const DELIVERY = /^[0-7][0-9A-HJKMNP-TV-Z]{25}-[a-z][a-z0-9-]{1,19}$/;
/** Tries without progress before a request fails. */
const MAX_TRIES = 5;
const MAX_WAIT_MS = 30_000;
const POLL_MS = 1000;

export class AgencyApi {
  readonly #origin: string;
  readonly #token: AccessToken;
  readonly #fetch: Fetch;
  readonly #timeoutMs: number;
  readonly #retryMs: number;

  /** @throws Error if the address is not https, or http on this machine */
  constructor({ url, code, key, timeoutMs = 60_000, retryMs = 500, fetch: send = fetch, now }: AgencyApiOptions) {
    this.#fetch = send;
    this.#timeoutMs = timeoutMs;
    this.#origin = parseOrigin(url);
    this.#retryMs = retryMs;
    const clock = now ?? (() => new Date());
    const sendTokenRequest: Fetch = (target, init) => sendOnce(send, target, init, timeoutMs);
    this.#token = new AccessToken({ origin: this.#origin, code, key, send: sendTokenRequest, now: clock });
  }

  /**
   * Fetches a copy and verifies its digest. Continues after an interruption, and fetches a copy again whose digest differs.
   * @param path `copy` of the evidence
   * @param sha256 `copySha256`; without it, the digest of the response is verified
   * @throws AgencyApiError DOCUMENT_NOT_READY, DOCUMENT_REFUSED, NOT_FOUND, DIGEST_MISMATCH and others
   */
  async fetchCopy(path: string, sha256?: string): Promise<FetchedDocument> {
    if (!COPY_PATH.test(path)) throw new AgencyApiError(0, 'COPY_PATH_INVALID');
    for (let attempt = 1; ; attempt++) {
      const download = new Download();
      await this.#retry(async () => download.receive(await this.#request(path, { headers: download.rangeHeaders() })), {
        progress: () => download.received,
      });
      const result = download.result(sha256);
      if (result) return result;
      if (attempt === 2) throw new AgencyApiError(200, 'DIGEST_MISMATCH');
    }
  }

  /**
   * Uploads a document of the result. A repeat with the same key and bytes returns the same document.
   * @param delivery Kafka key of the request
   * @param idempotencyKey UUID
   * @throws AgencyApiError
   */
  async uploadResult(
    delivery: string,
    bytes: Uint8Array,
    idempotencyKey: string = randomUUID(),
  ): Promise<DocumentState> {
    if (!DELIVERY.test(delivery)) throw new AgencyApiError(0, 'DELIVERY_INVALID');
    const digest = createHash('sha256').update(bytes).digest('base64');
    const headers = {
      'content-type': 'application/octet-stream',
      'content-digest': `sha-256=:${digest}:`,
      'idempotency-key': idempotencyKey,
    };
    // A buffer of its own: fetch sets Content-Length from it.
    const body = Uint8Array.from(bytes);
    const path = `/agency/v1/deliveries/${delivery}/documents`;
    return this.#retry(async () => readState(await this.#request(path, { method: 'POST', headers, body })));
  }

  /** Returns the state of an uploaded result, or of a copy. @throws AgencyApiError */
  async getStatus(id: string): Promise<DocumentState> {
    if (!DOCUMENT_ID.test(id)) throw new AgencyApiError(0, 'DOCUMENT_ID_INVALID');
    return this.#retry(async () => readState(await this.#request(`/agency/v1/documents/${id}/status`, {})));
  }

  /**
   * Reads the messages after a cursor; '' starts at the oldest.
   * @throws AgencyApiError CONNECTION_FAILED if the signal aborts, and others
   */
  async listRequests(cursor: string, { waitSeconds = 0, signal }: ListRequestsOptions = {}): Promise<RequestPage> {
    const query = new URLSearchParams({
      ...(cursor !== '' && { cursor }),
      ...(waitSeconds > 0 && { wait: String(waitSeconds) }),
    });
    const path = `/agency/v1/requests${query.size > 0 ? `?${query}` : ''}`;
    const init = signal ? { signal } : {};
    return this.#retry(async () => readPage(await this.#request(path, init, waitSeconds * 1000)), { signal });
  }

  /**
   * Sends a reply. Repeats it with the same ID after transient errors, which has no further effect.
   * @returns codes of the changes made to it, and why it has no effect, if it has none
   * @throws AgencyApiError INVALID_ARGUMENT, REQUEST_ID_REUSED, ACTION_NOT_ALLOWED, NOT_FOUND and others
   */
  async sendReply(event: CloudEvent): Promise<{ changes: string[]; issue?: string }> {
    const headers = { 'content-type': 'application/cloudevents+json' };
    const init = { method: 'POST', headers, body: JSON.stringify(event) };
    return this.#retry(async () => {
      const response = await this.#request('/agency/v1/replies', init);
      return (await readJson(response)) as { changes: string[]; issue?: string };
    });
  }

  /** Returns the public keys that verify calls of the webhook: see `verifyWebhook`. @throws AgencyApiError */
  async listWebhookKeys(): Promise<string[]> {
    const read = async () => (await readJson(await this.#request('/agency/v1/webhook-keys', {}))) as WebhookKeys;
    const { keys } = await this.#retry(read);
    return keys.map(({ publicKey }) => publicKey);
  }

  /** Waits until a document is checked, at most `timeoutMs`. Returns the last state. @throws AgencyApiError */
  async waitUntilChecked(id: string, timeoutMs = 120_000): Promise<DocumentState> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const state = await this.getStatus(id);
      if (state.state !== 'coming' || performance.now() >= end) return state;
      await pause(POLL_MS, undefined, { ref: false });
    }
  }

  /**
   * Sends a request with the token; once more with a new token if the platform does not accept it.
   * @param waitMs how long the platform may wait before it answers
   */
  async #request(path: string, init: RequestInit, waitMs = 0): Promise<Response> {
    for (let isRepeat = false; ; isRepeat = true) {
      const token = await this.#token.get();
      const headers = { ...(init.headers as Record<string, string>), authorization: `Bearer ${token}` };
      const timeoutMs = this.#timeoutMs + waitMs;
      const response = await sendOnce(this.#fetch, `${this.#origin}${path}`, { ...init, headers }, timeoutMs);
      if (response.ok) return response;
      const error = await readError(response);
      if (response.status !== 401 || isRepeat) throw error;
      this.#token.discard(token);
    }
  }

  /**
   * Repeats work after transient errors, at most {@link MAX_TRIES} times without progress.
   * @param options.progress increases with the progress of the work
   * @param options.signal ends the repeats. With it, their timers keep the process running
   */
  async #retry<T>(
    work: () => Promise<T>,
    { progress = () => 0, signal }: { progress?: () => number; signal?: AbortSignal | undefined } = {},
  ): Promise<T> {
    let best = progress();
    for (let failures = 0; ;) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof AgencyApiError) || !error.isTransient || signal?.aborted) throw error;
        failures = progress() > best ? 1 : failures + 1;
        best = Math.max(best, progress());
        if (failures >= MAX_TRIES) throw error;
        const backOff = this.#retryMs * 2 ** (failures - 1);
        const ms = Math.min(error.retryAfterMs ?? backOff, MAX_WAIT_MS);
        // An aborted pause ends early, and the next request fails.
        await pause(ms, undefined, { ref: signal !== undefined, ...(signal && { signal }) }).catch(() => {});
      }
    }
  }
}

/** Returns the origin. @throws Error if a token could be read on its way */
function parseOrigin(url: string): string {
  const { protocol, hostname, origin } = new URL(url);
  const isLocal = protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  if (protocol !== 'https:' && !isLocal) throw new Error('The address of the platform must begin with https://.');
  return origin;
}

/** Sends without following redirects, which could lead the token elsewhere. @throws AgencyApiError CONNECTION_FAILED */
async function sendOnce(send: Fetch, url: string, init: RequestInit, timeoutMs: number): Promise<Response> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = init.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  try {
    return await send(url, { ...init, redirect: 'error', signal });
  } catch {
    throw new AgencyApiError(0, 'CONNECTION_FAILED');
  }
}

/** @throws AgencyApiError RESPONSE_INVALID */
async function readState(response: Response): Promise<DocumentState> {
  const state = (await response.json().catch(() => undefined)) as DocumentState | undefined;
  const isKnown = state && ['coming', 'available', 'refused'].includes(state.state) && DOCUMENT_ID.test(state.id);
  if (!isKnown) throw new AgencyApiError(response.status, 'RESPONSE_INVALID');
  return state;
}

interface WebhookKeys {
  keys: { kid: string; publicKey: string }[];
}

/** @throws AgencyApiError CONNECTION_FAILED if the response breaks off or is no JSON */
async function readJson(response: Response): Promise<unknown> {
  return response.json().catch(() => {
    throw new AgencyApiError(0, 'CONNECTION_FAILED');
  });
}

/** @throws AgencyApiError RESPONSE_INVALID, CONNECTION_FAILED */
async function readPage(response: Response): Promise<RequestPage> {
  const page = (await readJson(response)) as Partial<RequestPage> | null;
  const { events, cursor, hasMore } = page ?? {};
  if (Array.isArray(events) && typeof cursor === 'string' && typeof hasMore === 'boolean')
    return { events, cursor, hasMore };
  throw new AgencyApiError(response.status, 'RESPONSE_INVALID');
}
