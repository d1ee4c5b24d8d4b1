import { pointer, violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { checkOf } from './check.ts';
import { isCivilDate } from './dates.ts';
import { formFaults } from './form-faults.ts';
import type { DateRule } from './form-faults.ts';
import { violationsOf } from './keywords.ts';
import type { Schema } from './keywords.ts';

/** Forms: what the answers of an application are checked against, at the desk while they are written and at submit. */

const MOST_VIOLATIONS = 100;

/**
 * What is wrong with answers; empty when they fit.
 * @param today yyyy-MM-dd in Chisinau, for dates that are compared with it; without it they are not
 */
export type AnswersCheck = (answers: Record<string, unknown>, today?: string) => Violation[];

/** A check by the form that it was made of, for as long as somebody holds the form. */
const made = new WeakMap<Schema, AnswersCheck>();

/**
 * What checks answers against a form; violations name fields and rules, never values. At most 100 are told.
 * @param form is not changed afterwards
 * @throws Error for a form with a word that no check knows
 */
export function formCheck(form: Schema): AnswersCheck {
  const before = made.get(form);
  if (before) return before;
  const [fault] = formFaults(form);
  if (fault !== undefined) throw new Error(`The form has an ${fault}.`);
  const check = checkOf(form);
  const dates = (form['x-dates'] ?? []) as DateRule[];
  const answersCheck: AnswersCheck = (answers, today) =>
    [
      ...violationsOf(check(answers), ['answers']),
      ...dates.flatMap((rule) => dateViolation(rule, Object.assign({}, answers, { today }))),
    ].slice(0, MOST_VIOLATIONS);
  made.set(form, answersCheck);
  return answersCheck;
}

/** Dates are compared where both are dates: what is none is told by itself. */
function dateViolation({ field, notBefore, notAfter }: DateRule, dates: Record<string, unknown>): Violation[] {
  const other = notBefore ?? notAfter ?? '';
  const [one, limit] = [dates[field], dates[other]];
  if (typeof one !== 'string' || typeof limit !== 'string' || !isCivilDate(one) || !isCivilDate(limit)) return [];
  const named = { other: other === 'today' ? other : pointer(['answers', other]) };
  if (notBefore !== undefined) return one < limit ? [violation(pointer(['answers', field]), 'NOT_BEFORE', named)] : [];
  return one > limit ? [violation(pointer(['answers', field]), 'NOT_AFTER', named)] : [];
}
