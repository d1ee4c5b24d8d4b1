import type { DeliveryChoice } from '@cups/application';
import type { OutputKind } from './application.ts';

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
