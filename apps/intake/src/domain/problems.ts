import { Problem, violation } from '@cups/problem';
import type { Rule, Violation } from '@cups/problem';

/** Same message for absent applications and those of other centres, so that existence is not revealed. */
export const NOT_FOUND_MESSAGE = 'Application not found.';

export function notFound(): Problem {
  return new Problem({ reason: 'NOT_FOUND', message: NOT_FOUND_MESSAGE });
}

export const erasedProblem = (): Problem =>
  new Problem({ reason: 'PERSONAL_DATA_ERASED', message: 'The personal data of this application were erased.' });

export const restrictedProblem = (metadata: Record<string, string>): Problem =>
  new Problem({
    reason: 'PROCESSING_RESTRICTED',
    message: 'The person restricted the processing of this application.',
    metadata,
  });

export function invalidField(invalid: Violation): Problem {
  return new Problem({ reason: 'INVALID_ARGUMENT', message: invalid.message, violations: [invalid] });
}

/** @param field JSON pointer of the number */
export function invalidIdnp(field: string): Problem {
  return new Problem({
    reason: 'IDNP_INVALID',
    message: 'The IDNP is invalid.',
    violations: [violation(field, 'IDNP')],
  });
}

/**
 * Throws unless there are no violations.
 * @throws Problem with all violations: IDNP_INVALID or ANSWERS_TOO_LARGE if no other rule is broken, otherwise
 * INVALID_ARGUMENT
 */
export function assertNoViolations(violations: Violation[]): void {
  if (violations.length === 0) return;
  const only = (rule: Rule) => violations.every((violation) => violation.rule === rule);
  throw new Problem({
    reason: only('IDNP') ? 'IDNP_INVALID' : only('TOO_LARGE') ? 'ANSWERS_TOO_LARGE' : 'INVALID_ARGUMENT',
    message: 'The request has invalid fields.',
    violations,
  });
}

/** Maximum number of repetitions of an action that changes no state. It bounds the archive of the history. */
const MAX_REPETITIONS = 100;

/** @throws Problem INVALID_ARGUMENT at the limit of 100 */
export function assertRepeatable(count: number, field: string): void {
  if (count >= MAX_REPETITIONS) throw invalidField(violation(field, 'TOO_MANY_CHANGES', { max: MAX_REPETITIONS }));
}

export const centreMismatch = (): Problem =>
  new Problem({ reason: 'CENTRE_MISMATCH', message: 'The action was done at another centre of the operator.' });
