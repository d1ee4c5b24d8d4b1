import { messageType } from '@cups/contracts/proto';
import { isReason, Problem, readViolation } from '@cups/problem';
import type { ProblemKind, Reason, Violation } from '@cups/problem';
import { Metadata, status } from '@grpc/grpc-js';
import type { StatusObject } from '@grpc/grpc-js';

const DOMAIN = 'cups';
export const DETAILS_KEY = 'grpc-status-details-bin';
/** Delay before a retry, read by the retry policy of the client's channel (gRFC A6); -1 forbids retries. */
export const PUSHBACK_KEY = 'grpc-retry-pushback-ms';
const TYPE_PREFIX = 'type.googleapis.com/';

const STATUS_BY_KIND: Record<ProblemKind, status> = {
  INVALID: status.INVALID_ARGUMENT,
  UNAUTHENTICATED: status.UNAUTHENTICATED,
  FORBIDDEN: status.PERMISSION_DENIED,
  NOT_FOUND: status.NOT_FOUND,
  EXISTS: status.ALREADY_EXISTS,
  PRECONDITION: status.FAILED_PRECONDITION,
  ABORTED: status.ABORTED,
  EXHAUSTED: status.RESOURCE_EXHAUSTED,
  UNAVAILABLE: status.UNAVAILABLE,
  DEADLINE: status.DEADLINE_EXCEEDED,
  INTERNAL: status.INTERNAL,
  CANCELLED: status.CANCELLED,
};

/** Reason of a status without details of the platform, or with a reason of a later release. */
const REASON_BY_STATUS: { [Code in status]?: Reason } = {
  [status.CANCELLED]: 'CANCELLED',
  [status.INVALID_ARGUMENT]: 'INVALID_ARGUMENT',
  [status.DEADLINE_EXCEEDED]: 'DEADLINE_EXCEEDED',
  [status.NOT_FOUND]: 'NOT_FOUND',
  [status.ALREADY_EXISTS]: 'ALREADY_EXISTS',
  [status.PERMISSION_DENIED]: 'PERMISSION_DENIED',
  [status.RESOURCE_EXHAUSTED]: 'RATE_LIMITED',
  [status.FAILED_PRECONDITION]: 'ACTION_NOT_ALLOWED',
  [status.ABORTED]: 'ETAG_STALE',
  [status.UNAVAILABLE]: 'UPSTREAM_UNAVAILABLE',
  [status.UNAUTHENTICATED]: 'UNAUTHENTICATED',
};

interface Any {
  type_url: string;
  value: Buffer;
}
interface Status {
  code: number;
  message: string;
  details: Any[];
}
interface ErrorInfo {
  reason: string;
  domain: string;
  metadata: Record<string, string>;
}
interface BadRequest {
  fieldViolations: { field: string; description: string; reason: string }[];
}
interface ViolationDetails {
  details: { location: string; params: string }[];
}
interface RetryInfo {
  retryDelay: { seconds: number | string; nanos: number } | null;
}

/** Name and codec of a status detail. */
const detailCodec = <Value extends object>(name: string) => ({
  pack: (value: Value): Any => ({
    type_url: `${TYPE_PREFIX}${name}`,
    value: messageType<Value>(name).encode(value),
  }),
  find: (all: Any[]): Value | undefined => {
    const found = all.find((any) => any.type_url === `${TYPE_PREFIX}${name}`);
    return found && messageType<Value>(name).decode(found.value);
  },
});
const errorInfo = detailCodec<ErrorInfo>('google.rpc.ErrorInfo');
const badRequest = detailCodec<BadRequest>('google.rpc.BadRequest');
const retryInfo = detailCodec<RetryInfo>('google.rpc.RetryInfo');
const violationDetails = detailCodec<ViolationDetails>('cups.type.v1.ViolationDetails');

/**
 * Converts a Problem to a gRPC status: google.rpc.Status with ErrorInfo, BadRequest and RetryInfo in the trailers
 * (AIP-193), plus the platform's ViolationDetails.
 */
