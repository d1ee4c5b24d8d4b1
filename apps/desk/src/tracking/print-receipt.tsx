import { CHISINAU_TIME_ZONE } from '@cups/application';
import type { Language } from '@cups/application';
import type { MandateRevocation, TrackedMandate } from '../api/types.ts';
import { heldTitles, scopeParts } from '../mandates/mandate-facts.ts';
import { RevocationReceipt } from '../mandates/revocation-receipt.tsx';
import { fetchCheckpoint } from '../print/journal.ts';
import { printDocument } from '../print/printing.tsx';

/** Prints the receipt of a revocation for the holder of the code: without names of people. */
export async function printReceipt(
  revocation: MandateRevocation,
  { centreName = '', titles, training }: TrackedMandate,
  language: Language,
): Promise<void> {
  const setting = { centre: centreName, timeZone: CHISINAU_TIME_ZONE, language, training };
  const parts = scopeParts(revocation.scope, heldTitles(titles));
  const checkpoint = await fetchCheckpoint();
  await printDocument(<RevocationReceipt {...{ setting, revocation, parts, checkpoint }} />);
}
