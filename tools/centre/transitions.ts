import { CENTRE_LIFECYCLE } from '@cups/identity/life';
import type { CentreStatus } from '@cups/identity/life';
import { parseDocument } from 'yaml';
import type { CentreEntry } from './set.ts';

/** The moves of a centre's life, by the table that identity holds files against as well. */

/** What a command makes of a centre. */
export const TARGET_STATUSES = { open: 'active', train: 'training', pause: 'paused', close: 'closed' } as const;
export type CentreTransition = keyof typeof TARGET_STATUSES;

/** One file that is written. */
export interface CentreChange {
  code: string;
  name: string;
  district?: string | undefined;
  /** Absent for a centre that is new. */
  from?: CentreStatus;
  to: CentreStatus;
  /** Code of the centre that goes on with its applications, where this change names it. */
  transferTo?: string;
  /** The whole text of the file. */
  text: string;
}

/** @throws Error, a sentence that says what to do, when the centre cannot make the move */
export function applyTransition(centre: CentreEntry, move: CentreTransition): CentreChange {
  const { code, name, district, status: from, text } = centre;
  const to = TARGET_STATUSES[move];
  if (!CENTRE_LIFECYCLE[from].next.includes(to))
    throw new Error(`${code} (${name}) ${explainInvalidTransition(from, to)}`);
  return { code, name, district, from, to, text: withStatus(text, to) };
}

/** A centre is closed, now or before, and another one goes on with its applications. */
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
  if (from === to) return `is ${from} already.`;
  if (from === 'closed') return 'is closed for good; a centre that comes back is added under a new code.';
  if (to === 'paused') return `is ${from}: there is nothing to pause before it is active.`;
  if (to === 'training') return `is ${from}: a centre that has opened does not go back to training.`;
  return `is ${from}: pause it first, so that no new applications begin there.`;
}

/** The text with another status; remarks, order and all else stay as they are. */
export function withStatus(text: string, status: CentreStatus): string {
  const [from, to] = findRange(text, 'status');
  return text.slice(0, from) + status + text.slice(to);
}

/** The text with a line more, behind that of the status. */
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
