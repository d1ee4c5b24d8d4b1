import { shapeViolations } from '@cups/application';
import type { Content } from '@cups/application';
import type { Violation } from '@cups/problem';
import { answersCheckOf } from './form.ts';
import { contentOf, typedOf } from './typed.ts';
import type { Reading, Typed } from './typed.ts';

/** What of a draft may be sent, what of it is new to the platform, and what to do when a colleague wrote in between. */

/** Rules that an answer breaks which is not there; everything else is wrong with one that is. */
const ABSENT = ['REQUIRED', 'NEEDED_WITH', 'NOT_HERE'];
/** Removing one wrong field may leave another one wrong; nothing nests deeper. */
const MOST_ROUNDS = 20;

/** The part of what is typed that has the right shape: what is half typed or wrong stays in this browser until it is right. */
export function sendableOf(typed: Typed, reading: Reading): Content {
  const content = contentOf(typed, reading);
  const answers = answersCheckOf(reading.form)(content.answers ?? {}, reading.today);
  for (const { field } of answers.filter(({ rule }) => !ABSENT.includes(rule)))
    remove(content, field.split('/').slice(0, 3));
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const [wrong] = shapeViolations(content);
    if (!wrong) return content;
    remove(content, placeOf(wrong));
  }
  return {};
}

/** Where to take something out: what is missing makes the whole around it wrong. */
function placeOf({ field, rule }: Violation): string[] {
  const steps = field.split('/');
  return rule === 'REQUIRED' ? steps.slice(0, -1) : steps;
}

function remove(content: Content, [, ...steps]: string[]): void {
  const last = steps.pop();
  const holders = [content as unknown as Record<string, unknown>];
  for (const step of steps) holders.push((holders.at(-1)?.[step] ?? {}) as Record<string, unknown>);
  const holder = holders.at(-1);
  if (last === undefined || holder === undefined) return;
  if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete holder[last];
  const isEmpty = Object.keys(holder).length === 0;
  if (isEmpty && steps.length > 0) remove(content, ['', ...steps]);
}

const MEMBERS = [
  ...(['applicant', 'contact', 'represented', 'mandate', 'answers', 'evidence', 'costOption', 'delivery'] as const),
] satisfies (keyof Content)[];

/** What an edit says that makes one content of another: members that differ, as a whole; null for one that went. */
export function changesOf(before: Content, after: Content): Record<string, unknown> {
  const differ = MEMBERS.filter((name) => !isSame(before[name], after[name]));
  return Object.fromEntries(differ.map((name) => [name, after[name] ?? null]));
}

/** The part of an application that the desk fills in. */
export function contentIn(application: Partial<Record<keyof Content, unknown>>): Content {
  const there = MEMBERS.filter((name) => application[name] !== undefined);
  return Object.fromEntries(there.map((name) => [name, application[name]])) as Content;
}

/** One field that two people wrote: what stands here, and what the platform has. */
export interface Conflict {
  at: string;
  mine: Typed[string] | undefined;
  theirs: Typed[string] | undefined;
}

/**
 * What becomes of the draft after a colleague wrote: what only the colleague changed is taken, what only this desk changed
 * stays, and what both changed is told, with the own value kept.
 * @param before the content that both started from
 */
export function merged(
  typed: Typed,
  before: Content,
  theirs: Content,
  reading: Reading,
): { typed: Typed; conflicts: Conflict[] } {
  const [was, now] = [typedOf(before, reading.form), typedOf(theirs, reading.form)];
  const here = typedOf(sendableOf(typed, reading), reading.form);
  const next: Record<string, Typed[string]> = Object.assign({}, typed);
  const conflicts: Conflict[] = [];
  for (const at of new Set([...Object.keys(was), ...Object.keys(now)])) {
    if (isSame(now[at], was[at]) || isSame(now[at], here[at])) continue;
    const halfTyped = here[at] === undefined && isThere(typed[at]);
    if (!isSame(here[at], was[at]) || halfTyped) conflicts.push({ at, mine: typed[at], theirs: now[at] });
    else take(next, at, now[at]);
  }
  return { typed: next, conflicts };
}

/** Puts a value in the place of another one, or takes it away. */
export function take(typed: Record<string, Typed[string]>, at: string, value: Typed[string] | undefined): void {
  if (value === undefined) delete typed[at];
  else typed[at] = value;
}

const isThere = (value: Typed[string] | undefined): boolean => value !== undefined && value !== '';

/** Whether two values are written the same, whatever the order of their members. */
export function isSame(one: unknown, other: unknown): boolean {
  return ordered(one) === ordered(other);
}

/** JSON with members in one order, so that two ways to write the same are the same. */
function ordered(value: unknown): string {
  return (
    JSON.stringify(value, (_name, node: unknown) =>
      node && typeof node === 'object' && !Array.isArray(node)
        ? Object.fromEntries(Object.entries(node).sort(([a], [b]) => (a < b ? -1 : 1)))
        : node,
    ) ?? ''
  );
}
