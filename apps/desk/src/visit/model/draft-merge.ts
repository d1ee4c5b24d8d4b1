import { CONTENT_MEMBERS, validateContentShape } from '@cups/application';
import type { Content } from '@cups/application';
import type { Violation } from '@cups/problem';
import { createAnswersCheck } from './form.ts';
import { toContent, toFormValues } from './form-values.ts';
import type { FormContext, FormValues } from './form-values.ts';

/** Selects what of a draft is sent, computes edits, and merges changes of colleagues. */

/** Rules that a missing answer breaks; all others concern an invalid one. */
const MISSING_VALUE_RULES = ['REQUIRED', 'REQUIRED_WITH', 'NOT_ALLOWED'];
/** Removing one field may invalidate another. */
const MAX_ROUNDS = 20;

/** Returns the valid part of the form. Incomplete and invalid values stay in this browser. */
export function toSendableContent(values: FormValues, context: FormContext): Content {
  const content = toContent(values, context);
  const answers = createAnswersCheck(context.form)(content.answers ?? {}, context.today);
  for (const { field } of answers.filter(({ rule }) => !MISSING_VALUE_RULES.includes(rule)))
    removeAt(content, field.split('/').slice(0, 3));
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const [wrong] = validateContentShape(content);
    if (!wrong) return content;
    removeAt(content, removalPath(wrong));
  }
  return {};
}

/** Returns the path to remove; a missing member invalidates its parent. */
function removalPath({ field, rule }: Violation): string[] {
  const steps = field.split('/');
  return rule === 'REQUIRED' ? steps.slice(0, -1) : steps;
}

function removeAt(content: Content, [, ...steps]: string[]): void {
  const last = steps.pop();
  const holders = [content as unknown as Record<string, unknown>];
  for (const step of steps) holders.push((holders.at(-1)?.[step] ?? {}) as Record<string, unknown>);
  const holder = holders.at(-1);
  if (last === undefined || holder === undefined) return;
  if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete holder[last];
  const isEmpty = Object.keys(holder).length === 0;
  if (isEmpty && steps.length > 0) removeAt(content, ['', ...steps]);
}

/** Returns the body of an edit: changed members as a whole, null for removed ones. */
export function diffContent(before: Content, after: Content): Record<string, unknown> {
  const changedMembers = CONTENT_MEMBERS.filter((name) => !isSame(before[name], after[name]));
  return Object.fromEntries(changedMembers.map((name) => [name, after[name] ?? null]));
}

/** Picks the members that the desk fills in. */
export function pickContent(application: Partial<Record<keyof Content, unknown>>): Content {
  const presentMembers = CONTENT_MEMBERS.filter((name) => application[name] !== undefined);
  return Object.fromEntries(presentMembers.map((name) => [name, application[name]])) as Content;
}

/** A field that two people changed: the local and the remote value. */
export interface Conflict {
  at: string;
  mine: FormValues[string] | undefined;
  theirs: FormValues[string] | undefined;
}

/**
 * Merges a colleague's changes. Fields that only one side changed take that side. Fields that both changed keep the
 * local value and are returned as conflicts.
 * @param before the content that both started from
 */
export function mergeDraft(
  values: FormValues,
  before: Content,
  theirs: Content,
  context: FormContext,
): { typed: FormValues; conflicts: Conflict[] } {
  const [base, remote] = [toFormValues(before, context.form), toFormValues(theirs, context.form)];
  const local = toFormValues(toSendableContent(values, context), context.form);
  const next: Record<string, FormValues[string]> = Object.assign({}, values);
  const conflicts: Conflict[] = [];
  for (const at of new Set([...Object.keys(base), ...Object.keys(remote)])) {
    if (isSame(remote[at], base[at]) || isSame(remote[at], local[at])) continue;
    const isIncomplete = local[at] === undefined && hasValue(values[at]);
    if (!isSame(local[at], base[at]) || isIncomplete) conflicts.push({ at, mine: values[at], theirs: remote[at] });
    else setOrDelete(next, at, remote[at]);
  }
  return { typed: next, conflicts };
}

/**
 * Returns the conflicts of an earlier merge that nobody has decided, and that this one does not find again, because the
 * platform still has the value of the colleague.
 * @param remote values at the platform
 */
export function keepUndecided(
  before: readonly Conflict[],
  found: readonly Conflict[],
  values: FormValues,
  remote: FormValues,
): Conflict[] {
  return before
    .filter(({ at }) => !found.some((conflict) => conflict.at === at) && !isSame(values[at], remote[at]))
    .map(({ at }) => ({ at, mine: values[at], theirs: remote[at] }));
}

/** Sets a value, or deletes it if undefined. */
export function setOrDelete(
  values: Record<string, FormValues[string]>,
  pointer: string,
  value: FormValues[string] | undefined,
): void {
  if (value === undefined) delete values[pointer];
  else values[pointer] = value;
}

const hasValue = (value: FormValues[string] | undefined): boolean => value !== undefined && value !== '';

/** Compares values by their JSON, regardless of member order. */
export function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** Serializes JSON with sorted members. */
function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_name, node: unknown) =>
      node && typeof node === 'object' && !Array.isArray(node)
        ? Object.fromEntries(Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1)))
        : node,
    ) ?? ''
  );
}
