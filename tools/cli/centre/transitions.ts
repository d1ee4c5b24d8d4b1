import { CENTRE_LIFECYCLE } from '@cups/identity/life';
import type { CentreStatus } from '@cups/identity/life';
import { parseDocument } from 'yaml';
import type { CentreEntry } from './set.ts';

/** Status transitions of a centre, by the table that identity also checks files against. */

/** Status that each command sets. */
export const TARGET_STATUSES = { open: 'active', train: 'training', pause: 'paused', close: 'closed' } as const;
export type CentreTransition = keyof typeof TARGET_STATUSES;

/** A file to write. */
export interface CentreChange {
  code: string;
  name: string;
  district?: string | undefined;
  /** Absent for a new centre. */
  from?: CentreStatus;
  to: CentreStatus;
  /** Code of the centre that inherits its applications, if this change sets it. */
  transferTo?: string;
  /** Complete text of the file. */
  text: string;
}

/** @throws Error, a sentence with the remedy, when the transition is invalid */
export function applyTransition(centre: CentreEntry, move: CentreTransition): CentreChange {
  const { code, name, district, status: from, text } = centre;
  const to = TARGET_STATUSES[move];
  if (!CENTRE_LIFECYCLE[from].next.includes(to))
    throw new Error(`${code} (${name}) ${explainInvalidTransition(from, to)}`);
  return { code, name, district, from, to, text: withStatus(text, to) };
}

/** Closes a centre, if it is not closed, and names the centre that inherits its applications. */
export function applyTransfer(centre: CentreEntry, transferTo: string): CentreChange {
  const { code, name, district, status: from, text } = centre;
  return {
    code,
    name,
    district,
    from,
    to: 'closed',
    transferTo,
    text: withTransfer(withStatus(text, 'closed'), transferTo),
  };
}

function explainInvalidTransition(from: CentreStatus, to: CentreStatus): string {
  if (from === to) return `is already ${from}.`;
  if (from === 'closed') return 'is closed for good; add a centre that reopens under a new code.';
  if (to === 'paused') return `is ${from}: only an active centre can be paused.`;
  if (to === 'training') return `is ${from}: a centre that has opened cannot return to training.`;
  return `is ${from}: pause it first, so that no new applications start there.`;
}

/** Returns the text with another status; comments, order and the rest stay. */
export function withStatus(text: string, status: CentreStatus): string {
  const [from, to] = findRange(text, 'status');
  return text.slice(0, from) + status + text.slice(to);
}

/** Returns the text with a `transferTo` line after the status. */
function withTransfer(text: string, transferTo: string): string {
  const [, end] = findRange(text, 'status');
  const newline = text.indexOf('\n', end);
  const at = newline < 0 ? text.length : newline;
  return `${text.slice(0, at)}\ntransferTo: ${transferTo}${text.slice(at)}`;
}

function findRange(text: string, key: string): [from: number, to: number] {
  const node = parseDocument(text).get(key, true) as { range?: [number, number, number] | null } | undefined;
  if (!node?.range) throw new Error(`The file has no ${key}.`);
  return [node.range[0], node.range[1]];
}
