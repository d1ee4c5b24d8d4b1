import { randomUUID } from 'node:crypto';
import { withLocation, isProblem, Problem, REASONS, violation } from '@cups/problem';
import type { ProblemKind, Reason, Violation } from '@cups/problem';
import type { Operation } from './handler.ts';

/** Maps Problems to HTTP (RFC 9457). */

const HTTP_STATUS: Record<ProblemKind, number> & Partial<Record<Reason, number>> = {
  INVALID: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  EXISTS: 409,
  PRECONDITION: 409,
  ABORTED: 412,
  EXHAUSTED: 429,
  UNAVAILABLE: 503,
  DEADLINE: 504,
  INTERNAL: 500,
  CANCELLED: 503,
  PAYLOAD_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  ETAG_MISSING: 428,
  // tus clients ask for the stored size, and continue there.
  UPLOAD_OFFSET_MISMATCH: 409,
};

/** Statuses of problems whose meaning in HTTP depends on the resource, not on the reason alone. */
const ownStatuses = new WeakMap<Problem, number>();

/** Gives a problem a status of its own. */
export function withStatus(status: number, problem: Problem): Problem {
  ownStatuses.set(problem, status);
  return problem;
}

export interface ProblemContext {
  requestId: string;
  /** ID of an internal error in the log. */
  errorId?: string | undefined;
  /** Locates the fields that upstream services name. */
  operation?: Pick<Operation, 'locateField'> | undefined;
}

/** Returns the status, headers and body of a problem. */
export function problemResponse(problem: Problem, { requestId, errorId, operation }: ProblemContext) {
  const { reason, kind, metadata, message, retryAfterMs } = problem;
  // A known path with an unknown method has its own status.
  const known = ownStatuses.get(problem) ?? HTTP_STATUS[reason] ?? HTTP_STATUS[kind];
  const status = metadata['allow'] === undefined ? known : 405;
  const headers: Record<string, string> = { 'Content-Type': 'application/problem+json' };
  if (metadata['allow'] !== undefined) headers['Allow'] = metadata['allow'];
  if (retryAfterMs !== undefined || status === 429 || status === 503) {
    headers['Retry-After'] = String(Math.max(1, Math.ceil((retryAfterMs ?? 0) / 1000)));
  }
  const title = reason.charAt(0) + reason.slice(1).toLowerCase().replaceAll('_', ' ');
  const detail = kind !== 'INTERNAL' || metadata['exposed'] ? message : undefined;
  // A dependency that is unavailable has a cause of its own, which is for its operators only.
  const cause = kind === 'INTERNAL' || kind === 'UNAVAILABLE' ? undefined : metadata['cause'];
  const violations = problem.violations.length > 0 ? problem.violations.map(locate) : undefined;
  const { action } = REASONS[reason];
  const type = `urn:cups:problem:${reason}`;
  return {
    status,
    headers,
    body: { type, title, status, detail, reason, cause, action, requestId, errorId, violations },
  };

  function locate(found: Violation): Violation {
    const location = found.in ?? operation?.locateField(found.field);
    return location === undefined ? found : withLocation(location, found);
  }
}

const TRUNCATED_BODY = {
  reason: 'INVALID_ARGUMENT' as const,
  message: 'The body is truncated.',
  violations: [violation('', 'TRUNCATED')],
};
/** @param expected what the body must be */
export const unsupportedMediaType = (expected = 'application/json in UTF-8') =>
  new Problem({ reason: 'MEDIA_TYPE_UNSUPPORTED', message: `The body must be ${expected}.` });
export const truncatedBody = () => new Problem(TRUNCATED_BODY);
/** @param maxBytes limit in bytes */
export const bodyTooLarge = (maxBytes: number) =>
  new Problem({ reason: 'PAYLOAD_TOO_LARGE', message: `The body must have at most ${maxBytes / 1024} KiB.` });

/**
 * Converts any error to a Problem. Express errors about the client's request stay; all others become an internal
 * error with an ID.
 */
export function toProblem(error: unknown): { problem: Problem; errorId?: string } {
  if (isProblem(error) && error.kind !== 'INTERNAL') return { problem: error };
  if (isProblem(error)) return { problem: error, errorId: error.metadata['errorId'] ?? randomUUID() };
  const { status } = (error ?? {}) as { status?: number };
  const path = { reason: 'INVALID_ARGUMENT', message: 'The path or the query is malformed.' } as const;
  if (status === 400) return { problem: new Problem(path) };
  return { problem: new Problem({ reason: 'INTERNAL', message: 'Internal error.' }), errorId: randomUUID() };
}
