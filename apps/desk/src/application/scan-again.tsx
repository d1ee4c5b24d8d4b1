import { useLocation } from 'wouter';
import { ScanLine } from 'lucide-react';
import type { ApplicationDetails } from '../api/types.ts';
import { canScanAgain, findRefusedKinds, focusScan } from '../documents/refused-scans.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { evidenceTitle } from '../print/catalog-lookups.ts';
import { useCatalog } from '../session/catalog.ts';
import { SCAN_PANEL } from '../texts/scan-panel.ts';

/**
 * "Scan again" for each refused scan: in the draft, or in the answer to the agency's request. Without either there is
 * nothing to press, and the alert says what to do.
 */
export function ScanAgain({ details }: { details: ApplicationDetails }) {
  const { t } = useLanguage();
  const catalog = useCatalog();
  const [, go] = useLocation();
  const { application } = details;
  const isDraft = application.allowedActions.includes('edit');
  const kinds = findRefusedKinds(application).filter((kind) => isDraft || canScanAgain(details, kind));
  return (
    <>
      {kinds.map((kind) => (
        <Button
          key={kind}
          icon={ScanLine}
          onClick={() => (isDraft ? go(`/visits/resume/${application.id}`) : focusScan(kind))}
        >
          {`${t(SCAN_PANEL.again)}: ${t(evidenceTitle(catalog, kind))}`}
        </Button>
      ))}
    </>
  );
}
