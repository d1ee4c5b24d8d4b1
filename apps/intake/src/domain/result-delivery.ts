import type { DeliveryChoice } from '@cups/application';
import type { OutputKind } from './application.ts';

/** How a result comes to the person. */
export type ResultDelivery = 'collect' | 'electronic' | 'post' | 'payment';

/**
 * How a result comes to the person: money is paid, whatever was wished; what is only electronic needs no visit; what may be
 * a paper comes as the person wants it.
 * @param outputs what the public service gives; empty where that is not known
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
