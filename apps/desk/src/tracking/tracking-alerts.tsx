import type { ReactNode } from 'react';
import { CircleAlert } from 'lucide-react';
import { useLanguage } from '../language/language.tsx';
import { plural } from '../language/plurals.ts';
import { SECONDS, TRACKING } from '../texts/tracking.ts';
import type { TrackingFailure } from './track-application.ts';
import styles from './tracking.module.css';

interface TrackingAlertsProps {
  outcome: { kind: string } | TrackingFailure | undefined;
  /** A further message. */
  children?: ReactNode;
}

/** Says why there is no response: too many requests, or an unavailable platform. Announced to screen readers. */
export function TrackingAlerts({ outcome, children }: TrackingAlertsProps) {
  const { t, language } = useLanguage();
  return (
    <div role="alert" className={styles.alerts}>
      {outcome && 'seconds' in outcome && (
        <Alert>{t(TRACKING.tooMany, { wait: plural(outcome.seconds, language, SECONDS) })}</Alert>
      )}
      {outcome?.kind === 'unavailable' && <Alert>{t(TRACKING.away)}</Alert>}
      {children && <Alert>{children}</Alert>}
    </div>
  );
}

function Alert({ children }: { children: ReactNode }) {
  return (
    <p className={styles.alert}>
      <CircleAlert size={20} aria-hidden="true" />
      <span>{children}</span>
    </p>
  );
}
