import createClient from 'openapi-fetch';
import type { paths } from '../../gen/api.ts';
import { BACKGROUND_HEADER, isUserIdle } from './user-activity.ts';
import type { Problem } from './types.ts';

/** How the page talks to the gateway. An answer that is not right is thrown, and so is silence. */

/** How long the page waits for an answer, in ms: longer than the gateway may take, on a slow line. */
const RESPONSE_TIMEOUT_MS = 30_000;

/** The platform answered, and refused. */
export class ApiError extends Error {
  readonly problem: Problem;
  /** Seconds after which it may be tried again, where the answer says so. */
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

/** Nothing that the platform said has arrived: the line, the gateway, or something between. */
export class NetworkError extends Error {}

/** Whether asking again later may help: nobody answered, or somebody who cannot just now. */
export function isTransient(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof ApiError && [429, 502, 503, 504].includes(error.status));
}

type OutcomeListener = (outcome: 'answer' | 'silence' | 'signed-out', error?: ApiError) => void;
const listeners = new Set<OutcomeListener>();

/** Tells whoever listens what each request heard. @returns how to stop listening */
export function subscribeToOutcomes(listener: OutcomeListener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
const notifyListeners: OutcomeListener = (outcome, error) => listeners.forEach((listener) => listener(outcome, error));

/** The reasons for which a session is none any more. */
export const SIGNED_OUT_REASONS: readonly Problem['reason'][] = [
  'UNAUTHENTICATED',
  'SESSION_EXPIRED',
  'SESSION_INVALID',
  'OPERATOR_SUSPENDED',
];

async function fetchOrThrow(request: Request): Promise<Response> {
  if (isUserIdle()) request.headers.set(...BACKGROUND_HEADER);
  const response = await fetch(request, { signal: AbortSignal.timeout(RESPONSE_TIMEOUT_MS) }).catch(() => {
    notifyListeners('silence');
    throw new NetworkError('no answer');
  });
  if (response.ok || response.status === 304) {
    notifyListeners('answer');
    return response;
  }
  const apiError = await parseApiError(response);
  if (!apiError) {
    notifyListeners('silence');
    throw new NetworkError('an answer of something else');
  }
  notifyListeners(SIGNED_OUT_REASONS.includes(apiError.reason) ? 'signed-out' : 'answer', apiError);
  throw apiError;
}

/** Something between us and the gateway may answer with a page of its own: that is no answer. */
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

/** What an answer holds; every other one was thrown. */
export async function bodyOf<T>(response: Promise<{ data?: T }>): Promise<NonNullable<T>> {
  const { data } = await response;
  return data as NonNullable<T>;
}
