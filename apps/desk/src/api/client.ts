import createClient from 'openapi-fetch';
import type { paths } from '../../gen/api.ts';
import { recordServerTime } from './desk-clock.ts';
import { fetchOverLine } from './line.ts';
import { recordRoundTrip } from './line-speed.ts';
import { isHeld } from './session-hold.ts';
import { sessionKeyHeaders } from './session-key-header.ts';
import { BACKGROUND_HEADER, isUserIdle } from './user-activity.ts';
import type { Problem } from './types.ts';

/** The HTTP client of the gateway. It throws on error responses and on timeouts. */

/** How long the page waits for a response, in ms. Longer than the gateway's own limit, for slow networks. */
const RESPONSE_TIMEOUT_MS = 30_000;

/** An error response of the platform (problem+json). */
export class ApiError extends Error {
  readonly problem: Problem;
  /** Seconds to wait before a retry, from the Retry-After header. */
  readonly retryAfter: number | undefined;

  constructor(problem: Problem, retryAfter?: number) {
    super(problem.reason);
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
  get reason(): Problem['reason'] {
    return this.problem.reason;
  }
  get status(): number {
    return this.problem.status;
  }
}

/** No usable response arrived: network failure, timeout, or a response from a proxy. */
export class NetworkError extends Error {}

/** Statuses after which a retry may succeed. The platform answers 408 to a request that a slow line delays. */
const TRANSIENT_STATUSES = [408, 429, 502, 503, 504];

/** Whether a retry may succeed: no response, or one of {@link TRANSIENT_STATUSES}. */
export function isTransient(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof ApiError && TRANSIENT_STATUSES.includes(error.status));
}

type OutcomeListener = (outcome: 'answer' | 'silence' | 'signed-out', error?: ApiError) => void;
const listeners = new Set<OutcomeListener>();

/**
 * Reports the outcome of every request to a listener.
 * @returns a function that unsubscribes
 */
export function subscribeToOutcomes(listener: OutcomeListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
const notifyListeners: OutcomeListener = (outcome, error) => listeners.forEach((listener) => listener(outcome, error));

/** Counts the sessions of this page. */
let sessions = 0;

/** From here on, requests belong to a new session: a late response to an earlier request does not end it. */
export function beginSession(): void {
  sessions += 1;
}

/** Reasons that mean the session has ended. */
export const SIGNED_OUT_REASONS: readonly Problem['reason'][] = [
  'UNAUTHENTICATED',
  'SESSION_EXPIRED',
  'SESSION_INVALID',
  'SESSION_KEY_REQUIRED',
  'OPERATOR_SUSPENDED',
];

/** Number of requests without a response. */
let openRequests = 0;
export const countOpenRequests = (): number => openRequests;

async function fetchOrThrow(request: Request): Promise<Response> {
  openRequests += 1;
  return sendOrThrow(request).finally(() => (openRequests -= 1));
}

async function sendOrThrow(request: Request): Promise<Response> {
  const ownSession = sessions;
  if (isHeld(request.url)) {
    notifyListeners('silence');
    throw new NetworkError('the session is not confirmed');
  }
  if (isUserIdle()) request.headers.set(...BACKGROUND_HEADER);
  for (const header of Object.entries(sessionKeyHeaders())) request.headers.set(...header);
  const sentAt = Date.now();
  const response = await fetchOverLine(request, { signal: AbortSignal.timeout(RESPONSE_TIMEOUT_MS) }).catch(() => {
    notifyListeners('silence');
    throw new NetworkError('no answer');
  });
  recordServerTime(response.headers.get('date'), sentAt);
  recordRoundTrip(Date.now() - sentAt);
  if (response.ok || response.status === 304) {
    const whole = await readWhole(response);
    notifyListeners('answer');
    return whole;
  }
  const apiError = await parseApiError(response);
  if (!apiError) {
    notifyListeners('silence');
    throw new NetworkError('an answer of something else');
  }
  const isSignedOut = ownSession === sessions && SIGNED_OUT_REASONS.includes(apiError.reason);
  notifyListeners(isSignedOut ? 'signed-out' : 'answer', apiError);
  throw apiError;
}

/** Statuses without a body; a response cannot be built from one of them and a body. */
const NULL_BODY_STATUSES = [204, 205, 304];

/**
 * Returns the response with its whole body. A line that breaks in the body loses the response, like one that breaks
 * before.
 * @throws NetworkError
 */
async function readWhole(response: Response): Promise<Response> {
  // Browsers may give an empty stream to a response that cannot have a body.
  if (response.body === null || NULL_BODY_STATUSES.includes(response.status)) return response;
  // Not as a Blob, whose content the developer tools do not show.
  const body = await response.arrayBuffer().catch(() => {
    notifyListeners('silence');
    throw new NetworkError('the answer broke off');
  });
  return new Response(body, response);
}

/** Returns undefined for a response that is not problem+json, such as a proxy's error page. */
async function parseApiError(response: Response): Promise<ApiError | undefined> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return undefined;
  const problem = (await response.json().catch(() => undefined)) as Problem | undefined;
  const seconds = Number(response.headers.get('retry-after'));
  return problem && new ApiError(problem, Number.isFinite(seconds) && seconds > 0 ? seconds : undefined);
}

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? 'http://localhost',
  fetch: fetchOrThrow,
  credentials: 'same-origin',
});

/** Returns the body of a response. Error responses have thrown before. */
export async function bodyOf<T>(response: Promise<{ data?: T }>): Promise<NonNullable<T>> {
  const { data } = await response;
  return data as NonNullable<T>;
}
