import { pointer, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { createValidator } from './validator.ts';
import { isCivilDate } from './dates.ts';
import { validateFormSchema } from './form-schema.ts';
import type { DateRule } from './form-schema.ts';
import { toViolations } from './schema-violations.ts';
import type { Schema } from './schema-violations.ts';

/** Validates answers against a form, at the desk during input and at submit. */

const MAX_VIOLATIONS = 100;

/**
 * Returns the violations of answers; empty if they are valid.
 * @param today yyyy-MM-dd in Chisinau, for date rules with `today`; without it these rules are skipped
 */
export type AnswersValidator = (answers: Record<string, unknown>, today?: string) => Violation[];

const validators = new WeakMap<Schema, AnswersValidator>();

/**
 * Creates a validator for answers to a form. It reports at most 100 violations, which name fields and rules, never
 * values.
 * @param form must not change afterwards
 * @throws Error for a form with an unknown keyword or another error
 */
export function createAnswersValidator(form: Schema): AnswersValidator {
  const cached = validators.get(form);
  if (cached) return cached;
  const [error] = validateFormSchema(form);
  if (error !== undefined) throw new Error(`The form has an ${error}.`);
  const validate = createValidator(form);
  const dates = (form['x-dates'] ?? []) as DateRule[];
  const validateAnswers: AnswersValidator = (answers, today) =>
    [
      ...toViolations(validate(answers), ['answers']),
      ...dates.flatMap((rule) => validateDateRule(rule, Object.assign({}, answers, { today }))),
    ].slice(0, MAX_VIOLATIONS);
  validators.set(form, validateAnswers);
  return validateAnswers;
}

/** Compares only valid dates; an invalid one is reported separately. */
function validateDateRule({ field, notBefore, notAfter }: DateRule, dates: Record<string, unknown>): Violation[] {
  const other = notBefore ?? notAfter ?? '';
  const [date, limit] = [dates[field], dates[other]];
  if (typeof date !== 'string' || typeof limit !== 'string' || !isCivilDate(date) || !isCivilDate(limit)) return [];
  const named = { other: other === 'today' ? other : pointer(['answers', other]) };
  if (notBefore !== undefined) return date < limit ? [violation(pointer(['answers', field]), 'NOT_BEFORE', named)] : [];
  return date > limit ? [violation(pointer(['answers', field]), 'NOT_AFTER', named)] : [];
}
