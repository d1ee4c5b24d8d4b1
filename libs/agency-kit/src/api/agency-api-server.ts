import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { COPY_PATH } from '@cups/agency-contract';
import { ulid } from 'ulid';
import { PostedReplies } from './posted-replies.ts';
import { PullFeed } from './pull-feed.ts';
import { verifyAssertion } from './verify-assertion.ts';
import type { RegisteredKey } from './verify-assertion.ts';
import type { WebhookCaller } from './webhook-caller.ts';

const MAX_BODY_BYTES = 10 * 1024 * 1024;
const TOKEN_SECONDS = 300;
/** What the platform accepts for one reply. */
const MAX_REPLY_BYTES = 1032 * 1024;
const REPLY_MEDIA_TYPE = 'application/cloudevents+json';

const digestOf = (bytes: Buffer, encoding: 'hex' | 'base64'): string =>
  createHash('sha256').update(bytes).digest(encoding);

/** Plays the HTTP API of the platform (`agency-api.yaml` of the contract) on this machine, for `check`. */
export class AgencyApiServer {
  readonly #agency: string;
  readonly #key: RegisteredKey;
  readonly #copies = new Map<string, Buffer>();
  readonly #fetched = new Set<string>();
  /** Uploaded results: ID by idempotency key, and delivery by ID. */
  readonly #uploads = new Map<string, string>();
  readonly #results = new Map<string, string>();
  readonly #tokens = new Set<string>();
  readonly #assertionIds = new Set<string>();
  readonly #isSecure: boolean;
  readonly #server: ReturnType<typeof createServer>;
  #problem = '';
  /** Messages for an agency that pulls, and its replies. */
  readonly feed = new PullFeed();
  readonly replies = new PostedReplies();
  /** Calls the webhook of the agency, if it has one; also has its keys. */
  webhook: WebhookCaller | undefined;
  /** Number of issued tokens, and of requests with a valid one. */
  tokenCount = 0;
  requestCount = 0;

