import { createHash } from 'node:crypto';
import { Problem, violation } from '@cups/problem';
import { canonicalJson } from './canonical.ts';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 200;

/**
 * Returns the effective page size: 0 means 50, and the maximum is 200.
 * @throws Problem INVALID_ARGUMENT for a negative or fractional number
 */
export function normalizePageSize(pageSize = 0): number {
  if (Number.isInteger(pageSize) && pageSize >= 0)
    return pageSize === 0 ? DEFAULT_PAGE_SIZE : Math.min(pageSize, MAX_PAGE_SIZE);
  throw new Problem({
    reason: 'INVALID_ARGUMENT',
    message: 'The page size must be a whole number, at least 0.',
    violations: [violation('/pageSize', 'MINIMUM', { min: 0 })],
  });
}

function digest(content: unknown): string {
  return createHash('sha256').update(canonicalJson(content)).digest('base64url').slice(0, 16);
}

/**
 * Creates an opaque token with the start of the next page and a digest of the other arguments.
 * @param mark of what the page before ended with, for `readPageMark`
 */
export function createPageToken(after: string, otherArguments: unknown, mark?: string): string {
  const parts = [after, digest(otherArguments), ...(mark === undefined ? [] : [mark])];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Returns the mark of a valid token; undefined without one. */
export function readPageMark(token: string): string | undefined {
  if (token === '') return undefined;
  const [, , mark] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as unknown[];
  return typeof mark === 'string' ? mark : undefined;
}

/**
 * Returns the ID before the page, or undefined for ''.
 * @throws Problem PAGE_TOKEN_INVALID for other arguments or a foreign token
 */
export function parsePageToken(token: string, otherArguments: unknown): string | undefined {
  if (token === '') return undefined;
  try {
    const [after, argumentsDigest] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as unknown[];
    if (typeof after === 'string' && argumentsDigest === digest(otherArguments)) return after;
  } catch {
    // Not a valid token.
  }
  throw new Problem({
    reason: 'PAGE_TOKEN_INVALID',
    message: 'The page token does not match the other arguments.',
    violations: [violation('/pageToken', 'PAGE_TOKEN')],
  });
}
