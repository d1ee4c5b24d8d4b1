import { useQueryClient } from '@tanstack/react-query';
import type { Catalog, StoredMandate } from '../../api/types.ts';
import { StoredMandatePrintout } from '../../mandates/mandate-printouts.tsx';
import { printDocument } from '../../print/printing.tsx';
import { mandateQuery, recordPrinted } from './mandate-queries.ts';

/** Returns a function that prints a whole mandate to sign, and records that it was printed. */
export function usePrintMandate(catalog: Catalog, specialist: string): (mandate: StoredMandate) => void {
  const queryClient = useQueryClient();
  return (mandate) => {
    void printDocument(<StoredMandatePrintout mandate={mandate} catalog={catalog} specialist={specialist} />);
    recordPrinted(mandate.name).then(
      () => queryClient.setQueryData(mandateQuery(mandate.name).queryKey, withPrintTime),
      // The sheet is printed. Without a line nothing records it, and the screen offers to print again.
      () => undefined,
    );
  };
}

/** The platform keeps only the first time. */
const withPrintTime = (mandate: StoredMandate | undefined): StoredMandate | undefined =>
  mandate && { printTime: new Date().toISOString(), ...mandate };