  /** @param tls certificate and private key in PEM; without them the API is served over http */
  constructor(agency: string, key: RegisteredKey, tls?: { cert: string; key: string }) {
    this.#agency = agency;
    this.#key = key;
    this.#isSecure = tls !== undefined;
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      this.#respond(request, response).catch(() => response.destroy());
    };
    this.#server = tls ? createTlsServer(tls, listener) : createServer(listener);
  }

  /** Why the last request was refused; '' if none was. */
  get problem(): string {
    return this.#problem;
  }

  /** Origin of the API; call it after the start. */
  get origin(): string {
    return `http${this.#isSecure ? 's' : ''}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => this.#server.once('error', reject).listen(port, '127.0.0.1', resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /**
   * Makes a copy available, and returns its members of the evidence.
   * @param announced bytes whose digest the evidence names; others than the content are an error to detect
   */
  publish(content: Buffer, announced = content) {
    const id = ulid();
    this.#copies.set(id, content);
    return {
      copy: `${COPY_PATH}${id}`,
      copyState: 'available' as const,
      copySha256: digestOf(announced, 'hex'),
      copyBytes: announced.length,
      copyMediaType: 'application/pdf',
      copyPages: 1,
      copyScan: 'not-scanned' as const,
    };
  }

  /** Ends all tokens, as their expiry does. */
  endTokens(): void {
    this.#tokens.clear();
  }

  /** Returns whether the agency has fetched the copy at this path. */
  isFetched = (path: string): boolean => this.#fetched.has(path.slice(COPY_PATH.length));

  /** Returns whether the agency has uploaded this result for this delivery. */
  isResultOf = (id: string, deliveryId: string): boolean => this.#results.get(id) === deliveryId;

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const { method = '', url = '' } = request;
    if (method === 'POST' && url === '/agency/v1/token') return this.#issueToken(body, response);
    const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    if (!this.#tokens.has(token))
      return this.#refuse(response, 401, 'UNAUTHENTICATED', 'the token is missing or unknown');
    this.requestCount += 1;
    const [, document = '', status] = /^\/agency\/v1\/documents\/(\w+)(\/status)?$/.exec(url) ?? [];
    if (status && this.#results.has(document)) return sendJson(response, 200, { id: document, state: 'available' });
    const copy = this.#copies.get(document);
    if (copy && (method === 'GET' || method === 'HEAD')) return this.#sendCopy(document, copy, request, response);
    const [, delivery] = /^\/agency\/v1\/deliveries\/([\w-]+)\/documents$/.exec(url) ?? [];
    if (method === 'POST' && delivery) return this.#storeResult(delivery, body, request, response);
    return this.#respondToPuller(method, url, { body, request, response });
  }

  async #respondToPuller(
    method: string,
    url: string,
    { body, request, response }: { body: Buffer; request: IncomingMessage; response: ServerResponse },
  ): Promise<void> {
    const { pathname, searchParams } = new URL(url, this.origin);
    const operation = `${method} ${pathname}`;
    if (operation === 'GET /agency/v1/requests') return this.#sendFeed(searchParams, response);
    if (operation === 'POST /agency/v1/replies') return this.#receiveReply(body, request, response);
    if (operation === 'GET /agency/v1/webhook-keys') {
      if (this.webhook) return sendJson(response, 200, this.webhook.readKeys());
      return sendJson(response, 200, { keys: [] });
    }
    return this.#refuse(response, 404, 'NOT_FOUND', `there is no ${method} ${url}`);
  }

  async #sendFeed(query: URLSearchParams, response: ServerResponse): Promise<void> {
    const page = await this.feed.read(query, () => response.destroyed);
    if (response.destroyed) return;
    if (!('problem' in page)) return sendJson(response, 200, page);
    if (page.problem === 'cursor')
      return this.#refuse(response, 400, 'PAGE_TOKEN_INVALID', 'the cursor is not one of this feed');
    return this.#refuse(response, 400, 'INVALID_ARGUMENT', `${page.problem} is out of range`);
  }

  #receiveReply(body: Buffer, { headers }: IncomingMessage, response: ServerResponse): void {
    const [mediaType = ''] = (headers['content-type'] ?? '').split(';');
    if (mediaType.trim().toLowerCase() !== REPLY_MEDIA_TYPE)
      return this.#refuse(response, 415, 'MEDIA_TYPE_UNSUPPORTED', `the media type is not ${REPLY_MEDIA_TYPE}`);
    if (body.length > MAX_REPLY_BYTES)
      return this.#refuse(response, 413, 'PAYLOAD_TOO_LARGE', `a reply exceeds ${MAX_REPLY_BYTES} bytes`);
    const { status, body: answer, retryAfterSeconds, isBroken } = this.replies.receive(body);
    if (isBroken) return void response.destroy();
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', String(retryAfterSeconds));
    sendJson(response, status, answer, status === 200 ? 'application/json' : 'application/problem+json');
  }

  #issueToken(body: Buffer, response: ServerResponse): void {
    const form = new URLSearchParams(body.toString());
    const audience = `${this.origin}/agency/v1/token`;
    const expected = { agency: this.#agency, audience, key: this.#key, now: new Date() };
    const verified = verifyAssertion(form.get('client_assertion') ?? '', expected);
    const problem = 'problem' in verified ? verified.problem : this.#assertionIds.has(verified.jti) && 'jti was used';
    if (problem) {
      this.#problem = problem;
      return sendJson(response, 401, { error: 'invalid_client' });
    }
    if ('jti' in verified) this.#assertionIds.add(verified.jti);
    const token = randomUUID();
    this.tokenCount += 1;
    this.#tokens.add(token);
    sendJson(response, 200, { access_token: token, token_type: 'Bearer', expires_in: TOKEN_SECONDS });
  }

  #sendCopy(id: string, content: Buffer, { method, headers }: IncomingMessage, response: ServerResponse): void {
    const [, from] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? [];
    const start = Math.min(Number(from ?? 0), content.length);
    const range =
      from === undefined ? {} : { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` };
    response.writeHead(from === undefined ? 200 : 206, {
      'content-type': 'application/pdf',
      'content-digest': `sha-256=:${digestOf(content, 'base64')}:`,
      etag: `"${digestOf(content, 'hex')}"`,
      'accept-ranges': 'bytes',
      ...range,
    });
    response.end(method === 'HEAD' ? undefined : content.subarray(start));
    if (method === 'GET') this.#fetched.add(id);
  }

  #storeResult(delivery: string, body: Buffer, { headers }: IncomingMessage, response: ServerResponse): void {
    const key = String(headers['idempotency-key'] ?? '');
    if (key === '') return this.#refuse(response, 400, 'INVALID_ARGUMENT', 'Idempotency-Key is missing');
    if (headers['content-digest'] !== `sha-256=:${digestOf(body, 'base64')}:`)
      return this.#refuse(response, 400, 'UPLOAD_DIGEST_MISMATCH', 'Content-Digest is not that of the body');
    const id = this.#uploads.get(key) ?? ulid();
    this.#uploads.set(key, id);
    this.#results.set(id, delivery);
    sendJson(response, 201, { id, state: 'coming' });
  }

  #refuse(response: ServerResponse, status: number, reason: string, problem: string): void {
    this.#problem = problem;
    sendJson(response, status, { status, reason }, 'application/problem+json');
  }
}

function sendJson(response: ServerResponse, status: number, body: object, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}

/** @throws Error if the body is too large */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > MAX_BODY_BYTES) throw new Error('The body is too large.');
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}
