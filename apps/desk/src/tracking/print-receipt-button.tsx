import { useState } from 'react';
import { Printer } from 'lucide-react';
import type { MandateRevocation, TrackedMandate } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { MANDATE_TRACKING } from '../texts/mandate-tracking.ts';
import { TrackingAlerts } from './tracking-alerts.tsx';
import styles from './tracking.module.css';

interface PrintReceiptButtonProps {
  revocation: MandateRevocation;
  mandate: TrackedMandate;
}

/** Prints the receipt of a revocation. The printout is loaded on demand. */
export function PrintReceiptButton({ revocation, mandate }: PrintReceiptButtonProps) {
  const { t, language } = useLanguage();
  const [hasFailed, setHasFailed] = useState(false);
  const [print, isPrinting] = useSingleFlight(async () => {
    setHasFailed(false);
    try {
      const { printReceipt } = await import('./print-receipt.tsx');
      await printReceipt(revocation, mandate, language);
    } catch {
      setHasFailed(true);
    }
  });
  return (
    <div className={styles.ways}>
      <Button icon={Printer} busy={isPrinting} onClick={() => void print()}>
        {t(MANDATE_TRACKING.print)} <span className="heard">{revocation.receipt}</span>
      </Button>
      <TrackingAlerts outcome={undefined}>{hasFailed && t(MANDATE_TRACKING.printFailed)}</TrackingAlerts>
    </div>
  );
}
