import type { DeliveryChoice, State } from '@cups/application';
import type { Application, Decision, OutputKind } from './application.ts';

/** Where the result of an application is; undefined without one, if it is paid out, or if it is sent by post. */
export type ResultLocation = 'on-its-way' | 'at-centre' | 'electronic';

export function resolveResultLocation({
  state,
  decision,
  content,
}: Pick<Application, 'state' | 'decision'> & { content?: Pick<Application['content'], 'delivery'> }):
  ResultLocation | undefined {
  if (state !== 'ready' || !decision || isRevoked(decision)) return undefined;
  if (decision.awaitsArrival) return 'on-its-way';
  if (decision.resultKind === 'electronic' || (decision.documents ?? []).length > 0) return 'electronic';
  if (decision.resultKind === 'payment' || content?.delivery?.kind === 'post') return undefined;
  return 'at-centre';
}

/** Whether the agency revoked the result and has not corrected it since. */
export function isRevoked({ revokeTime, correctTime }: Pick<Decision, 'revokeTime' | 'correctTime'>): boolean {
  return revokeTime !== undefined && !(correctTime !== undefined && correctTime > revokeTime);
}

export type ResultDelivery = 'collect' | 'electronic' | 'post' | 'payment';

/**
 * Returns how a result reaches the applicant. A payment is always paid out and an electronic result needs no visit;
 * otherwise the applicant's choice decides.
 * @param outputs kinds of result of the public service; empty if unknown
 */
export function resolveResultDelivery(
  outputs: readonly OutputKind[],
  delivery: DeliveryChoice | undefined,
): ResultDelivery {
  const only = (kind: OutputKind) => outputs.length > 0 && outputs.every((output) => output === kind);
  if (only('payment')) return 'payment';
  if (only('electronic') || delivery?.kind === 'electronic') return 'electronic';
  return delivery?.kind === 'post' ? 'post' : 'collect';
}

/** States in which the centre that the applicant chose hands over the result or the rejection. */
export const UNCOLLECTED_STATES: readonly State[] = ['ready', 'rejected'];

/** Returns centres/{code} of another centre that sees the result: from the decision until the outcome is confirmed. */
export function resolveCollectingCentre({
  state,
  collectionCentre,
}: Pick<Application, 'state' | 'collectionCentre'>): string | undefined {
  return UNCOLLECTED_STATES.includes(state) || state === 'handed-over' ? collectionCentre : undefined;
}
