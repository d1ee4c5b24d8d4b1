import { parseName, parseRequestId } from '@cups/contracts';
import { fingerprint } from '@cups/contracts/node';
import { Problem, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import type { Cause } from '@cups/store';
import type { Actor } from '../domain/rights.ts';
import { assertNotSuspended } from '../domain/sessions.ts';
import { rolesAt, standingAt } from '../domain/staff.ts';
import type { StaffBook } from '../staff.ts';

/** Who asks about the staff, from where, why and in which request. */

const MOST_WHY = 300;

/**
 * Who is in the session. What they may is what the store says by now, where that is less than what their assertion says.
 * @throws Problem OPERATOR_SUSPENDED for who has been suspended since the assertion was made; who has left has no role
 */
export async function actorIn(context: Context, staff: StaffBook): Promise<Actor> {
  const { operator, roles, centre: at } = sessionOf(context);
  const id = parseName('operators', operator);
  const centre = at === undefined ? undefined : parseName('centres', at);
  const known = await staff.get(id);
  const standing = known && standingAt(known, centre);
  assertNotSuspended(standing);
  const now = known && (standing?.left ? [] : rolesAt(known, centre));
  return { id, centre, roles: now ? roles.filter((role) => now.includes(role)) : roles };
}

/** The code in `centres/{code}`, or undefined where none is named. */
export function centreIn(name: string): string | undefined {
  return name === '' ? undefined : parseName('centres', name, '/centre');
}

/** @throws Problem INVALID_ARGUMENT when it is too long, or missing where it must be said */
export function whyIn(text: string, field: '/why' | '/reason', isNeeded = false): string | undefined {
  const why = text.trim();
  if (why === '' && isNeeded) throw wrong('Support says why it looks.', violation(field, 'REQUIRED'));
  if (why.length > MOST_WHY) throw wrong('The reason is too long.', violation(field, 'MAX_LENGTH', { most: MOST_WHY }));
  return why === '' ? undefined : why;
}

/** Why a write happens: its request, known again by caller, method and content. */
export function causeOf(context: Context, requestId: string, content: unknown): Cause {
  const { method, traceparent, requestId: correlation } = context;
  const id = parseRequestId(requestId);
  const key = `${method}|${sessionOf(context).operator}`;
  // What is secret of the content is a keyed hash in it already, so the key here need not be a secret.
  const request = { id, key, fingerprint: fingerprint('identity', content) };
  return { requestId: correlation, request, traceparent };
}

/** One field that is wrong. */
export function wrong(message: string, ...violations: Violation[]): Problem {
  return new Problem({ reason: 'INVALID_ARGUMENT', message, violations });
}
