import { isClientUlid, isUlid, parseRequestId, parseResourceName } from '@cups/contracts';
import { fingerprint } from '@cups/contracts/node';
import { Problem, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import type { Cause } from '@cups/store';
import { MAX_DOCUMENT_BYTES, MAX_PAGES, MAX_READ_BYTES } from '../domain/limits.ts';

/** Validation of what the requests of all callers have in common. */

const SHA256 = /^[0-9a-f]{64}$/;
const KIND = /^(?=.{1,60}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** The declaration of an upload, as received. */
export interface UploadDeclaration {
  /** int64 as text. */
  size: string;
  sha256: string;
  kind?: string;
  pageSizes?: readonly string[];
  /** ULID set by the client; may be empty. */
  documentId?: string;
}

const invalid = (message: string, violations: Violation[]): Problem =>
  new Problem({ reason: 'INVALID_ARGUMENT', message, violations });

/** @throws Problem INVALID_ARGUMENT */
export function validateDeclaration(
  { size: text, sha256, kind, pageSizes = [], documentId }: UploadDeclaration,
  now: Date,
): { size: number; pageSizes: number[] } {
  const size = Number(text);
  const pages = pageSizes.map(Number);
  const violations: Violation[] = [];
  if (size < 1) violations.push(violation('/size', 'MINIMUM', { min: 1 }));
  if (size > MAX_DOCUMENT_BYTES) violations.push(violation('/size', 'MAXIMUM', { max: MAX_DOCUMENT_BYTES }));
  if (!SHA256.test(sha256)) violations.push(violation('/sha256', 'PATTERN'));
  if (kind !== undefined && !KIND.test(kind)) violations.push(violation('/kind', 'CODE'));
  if (documentId && !isClientUlid(documentId, now)) violations.push(violation('/documentId', 'ULID'));
  if (pages.length > MAX_PAGES) violations.push(violation('/pageSizes', 'MAX_ITEMS', { max: MAX_PAGES }));
  const isSplit = pages.every((page) => page >= 1) && pages.reduce((sum, page) => sum + page, 0) === size;
  if (pages.length > 0 && !isSplit) violations.push(violation('/pageSizes', 'CONTRADICTION', { other: '/size' }));
  if (violations.length > 0) throw invalid('The upload is not declared correctly.', violations);
  return { size, pageSizes: pages };
}

/** @throws Problem INVALID_ARGUMENT */
export function validateRange({ offset: text, limit }: { offset: string; limit: number }): {
  offset: number;
  limit: number;
} {
  const offset = Number(text);
  const violations: Violation[] = [];
  if (offset < 0) violations.push(violation('/offset', 'MINIMUM', { min: 0 }));
  if (limit < 1) violations.push(violation('/limit', 'MINIMUM', { min: 1 }));
  if (limit > MAX_READ_BYTES) violations.push(violation('/limit', 'MAXIMUM', { max: MAX_READ_BYTES }));
  if (violations.length > 0) throw invalid('The range is invalid.', violations);
  return { offset, limit };
}

/** Returns the offset of a chunk. @throws Problem INVALID_ARGUMENT */
export function parseOffset(text: string): number {
  const offset = Number(text);
  if (offset < 0) throw invalid('The offset must not be negative.', [violation('/offset', 'MINIMUM', { min: 0 })]);
  return offset;
}

/** @throws Problem INVALID_ARGUMENT */
export function assertMaxItems(field: string, items: readonly unknown[], max: number): void {
  if (items.length > max) throw invalid(`At most ${max} items are allowed.`, [violation(field, 'MAX_ITEMS', { max })]);
}

/** Returns application and agency of a delivery. @throws Problem INVALID_ARGUMENT */
export function parseDelivery(name: string): { application: string; agency: string } {
  const id = parseResourceName('deliveries', name, '/delivery');
  const [application, agency] = [id.slice(0, 26), id.slice(27)];
  if (!isUlid(application)) throw invalid('The delivery is invalid.', [violation('/delivery', 'ULID')]);
  return { application, agency };
}

/** Returns the cause of a creation; caller, method and content identify its repeats. @throws Problem REQUEST_ID_INVALID */
export function toCreateCause(
  context: Context,
  request: { requestId: string },
): Required<Pick<Cause, 'request'>> & Cause {
  return toWriteCause(context, sessionOf(context).operator, request);
}

/** Returns the cause of a write by this operator or administrator. @throws Problem REQUEST_ID_INVALID */
export function toWriteCause(
  context: Context,
  operator: string,
  request: { requestId: string },
): Required<Pick<Cause, 'request'>> & Cause {
  const id = parseRequestId(request.requestId);
  return {
    ...toCause(context),
    request: {
      id,
      key: `${context.method}|${operator}`,
      // The content has no personal data, so this key need not be secret.
      fingerprint: fingerprint('documents', { ...request, requestId: id }),
    },
  };
}

export const toCause = ({ requestId, traceparent }: Context): Cause => ({ requestId, traceparent });
