import { Problem } from '@cups/problem';
import type { Rule, Violation } from '@cups/problem';

/** How intake refuses: the same words wherever the same thing is wrong. */

/** Absent, or not the caller's: reads and writes give the two the same answer. */
export const NOT_FOUND_MESSAGE = 'There is no such application.';

/** The refusal of an application that is absent, or not the caller's. */
export function notFound(): Problem {
  return new Problem({ reason: 'NOT_FOUND', message: NOT_FOUND_MESSAGE });
}

/** The refusal of one wrong field. */
export function invalidField(invalid: Violation): Problem {
  return new Problem({ reason: 'INVALID_ARGUMENT', message: invalid.message, violations: [invalid] });
}

/**
 * Lets pass what breaks no rule.
 * @throws Problem with all violations: IDNP_INVALID or ANSWERS_TOO_LARGE where nothing else is wrong, otherwise
 *   INVALID_ARGUMENT
 */
export function assertNoViolations(violations: Violation[]): void {
  if (violations.length === 0) return;
  const only = (rule: Rule) => violations.every((violation) => violation.rule === rule);
  throw new Problem({
    reason: only('IDNP') ? 'IDNP_INVALID' : only('TOO_LARGE') ? 'ANSWERS_TOO_LARGE' : 'INVALID_ARGUMENT',
    message: 'Some fields are wrong.',
    violations,
  });
}
