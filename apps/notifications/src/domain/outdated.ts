import type { NoticeKind, Patience } from './notice.ts';

/** Which notices would say what is not so any more. */

/** The state in which a notice still asks for something; a kind without a row is true whatever came later. */
const ACTUAL_IN: { [Kind in NoticeKind]?: string } = {
  'documents-requested': 'documents-requested',
  'result-ready': 'ready',
  'application-rejected': 'rejected',
};

/** True when a late notice would only confuse: it asks for a step that the application has left behind. */
export function overtaken(kind: NoticeKind, stateNow: string, ageMs: number, { overtakenAfterMs }: Patience): boolean {
  const state = ACTUAL_IN[kind];
  return state !== undefined && ageMs > overtakenAfterMs && stateNow !== state;
}

/** What the agency did last to a result that it had given. */
export type ResultChange = 'corrected' | 'revoked';

/** After which change of the result a notice would be untrue, however young it is: the notice of the change follows. */
const UNTRUE_AFTER: { [Kind in NoticeKind]?: ResultChange } = {
  'result-ready': 'revoked',
  'result-corrected': 'revoked',
  'result-revoked': 'corrected',
};

/** True when the agency has changed the result since, so that the notice would say what is so no more. */
export function untrue(kind: NoticeKind, lastChange: ResultChange | undefined): boolean {
  return lastChange !== undefined && UNTRUE_AFTER[kind] === lastChange;
}
