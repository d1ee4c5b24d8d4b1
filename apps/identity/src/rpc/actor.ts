import { parseResourceName, parseRequestId, toFormerRequest } from '@cups/contracts';
import { fingerprint } from '@cups/contracts/node';
import { Problem, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import type { Cause } from '@cups/store';
import { isOperatorRole } from '../domain/operators.ts';
import type { Actor } from '../domain/permissions.ts';
import { assertNotSuspended } from '../domain/sessions.ts';
import { rolesAt, resolveEmploymentStatus } from '../domain/staff.ts';
import type { StaffRepository } from '../staff.ts';

const MAX_REASON_LENGTH = 300;

/**
 * Returns the operator of the session, with those roles of the assertion that the store still grants.
 * A former operator has no role.
 * @throws Problem OPERATOR_SUSPENDED if they were suspended after the assertion was signed
 */
export async function resolveActor(context: Context, staff: StaffRepository): Promise<Actor> {
  const { operator, roles, centre: centreName } = sessionOf(context);
  const id = parseResourceName('operators', operator);
  const centre = centreName === undefined ? undefined : parseResourceName('centres', centreName);
  const known = await staff.get(id);
  const employment = known && resolveEmploymentStatus(known, centre);
  assertNotSuspended(employment);
  const currentRoles = known && (employment?.left ? [] : rolesAt(known, centre));
  const own = roles.filter(isOperatorRole);
  return { id, centre, roles: currentRoles ? own.filter((role) => currentRoles.includes(role)) : own };
}

/** Returns the code in `centres/{code}`, or undefined for an empty name. */
export function parseCentre(name: string): string | undefined {
  return name === '' ? undefined : parseResourceName('centres', name, '/centre');
}

/** Returns the trimmed reason, or undefined if it is empty. @throws Problem INVALID_ARGUMENT if too long or missing */
export function validateReason(text: string, isRequired = false): string | undefined {
  const reason = text.trim();
  if (reason === '' && isRequired)
    throw invalidArgument('Support must give a reason.', violation('/reason', 'REQUIRED'));
  if (reason.length > MAX_REASON_LENGTH)
    throw invalidArgument(
      `The reason has more than ${MAX_REASON_LENGTH} characters.`,
      violation('/reason', 'MAX_LENGTH', { max: MAX_REASON_LENGTH }),
    );
  return reason === '' ? undefined : reason;
}

/**
 * Returns the cause of a write. Caller, method and content identify its repeats.
 * @param content its members are stored as a hash: another name would make a repeat a reused request ID
 */
export function toCause(context: Context, requestId: string, content: unknown): Cause {
  const { method, traceparent, requestId: correlation } = context;
  const id = parseRequestId(requestId);
  const keyOf = (name: string) => `${name}|${sessionOf(context).operator}`;
  // Personal numbers in the content are already keyed hashes, so this key need not be secret.
  const contentHash = fingerprint('identity', content);
  const formerMethod = toFormerRequest(method, {})?.method;
  const former = formerMethod === undefined ? undefined : { key: keyOf(formerMethod), fingerprint: contentHash };
  const request = { id, key: keyOf(method), fingerprint: contentHash, former };
  return { requestId: correlation, request, traceparent };
}

export function invalidArgument(message: string, ...violations: Violation[]): Problem {
  return new Problem({ reason: 'INVALID_ARGUMENT', message, violations });
}
