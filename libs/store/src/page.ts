import { Problem } from '@cups/problem';
import { digest } from './fingerprint.ts';

/** Page sizes of design.md 6: 0 means 50, above 200 means 200, negative or not whole is INVALID_ARGUMENT. */
export function pageSizeOf(asked: number | undefined): number {
  const size = asked ?? 0;
  if (!Number.isInteger(size) || size < 0) {
    throw new Problem({
      kind: 'INVALID',
      reason: 'INVALID_ARGUMENT',
      message: 'The page size must be a whole number, not negative.',
      violations: [{ field: 'pageSize', rule: 'minimum', message: 'must be 0 or more' }],
    });
  }
  return size === 0 ? 50 : Math.min(size, 200);
}

/** An opaque token: where the next page begins, and a digest of the other arguments. */
export function pageToken(after: string, otherArguments: unknown): string {
  return Buffer.from(JSON.stringify([after, digest(otherArguments)])).toString('base64url');
}

/** The id after which the page begins; '' gives undefined; a token of other arguments is PAGE_TOKEN_INVALID. */
export function readPageToken(token: string, otherArguments: unknown): string | undefined {
  if (token === '') return undefined;
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (Array.isArray(parts) && parts.length === 2) {
      const [after, mark] = parts as [unknown, unknown];
      if (typeof after === 'string' && mark === digest(otherArguments)) return after;
    }
  } catch {
    // not one of ours: answered below
  }
  throw new Problem({
    kind: 'INVALID',
    reason: 'PAGE_TOKEN_INVALID',
    message: 'The page token does not belong to these arguments. Start again without a token.',
    violations: [{ field: 'pageToken', rule: 'token', message: 'does not belong to these arguments' }],
  });
}
