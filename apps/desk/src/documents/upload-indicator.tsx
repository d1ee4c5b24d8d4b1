import { useSyncExternalStore } from 'react';
import { REASON_TEXTS } from '@cups/application/texts';
import { useUnloadWarning } from '../app-update/unload-warning.ts';
import { useLanguage } from '../language/language.tsx';
import { plural } from '../language/plurals.ts';
import { Banner } from '../parts/banner.tsx';
import { Button } from '../parts/button.tsx';
import { useConnectivity } from '../session/connectivity.ts';
import { useSignedIn } from '../session/session.tsx';
import { SCANS } from '../texts/counts.ts';
import { DOCUMENTS } from '../texts/documents.ts';
import { isIncomplete, useAllUploads } from './use-uploads.ts';
import styles from './upload-indicator.module.css';

/** What every screen shows of scans: those on their way, and removed ones that are still at the platform. */
export default function UploadState() {
  return (
    <>
      <UploadIndicator />
      <DeletionErrors />
    </>
  );
}

/** Shows that scans are on their way, and asks before the window closes over them. */
function UploadIndicator() {
  const { t, language } = useLanguage();
  const incomplete = useAllUploads().filter(isIncomplete);
  const count = incomplete.length;
  const { isReachable } = useConnectivity();
  // Without a line nothing is sent, and what is stored stays.
  const isAsking = incomplete.some(({ isUnstored }) => isReachable || isUnstored);
  useUnloadWarning(() => isAsking);
  if (count === 0) return null;
  const all = incomplete.reduce((sum, { record }) => sum + record.size, 0);
  const sent = incomplete.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
  const text = isReachable ? DOCUMENTS.underWay : DOCUMENTS.waiting;
  const label = t(text, { scans: plural(count, language, SCANS) });
  return (
    <div className={styles.pill}>
      <span role="status">{label}</span>
      <progress aria-label={label} value={sent} max={all} />
    </div>
  );
}

/** Says that a removed scan is still at the platform, and why. */
function DeletionErrors() {
  const { t } = useLanguage();
  const { deletions } = useSignedIn().uploads;
  const rejected = useSyncExternalStore(deletions.subscribe, deletions.rejected);
  return rejected.map(({ document, error }) => (
    <Banner
      key={document}
      kind="trouble"
      action={<Button onClick={() => deletions.dismiss(document)}>{t(DOCUMENTS.understood)}</Button>}
    >
      {`${t(DOCUMENTS.notDeleted)} ${t(REASON_TEXTS[error.reason])}`}
    </Banner>
  ));
}
