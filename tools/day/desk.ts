import { randomUUID } from 'node:crypto';
import type { State } from '@cups/application';
import { backoffMs } from '@cups/contracts';
import { uploadDocument } from './uploads.ts';
import type { Scan, UploadedDocument } from './uploads.ts';

/** A scripted desk that uses only the public REST API. */

export interface ProblemBody {
  status: number;
  reason: string;
  detail?: string;
  violations?: { field: string; rule: string }[];
}

/** The fields of an application that the tools read. */
export interface Application {
  id: string;
  name: string;
  centre: string;
  publicService: string;
  agency: string;
  state: State;
  etag: string;
  trackingNumber: string;
  training: boolean;
  documentRequest?: { id: string; evidenceKinds: string[] };
  allowedActions: string[];
  ownApplication?: boolean;
  deskAlerts?: { kind: string }[];
  submissionCount?: number;
  /** Documents that the evidence names. */
  documents?: { name: string; state: string }[];
  decision?: { documents?: { document: string; sha256: string }[]; awaitsArrival?: boolean };
  handOver?: { documentSha256s?: string[] };
}

export interface ApiResponse<T> {
  status: number;
  body: T;
  replayed: boolean;
  /** From sending to the end of the response. */
  ms: number;
}

export class ApiError extends Error {
  readonly problem: ProblemBody;
  /** Seconds after which the platform asks for another attempt. */
  readonly retryAfter: number | undefined;
  constructor(what: string, problem: ProblemBody, retryAfter?: number) {
    const fields = problem.violations?.map(({ field, rule }) => `${field} ${rule}`).join(', ');
    super(`${what}: ${problem.status} ${problem.reason}${fields ? ` (${fields})` : ''}`);
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

export interface ApiRequest {
  body?: unknown;
  /** Idempotency-Key. @default a new one for each write */
  key?: string;
  etag?: string;
}

export interface Desk {
  readonly centre: string;
  call<T>(method: string, path: string, call?: ApiRequest): Promise<ApiResponse<T>>;
  /** Returns the cookie of the session, which the gateway renews. */
  cookie(): string;
  /** Uploads a document. The platform has acknowledged all bytes, and checks them afterwards. */
  upload(scan: Scan): Promise<UploadedDocument>;
  /** Reads the content of a document. @param name documents/{id} */
  readContent(name: string): Promise<Buffer>;
}

/** Maximum attempts of a call with the same key on a transient error (408, 429, 503, a closed connection). */
const MAX_ATTEMPTS = 8;
const RETRY_BACKOFF = { initialMs: 200, maxMs: 20_000, jitter: 0 };

export interface DeskOptions {
  /** Maximum attempts on a transient error, also at the sign-in. @default 8 */
  tries?: number;
}

/**
 * Signs in an operator at the local provider.
 * @param url URL of the gateway, without a path
 * @param operator such as `cu-001-specialist`
 * @throws ApiError when the platform refuses, Error when it is unreachable
 */
export async function openDesk(
  url: string,
  operator: string,
  { tries = MAX_ATTEMPTS }: DeskOptions = {},
): Promise<Desk> {
  /** By name; the gateway renews the cookie of an active session. */
  const cookies = new Map<string, string>();
  const sessionHeaders = (): Record<string, string> =>
    cookies.size > 0 ? { cookie: [...cookies.values()].join('; ') } : {};

  async function once<T>(
    method: string,
    path: string,
    { body, key, etag }: ApiRequest,
  ): Promise<Response & { ms: number; parsed: T }> {
    const headers: Record<string, string> = { accept: 'application/json', ...sessionHeaders() };
    if (method !== 'GET') {
      headers['content-type'] = 'application/json';
      headers['idempotency-key'] = key ?? randomUUID();
    }
    if (etag) headers['if-match'] = etag;
    const started = performance.now();
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers,
      ...(method === 'GET' || method === 'DELETE' ? {} : { body: JSON.stringify(body ?? {}) }),
      signal: AbortSignal.timeout(15_000),
    });
    for (const set of response.headers.getSetCookie()) cookies.set(set.split('=')[0]!, set.split(';')[0]!);
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    return Object.assign(response, { ms: performance.now() - started, parsed: (json ? JSON.parse(text) : text) as T });
  }

