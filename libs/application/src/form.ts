import { pointer, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { createValidator } from './validator.ts';
import { isCivilDate } from './dates.ts';
import { validateFormSchema } from './form-schema.ts';
import type { DateRule } from './form-schema.ts';
import { toViolations } from './schema-violations.ts';
import type { Schema } from './schema-violations.ts';

/** Forms: what the answers of an application are checked against, at the desk while they are written and at submit. */

const MAX_VIOLATIONS = 100;

/**
 * What is wrong with answers; empty when they fit.
 * @param today yyyy-MM-dd in Chisinau, for dates that are compared with it; without it they are not
 */
export type AnswersValidator = (answers: Record<string, unknown>, today?: string) => Violation[];

/** A check by the form that it was made of, for as long as somebody holds the form. */
const validators = new WeakMap<Schema, AnswersValidator>();

/**
 * What checks answers against a form; violations name fields and rules, never values. At most 100 are told.
 * @param form is not changed afterwards
 * @throws Error for a form with a word that no check knows
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

/** Dates are compared where both are dates: what is none is told by itself. */
function validateDateRule({ field, notBefore, notAfter }: DateRule, dates: Record<string, unknown>): Violation[] {
  const other = notBefore ?? notAfter ?? '';
  const [one, limit] = [dates[field], dates[other]];
  if (typeof one !== 'string' || typeof limit !== 'string' || !isCivilDate(one) || !isCivilDate(limit)) return [];
  const named = { other: other === 'today' ? other : pointer(['answers', other]) };
  if (notBefore !== undefined) return one < limit ? [violation(pointer(['answers', field]), 'NOT_BEFORE', named)] : [];
  return one > limit ? [violation(pointer(['answers', field]), 'NOT_AFTER', named)] : [];
}
