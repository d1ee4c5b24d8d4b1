import type { Request } from 'express';
import { Problem, violation } from '@cups/problem';
import type { BodyReader } from './body-reader.ts';
import type { Exchange } from './exchange.ts';
import { clientAddressOf } from './guards.ts';

const MAX_PARAMETERS = 50;

/** Parses a query or a form. @throws Problem for a repeated parameter */
export function parseUniqueParameters(text: string): Record<string, string> {
  const all = new URLSearchParams(text);
  if (all.size > MAX_PARAMETERS) {
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The request has too many parameters.' });
  }
  const names = new Set(all.keys());
  if (names.size < all.size) {
    const violations = [violation('', 'DUPLICATE_MEMBER', { name: '(unknown)' })];
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'A parameter occurs more than once.', violations });
  }
  return Object.fromEntries(all);
}

/** Returns the parameters of a posted form. @throws Problem MEDIA_TYPE_UNSUPPORTED, PAYLOAD_TOO_LARGE, INVALID_ARGUMENT */
export async function readForm(
  exchange: Exchange,
  bodies: BodyReader,
  maxBytes: number,
): Promise<Record<string, string>> {
  const req: Request = exchange.req;
  if (!req.is('application/x-www-form-urlencoded')) {
    throw new Problem({ reason: 'MEDIA_TYPE_UNSUPPORTED', message: 'The body must be a form.' });
  }
  const read = { maxBytes, address: clientAddressOf(req) };
  const bytes = await exchange.waitForClient(() => bodies.read(req, read));
  return parseUniqueParameters(bytes.toString('utf8'));
}