  const call = <T>(method: string, path: string, given: ApiRequest = {}) =>
    callNamed<T>(`${method} ${path}`, method, path, given);

  /** @param what names the call in an error */
  async function callNamed<T>(what: string, method: string, path: string, given: ApiRequest): Promise<ApiResponse<T>> {
    const fixed = method === 'GET' ? given : { ...given, key: given.key ?? randomUUID() };
    for (let round = 1; ; round += 1) {
      const response = await once<T>(method, path, fixed).catch((error: unknown) => {
        if (round >= tries || !isClosedConnection(error)) throw error;
        return undefined;
      });
      if (!response) continue;
      if (response.ok) {
        const replayed = response.headers.get('idempotent-replayed') === 'true';
        return { status: response.status, body: response.parsed, replayed, ms: response.ms };
      }
      const passing = [408, 429, 503].includes(response.status);
      const problem = response.parsed as unknown as ProblemBody;
      const error = new ApiError(what, problem, retryAfterOf(response));
      if (!passing || round >= tries) throw error;
      const askedMs = (error.retryAfter ?? 0) * 1000;
      await new Promise((done) => setTimeout(done, Math.max(askedMs, backoffMs(round, RETRY_BACKOFF))));
    }
  }

  async function readContent(name: string): Promise<Buffer> {
    const path = `/${name}/content`;
    const response = await fetch(`${url}/api/v1${path}`, {
      headers: sessionHeaders(),
      signal: AbortSignal.timeout(15_000),
    });
    if (!response.ok) throw new ApiError(`GET ${path}`, (await response.json()) as ProblemBody);
    return Buffer.from(await response.arrayBuffer());
  }

  const signIn = { body: { provider: 'local', operator } };
  type Session = { operator: { centre?: string } };
  const { body: session } = await callNamed<Session>(`sign in ${operator}`, 'POST', '/sessions', signIn);
  const centre = session.operator.centre ?? '';
  const upload = (scan: Scan) => uploadDocument(url, sessionHeaders(), scan);
  const cookie = () => sessionHeaders()['cookie'] ?? '';
  return { centre, call, cookie, upload, readContent };
}

/**
 * Whether the gateway closed the connection under a request, as it does with connections that were idle for 65 s. Browsers
 * repeat such requests too.
 */
const isClosedConnection = (error: unknown): boolean =>
  ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'].includes(
    ((error as Error).cause as { code?: string } | undefined)?.code ?? '',
  );

function retryAfterOf({ headers }: Response): number | undefined {
  const seconds = headers.get('retry-after');
  return seconds === null ? undefined : Number(seconds);
}

/**
 * Polls until the result matches. What other services make of an event, such as a delivery, may not exist at first, so
 * a read that gets 404 counts as a result that does not match.
 * @throws Error after `seconds`; its cause is the last 404
 * @throws ApiError of every other refusal at once
 */
export async function waitUntil<T>(
  ask: () => Promise<T>,
  enough: (value: T) => boolean,
  what: string,
  seconds: number,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (let pause = 100; ; pause = Math.min(1_000, pause * 1.4)) {
    const found = await ask().then((value) => ({ value, cause: undefined }), causeIfNotFound);
    if (!found.cause && enough(found.value)) return found.value;
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`, { cause: found.cause });
    await new Promise((done) => setTimeout(done, pause));
  }
}

/** Returns a 404 as the cause of an error. Throws every other error. */
function causeIfNotFound(cause: unknown): { cause: ApiError } {
  if (cause instanceof ApiError && cause.problem.status === 404) return { cause };
  throw cause;
}
