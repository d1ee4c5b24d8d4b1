import type { ApplicationAction, ApplicationDetails } from '../api/types.ts';

/** What replaced a result, so that nobody takes the old one for valid. */
export interface Replacement {
  kind: 'corrected' | 'revoked';
  /** RFC 3339. */
  time: string;
  /** Number of the valid result, if the agency gave one. */
  number?: string | undefined;
}

type Decision = NonNullable<ApplicationDetails['application']['decision']>;

/** Revoked, without a later correction. */
export function isRevoked({ revokeTime, correctTime }: Pick<Decision, 'revokeTime' | 'correctTime'>): boolean {
  return revokeTime !== undefined && (correctTime === undefined || correctTime < revokeTime);
}

/** Returns what replaced the current result of a decision: nothing, unless it was revoked. */
export function findRevocation(decision: Decision): Replacement | undefined {
  return isRevoked(decision) ? { kind: 'revoked', time: decision.revokeTime ?? '' } : undefined;
}

/** Returns what replaced the result of a history entry, or undefined while it is valid. */
export function findReplacement(
  entry: ApplicationAction,
  { application: { decision }, history }: Pick<ApplicationDetails, 'application' | 'history'>,
): Replacement | undefined {
  if (!entry.result?.superseded || !decision) return undefined;
  const revocation = findRevocation(decision);
  if (revocation) return revocation;
  const next = history.find(({ kind, recordTime }) => kind === 'result-corrected' && recordTime > entry.recordTime);
  const time = next?.recordTime ?? decision.correctTime ?? entry.recordTime;
  return { kind: 'corrected', time, number: decision.resultNumber };
}