export function problemToStatus(problem: Problem): StatusObject {
  const code = STATUS_BY_KIND[problem.kind];
  const details = [errorInfo.pack({ reason: problem.reason, domain: DOMAIN, metadata: problem.metadata })];
  if (problem.violations.length > 0) details.push(...packViolations(problem.violations));
  const metadata = new Metadata();
  // A service further down has retried already; retries at each level would multiply an overload.
  if (problem.metadata['upstream']) metadata.set(PUSHBACK_KEY, '-1');
  if (problem.retryAfterMs !== undefined) {
    const ms = Math.max(0, Math.ceil(problem.retryAfterMs));
    details.push(retryInfo.pack({ retryDelay: { seconds: Math.floor(ms / 1000), nanos: (ms % 1000) * 1_000_000 } }));
    if (!problem.metadata['upstream']) metadata.set(PUSHBACK_KEY, String(ms));
  }
  metadata.set(
    DETAILS_KEY,
    messageType<Status>('google.rpc.Status').encode({ code, message: problem.message, details }),
  );
  return { code, details: problem.message, metadata };
}

/**
 * Whether a status is about the connection instead of the upstream's response: a closed connection, a reset stream or
 * a stopped process. Responses of the platform's services carry details.
 */
export function isTransportError(error: StatusObject): boolean {
  const codes = [status.UNAVAILABLE, status.INTERNAL, status.UNKNOWN, status.CANCELLED];
  return codes.includes(error.code) && !parseDetails(error);
}

/** Converts a gRPC status to a Problem; `upstream` is the called service. */
export function statusToProblem(error: StatusObject, upstream: string): Problem {
  const found = parseDetails(error);
  if (found && isReason(found.info.reason)) {
    return new Problem({
      reason: found.info.reason,
      message: found.message,
      metadata: error.code === status.UNAVAILABLE ? { upstream, ...found.info.metadata } : found.info.metadata,
      violations: found.violations,
      retryAfterMs: found.retryAfterMs,
    });
  }
  const metadata = { ...found?.info.metadata, upstream };
  const tooLarge = error.code === status.RESOURCE_EXHAUSTED && !found && /larger than max/.test(error.details);
  const cutOff = !found && (error.code === status.INTERNAL || error.code === status.UNKNOWN);
  const known = cutOff ? 'UPSTREAM_UNAVAILABLE' : (REASON_BY_STATUS[error.code] ?? 'INTERNAL');
  const reason = tooLarge ? 'PAYLOAD_TOO_LARGE' : known;
  // The text of a foreign status may contain anything, so it is not passed on.
  const message = found?.message ?? `${upstream} returned ${status[error.code] ?? 'an unknown status'}.`;
  return new Problem({
    reason,
    message,
    metadata,
    violations: found?.violations ?? [],
    retryAfterMs: found?.retryAfterMs,
  });
}

function parseDetails(error: StatusObject) {
  const [bytes] = error.metadata?.get(DETAILS_KEY) ?? [];
  if (!Buffer.isBuffer(bytes)) return undefined;
  try {
    const { message, details } = messageType<Status>('google.rpc.Status').decode(bytes);
    const info = errorInfo.find(details);
    if (info?.domain !== DOMAIN) return undefined;
    const delay = retryInfo.find(details)?.retryDelay;
    return {
      message,
      info,
      violations: findViolations(details),
      retryAfterMs: delay ? Number(delay.seconds) * 1000 + delay.nanos / 1_000_000 : undefined,
    };
  } catch {
    return undefined;
  }
}

function packViolations(violations: Violation[]): Any[] {
  const fieldViolations = violations.map(({ field, rule, message }) => ({ field, description: message, reason: rule }));
  const details = violations.map(({ in: location = '', params }) => ({
    location,
    params: params ? JSON.stringify(params) : '',
  }));
  return [badRequest.pack({ fieldViolations }), violationDetails.pack({ details })];
}

/** A service of an earlier release sends no details, so only rules without parameters are known. */
function findViolations(all: Any[]): Violation[] {
  const beside = violationDetails.find(all)?.details ?? [];
  return (badRequest.find(all)?.fieldViolations ?? []).map(({ field, description, reason }, at) => {
    const { location = '', params = '' } = beside[at] ?? {};
    return readViolation({ field, location, rule: reason, params: parseParams(params), message: description });
  });
}

function parseParams(text: string): Record<string, unknown> {
  const value: unknown = text === '' ? {} : JSON.parse(text);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
