import { randomUUID } from 'node:crypto';
import { isProblem, Problem, REASONS } from '@cups/problem';
import type { ProblemKind, Reason } from '@cups/problem';

/** The HTTP side of the one Problem (RFC 9457). */

const STATUS_OF_KIND: Record<ProblemKind, number> = {
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
};

const STATUS_OF_REASON: Partial<Record<Reason, number>> = {
  PAYLOAD_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  ETAG_MISSING: 428,
};

/** The status, headers and body that a Problem becomes. `errorId` is only for INTERNAL. */
export function problemAnswer(problem: Problem, requestId: string, errorId?: string) {
  const { reason, kind, metadata, violations, retryAfterMs } = problem;
  // What does not exist under another method too has its own status: the path is known, the method is not.
  const status = metadata['allow'] === undefined ? (STATUS_OF_REASON[reason] ?? STATUS_OF_KIND[kind]) : 405;
  const headers: Record<string, string> = {};
  if (metadata['allow'] !== undefined) headers['Allow'] = metadata['allow'];
  if (retryAfterMs !== undefined) headers['Retry-After'] = String(Math.max(1, Math.ceil(retryAfterMs / 1000)));
  else if (status === 429 || status === 503) headers['Retry-After'] = '1';
  const words = reason.toLowerCase().replaceAll('_', ' ');
  const body = {
    type: `urn:cups:problem:${reason}`,
    title: words.charAt(0).toUpperCase() + words.slice(1),
    status,
    detail: kind === 'INTERNAL' && metadata['told'] === undefined ? undefined : problem.message,
    reason,
    action: REASONS[reason].action,
    requestId,
    errorId,
    violations: violations.length > 0 ? violations : undefined,
  };
  return { status, headers, body };
}

/**
 * Any error as a Problem. Errors of Express and its body parser say what the client did wrong; the rest is ours: INTERNAL
 * with an id and no text.
 */
export function toProblem(error: unknown): { problem: Problem; errorId?: string } {
  if (isProblem(error)) {
    if (error.kind !== 'INTERNAL') return { problem: error };
    return { problem: error, errorId: error.metadata['errorId'] ?? randomUUID() };
  }
  const { type = '', status } = (error ?? {}) as { type?: string; status?: number };
  if (type === 'entity.too.large') {
    return { problem: new Problem({ reason: 'PAYLOAD_TOO_LARGE', message: 'The body is over 256 KiB.' }) };
  }
  if (type === 'encoding.unsupported' || type === 'charset.unsupported') {
    return { problem: mediaType() };
  }
  if (type === 'entity.parse.failed') return { problem: malformed('The body is not a JSON object.') };
  if (type.startsWith('request.')) return { problem: malformed('The body did not arrive whole.') };
  if (status === 400) return { problem: malformed('The path or the query is not well formed.') };
  return { problem: new Problem({ reason: 'INTERNAL', message: 'Internal error.' }), errorId: randomUUID() };
}

/** A body that is not JSON. */
export function mediaType(): Problem {
  return new Problem({ reason: 'MEDIA_TYPE_UNSUPPORTED', message: 'The body must be application/json in UTF-8.' });
}

function malformed(message: string): Problem {
  return new Problem({ reason: 'INVALID_ARGUMENT', message });
}
