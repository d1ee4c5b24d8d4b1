import { validateContentShape } from '@cups/application';
import type { Content } from '@cups/application';
import type { Violation } from '@cups/problem';
import { createAnswersCheck } from './form.ts';
import { toContent, toFormValues } from './form-values.ts';
import type { FormContext, FormValues } from './form-values.ts';

/** What of a draft may be sent, what of it is new to the platform, and what to do when a colleague wrote in between. */

/** Rules that an answer breaks which is not there; everything else is wrong with one that is. */
const MISSING_VALUE_RULES = ['REQUIRED', 'NEEDED_WITH', 'NOT_HERE'];
/** Removing one wrong field may leave another one wrong; nothing nests deeper. */
const MAX_ROUNDS = 20;

/** The part of what is typed that has the right shape: what is half typed or wrong stays in this browser until it is right. */
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

/** Where to take something out: what is missing makes the whole around it wrong. */
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

const CONTENT_MEMBERS = [
  ...(['applicant', 'contact', 'represented', 'mandate', 'answers', 'evidence', 'costOption', 'delivery'] as const),
] satisfies (keyof Content)[];

/** What an edit says that makes one content of another: members that differ, as a whole; null for one that went. */
export function diffContent(before: Content, after: Content): Record<string, unknown> {
  const changedMembers = CONTENT_MEMBERS.filter((name) => !isSame(before[name], after[name]));
  return Object.fromEntries(changedMembers.map((name) => [name, after[name] ?? null]));
}

/** The part of an application that the desk fills in. */
export function pickContent(application: Partial<Record<keyof Content, unknown>>): Content {
  const presentMembers = CONTENT_MEMBERS.filter((name) => application[name] !== undefined);
  return Object.fromEntries(presentMembers.map((name) => [name, application[name]])) as Content;
}

/** One field that two people wrote: what stands here, and what the platform has. */
export interface Conflict {
  at: string;
  mine: FormValues[string] | undefined;
  theirs: FormValues[string] | undefined;
}

/**
 * What becomes of the draft after a colleague wrote: what only the colleague changed is taken, what only this desk changed
 * stays, and what both changed is told, with the own value kept.
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

/** Puts a value in the place of another one, or takes it away. */
export function setOrDelete(
  values: Record<string, FormValues[string]>,
  pointer: string,
  value: FormValues[string] | undefined,
): void {
  if (value === undefined) delete values[pointer];
  else values[pointer] = value;
}

const hasValue = (value: FormValues[string] | undefined): boolean => value !== undefined && value !== '';

/** Whether two values are written the same, whatever the order of their members. */
export function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

/** JSON with members in one order, so that two ways to write the same are the same. */
function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_name, node: unknown) =>
      node && typeof node === 'object' && !Array.isArray(node)
        ? Object.fromEntries(Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1)))
        : node,
    ) ?? ''
  );
}
