import type { NoticeKind, RetryPolicy } from './notice.ts';

/** Detects notices that no longer apply. */

/** The states in which a notice is relevant. Kinds without a row always are. */
const RELEVANT_STATES: { [Kind in NoticeKind]?: readonly string[] } = {
  'documents-requested': ['documents-requested'],
  'result-ready': ['ready'],
  'result-on-the-way': ['ready'],
  'application-rejected': ['rejected'],
  'term-passed': ['submitted', 'in-progress'],
  'application-passed-on': ['submitted', 'in-progress', 'documents-requested'],
};

/** Returns whether a late notice asks for a step that the application has passed. */
export function isSuperseded(
  kind: NoticeKind,
  stateNow: string,
  ageMs: number,
  { overtakenAfterMs }: RetryPolicy,
): boolean {
  const states = RELEVANT_STATES[kind];
  return states !== undefined && ageMs > overtakenAfterMs && !states.includes(stateNow);
}

/** The agency's last change of a result. */
export type ResultChange = 'corrected' | 'revoked';

/** The change that makes a notice untrue at any age; the change has its own notice. */
const CONTRADICTED_BY: { [Kind in NoticeKind]?: ResultChange } = {
  'result-ready': 'revoked',
  'result-on-the-way': 'revoked',
  'result-corrected': 'revoked',
  'result-revoked': 'corrected',
};

/** Returns whether a later change of the result makes the notice untrue. */
export function isContradicted(kind: NoticeKind, lastChange: ResultChange | undefined): boolean {
  return lastChange !== undefined && CONTRADICTED_BY[kind] === lastChange;
}
