import { createHash } from 'node:crypto';
import { Problem } from '@cups/problem';
import { canonicalJson } from './fingerprint.ts';

/** Page sizes of design.md 6: 0 means 50, above 200 means 200, negative or not whole is INVALID_ARGUMENT. */
export function pageSizeOf(asked = 0): number {
  if (Number.isInteger(asked) && asked >= 0) return asked === 0 ? 50 : Math.min(asked, 200);
  const violations = [{ field: 'pageSize', rule: 'MINIMUM', message: 'must be a whole number, 0 or more' }];
  throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The page size is not usable.', violations });
}

const digest = (content: unknown) =>
  createHash('sha256').update(canonicalJson(content)).digest('base64url').slice(0, 16);

/** An opaque token: where the next page begins, and a digest of the other arguments. */
export const pageToken = (after: string, otherArguments: unknown): string =>
  Buffer.from(JSON.stringify([after, digest(otherArguments)])).toString('base64url');

/** The id after which the page begins; '' gives undefined. @throws Problem PAGE_TOKEN_INVALID: of other arguments, or not ours */
export function readPageToken(token: string, otherArguments: unknown): string | undefined {
  if (token === '') return undefined;
  try {
    const [after, mark] = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as unknown[];
    if (typeof after === 'string' && mark === digest(otherArguments)) return after;
  } catch {
    // not one of ours
  }
  const message = 'The page token does not belong to these arguments. Start again without a token.';
  const violations = [{ field: 'pageToken', rule: 'PAGE_TOKEN', message: 'does not belong to these arguments' }];
  throw new Problem({ reason: 'PAGE_TOKEN_INVALID', message, violations });
}
