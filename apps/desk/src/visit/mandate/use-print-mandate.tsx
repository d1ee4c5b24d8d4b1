import { useQueryClient } from '@tanstack/react-query';
import type { Catalog, StoredMandate } from '../../api/types.ts';
import { StoredMandatePrintout } from '../../mandates/mandate-printouts.tsx';
import { issueOwnCode } from '../../mandates/mandates-api.ts';
import { useSingleFlight } from '../../parts/use-single-flight.ts';
import { printDocument } from '../../print/printing.tsx';
import { mandateQuery } from './mandate-queries.ts';

/** Returns a function that prints a whole mandate to sign, with a new own code, and whether it is running. */
export function usePrintMandate(
  catalog: Catalog,
  specialist: string,
): readonly [(mandate: StoredMandate, isRecorded: boolean) => Promise<void>, boolean] {
  const queryClient = useQueryClient();
  const [print, isPrinting] = useSingleFlight(async (mandate: StoredMandate, isRecorded: boolean) => {
    // Without a line, or before the platform has the mandate, the sheet has no code, and the screen offers to print again.
    const issued = isRecorded ? await issueOwnCode(mandate.id).catch(() => undefined) : undefined;
    await printDocument(
      <StoredMandatePrintout mandate={issued ?? withoutOwnCode(mandate)} catalog={catalog} specialist={specialist} />,
    );
    if (issued) queryClient.setQueryData(mandateQuery(mandate.name).queryKey, withPrintTime);
  });
  return [print, isPrinting];
}

/** The code of the response to the creation may have ended since. */
export const withoutOwnCode = ({ code: _code, ...mandate }: StoredMandate): StoredMandate => mandate;

/** The platform keeps only the first time. */
const withPrintTime = (mandate: StoredMandate | undefined): StoredMandate | undefined =>
  mandate && { printTime: new Date().toISOString(), ...withoutOwnCode(mandate) };
