import createClient from 'openapi-fetch';
import type { paths } from '../../gen/api.ts';
import { BACKGROUND, isAlone } from './presence.ts';
import type { Problem } from './types.ts';

/** How the page talks to the gateway. An answer that is not right is thrown, and so is silence. */

/** How long the page waits for an answer, in ms: longer than the gateway may take, on a slow line. */
const PATIENCE_MS = 30_000;

/** The platform answered, and refused. */
export class Refusal extends Error {
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
export class Away extends Error {}

/** Whether asking again later may help: nobody answered, or somebody who cannot just now. */
export function isPassing(error: unknown): boolean {
  return error instanceof Away || (error instanceof Refusal && [429, 502, 503, 504].includes(error.status));
}

type Listener = (heard: 'answer' | 'silence' | 'signed-out', refusal?: Refusal) => void;
const listeners = new Set<Listener>();

/** Tells whoever listens what each request heard. @returns how to stop listening */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
const tell: Listener = (heard, refusal) => listeners.forEach((listener) => listener(heard, refusal));

/** The reasons for which a session is none any more. */
export const SIGNED_OUT: readonly Problem['reason'][] = [
  'UNAUTHENTICATED',
  'SESSION_EXPIRED',
  'SESSION_INVALID',
  'OPERATOR_SUSPENDED',
];

async function hear(request: Request): Promise<Response> {
  if (isAlone()) request.headers.set(...BACKGROUND);
  const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => {
    tell('silence');
    throw new Away('no answer');
  });
  if (response.ok || response.status === 304) {
    tell('answer');
    return response;
  }
  const refusal = await refusalOf(response);
  if (!refusal) {
    tell('silence');
    throw new Away('an answer of something else');
  }
  tell(SIGNED_OUT.includes(refusal.reason) ? 'signed-out' : 'answer', refusal);
  throw refusal;
}

/** Something between us and the gateway may answer with a page of its own: that is no answer. */
async function refusalOf(response: Response): Promise<Refusal | undefined> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) return undefined;
  const problem = (await response.json().catch(() => undefined)) as Problem | undefined;
  const seconds = Number(response.headers.get('retry-after'));
  return problem && new Refusal(problem, Number.isFinite(seconds) && seconds > 0 ? seconds : undefined);
}

export const api = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? 'http://localhost',
  fetch: hear,
  credentials: 'same-origin',
});

/** What an answer holds; every other one was thrown. */
export async function bodyOf<T>(answer: Promise<{ data?: T }>): Promise<NonNullable<T>> {
  const { data } = await answer;
  return data as NonNullable<T>;
}
