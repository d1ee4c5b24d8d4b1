import { DESK_ALERT_TEXTS } from '@cups/application/texts';
import type { ApplicationDetails } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { APPLICATION } from '../texts/application.ts';
import { ScanAgain } from './scan-again.tsx';
import { useApplicationAction } from './use-application-action.ts';
import styles from './application.module.css';

/** What the agency did without a state change, and the desk has to acknowledge. */
export function DeskAlerts({ details }: { details: ApplicationDetails }) {
  const { t } = useLanguage();
  const { application } = details;
  const { run, busy, errorText } = useApplicationAction(application.id);
  const kinds = [...new Set(application.deskAlerts?.map(({ kind }) => kind))];
  if (kinds.length === 0) return null;
  return (
    <section className={styles.news} aria-label={t(APPLICATION.news)}>
      <ul>
        {kinds.map((kind) => (
          <li key={kind}>{t(DESK_ALERT_TEXTS[kind])}</li>
        ))}
        {application.moreDeskAlerts && <li>{t(APPLICATION.moreNews)}</li>}
      </ul>
      <div className={styles.ways}>
        {kinds.includes('document-refused') && <ScanAgain details={details} />}
        <Button busy={busy !== undefined} onClick={() => void run('desk-alerts/mark-seen')}>
          {t(APPLICATION.dealtWith)}
        </Button>
      </div>
      {errorText && <p className={styles.fault}>{errorText}</p>}
    </section>
  );
}
