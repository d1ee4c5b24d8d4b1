import { parseResourceName, parseRequestId } from '@cups/contracts';
import { fingerprint } from '@cups/contracts/node';
import { Problem, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import type { Cause } from '@cups/store';
import type { Actor } from '../domain/permissions.ts';
import { assertNotSuspended } from '../domain/sessions.ts';
import { rolesAt, resolveEmploymentStatus } from '../domain/staff.ts';
import type { StaffRepository } from '../staff.ts';

/** Who asks about the staff, from where, why and in which request. */

const MAX_REASON_LENGTH = 300;

/**
 * Who is in the session. What they may is what the store says by now, where that is less than what their assertion says.
 * @throws Problem OPERATOR_SUSPENDED for who has been suspended since the assertion was made; who has left has no role
 */
export async function resolveActor(context: Context, staff: StaffRepository): Promise<Actor> {
  const { operator, roles, centre: at } = sessionOf(context);
  const id = parseResourceName('operators', operator);
  const centre = at === undefined ? undefined : parseResourceName('centres', at);
  const known = await staff.get(id);
  const employment = known && resolveEmploymentStatus(known, centre);
  assertNotSuspended(employment);
  const currentRoles = known && (employment?.left ? [] : rolesAt(known, centre));
  return { id, centre, roles: currentRoles ? roles.filter((role) => currentRoles.includes(role)) : roles };
}

/** The code in `centres/{code}`, or undefined where none is named. */
export function parseCentre(name: string): string | undefined {
  return name === '' ? undefined : parseResourceName('centres', name, '/centre');
}

/** @throws Problem INVALID_ARGUMENT when it is too long, or missing where it must be said */
export function validateReason(text: string, field: '/why' | '/reason', isRequired = false): string | undefined {
  const reason = text.trim();
  if (reason === '' && isRequired) throw invalidArgument('Support says why it looks.', violation(field, 'REQUIRED'));
  if (reason.length > MAX_REASON_LENGTH)
    throw invalidArgument('The reason is too long.', violation(field, 'MAX_LENGTH', { most: MAX_REASON_LENGTH }));
  return reason === '' ? undefined : reason;
}

/** Why a write happens: its request, known again by caller, method and content. */
export function toCause(context: Context, requestId: string, content: unknown): Cause {
  const { method, traceparent, requestId: correlation } = context;
  const id = parseRequestId(requestId);
  const key = `${method}|${sessionOf(context).operator}`;
  // What is secret of the content is a keyed hash in it already, so the key here need not be a secret.
  const request = { id, key, fingerprint: fingerprint('identity', content) };
  return { requestId: correlation, request, traceparent };
}

/** One field that is wrong. */
export function invalidArgument(message: string, ...violations: Violation[]): Problem {
  return new Problem({ reason: 'INVALID_ARGUMENT', message, violations });
}
