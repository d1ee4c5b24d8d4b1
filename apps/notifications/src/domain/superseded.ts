import type { NoticeKind, RetryPolicy } from './notice.ts';

/** Which notices would say what is not so any more. */

/** The state in which a notice still asks for something; a kind without a row is true whatever came later. */
const RELEVANT_STATES: { [Kind in NoticeKind]?: string } = {
  'documents-requested': 'documents-requested',
  'result-ready': 'ready',
  'application-rejected': 'rejected',
};

/** True when a late notice would only confuse: it asks for a step that the application has left behind. */
export function isSuperseded(
  kind: NoticeKind,
  stateNow: string,
  ageMs: number,
  { overtakenAfterMs }: RetryPolicy,
): boolean {
  const state = RELEVANT_STATES[kind];
  return state !== undefined && ageMs > overtakenAfterMs && stateNow !== state;
}

/** What the agency did last to a result that it had given. */
export type ResultChange = 'corrected' | 'revoked';

/** After which change of the result a notice would be untrue, however young it is: the notice of the change follows. */
const CONTRADICTED_BY: { [Kind in NoticeKind]?: ResultChange } = {
  'result-ready': 'revoked',
  'result-corrected': 'revoked',
  'result-revoked': 'corrected',
};

/** True when the agency has changed the result since, so that the notice would say what is so no more. */
export function isContradicted(kind: NoticeKind, lastChange: ResultChange | undefined): boolean {
  return lastChange !== undefined && CONTRADICTED_BY[kind] === lastChange;
}
