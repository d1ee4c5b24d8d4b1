import { useState } from 'react';
import { Link } from 'wouter';
import { describeScan } from '../documents/scan-state.ts';
import type { UploadStatus } from '../documents/uploads.ts';
import { useUnsentScans } from '../documents/use-uploads.ts';
import { useCloseKey } from '../keys/use-close-key.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { evidenceTitle } from '../print/catalog-lookups.ts';
import { useCatalog } from '../session/catalog.ts';
import { useSignedIn } from '../session/session.tsx';
import { SCAN_PANEL } from '../texts/scan-panel.ts';
import { UNSENT } from '../texts/unsent.ts';
import { draftPath, isFiled } from '../visit/visit-store.ts';
import { withoutScan } from '../visit/without-scan.ts';
import { useVisits } from '../visit/visits.tsx';
import styles from './unsent.module.css';

/** The scans of an application that the platform does not have completely, and what the clerk can do about each. */
export function UnsentScans({ application }: { application: string }) {
  const scans = useUnsentScans().filter(({ record }) => record.application === application);
  if (scans.length === 0) return null;
  return (
    <ul className={styles.acts}>
      {scans.map((scan) => (
        <UnsentScan key={scan.record.id} scan={scan} />
      ))}
    </ul>
  );
}

function UnsentScan({ scan }: { scan: UploadStatus }) {
  const { t, language } = useLanguage();
  const title = t(evidenceTitle(useCatalog(), scan.record.kind));
  const state = describeScan({ upload: scan, stored: undefined, isNamed: true }, language);
  const isLate = scan.state === 'complete';
  const isBad = isLate || state?.tone === 'bad';
  const label = t(UNSENT.scan, { document: title });
  return (
    <li className={styles.scan}>
      <strong>{label}</strong>
      <span data-alert={isBad || undefined}>{isLate ? t(UNSENT.scanLate) : state?.text}</span>
      {state?.more && !isLate && <span>{state.more}</span>}
      {scan.state === 'sending' && <progress aria-label={label} value={scan.sentBytes} max={scan.record.size} />}
      <ScanWays scan={scan} label={label} isBad={isBad} />
    </li>
  );
}

/** Try again, scan again, or let the application go without the scan. */
function ScanWays({ scan, label, isBad }: { scan: UploadStatus; label: string; isBad: boolean }) {
  const { t } = useLanguage();
  const { uploads, outbox } = useSignedIn();
  const { store } = useVisits();
  const [isLeaving, setIsLeaving] = useState(false);
  useCloseKey(isLeaving, () => setIsLeaving(false));
  const { id, application, kind } = scan.record;
  const of = <span className="heard">{label}</span>;
  const visit = store.all().find(({ drafts }) => drafts.some((draft) => draft.id === application));
  const draft = visit?.drafts.find((one) => one.id === application);
  const isOpen = visit && draft && !isFiled(draft);
  const path = isOpen
    ? draftPath(visit, Object.assign({}, draft, { screen: 'papers' }))
    : `/applications/${application}`;
  const leaveOut = () => {
    uploads.remove(id);
    store.change(application, (current) => withoutScan(current, scan.record));
    outbox.retry(application);
  };
  if (isLeaving)
    return (
      <div className={styles.ways}>
        <p>{t(UNSENT.leaveOutAsk)}</p>
        <Button variant="danger" onClick={leaveOut}>
          {t(UNSENT.leaveOutYes)} {of}
        </Button>
        <Button onClick={() => setIsLeaving(false)}>{t(UNSENT.cancel)}</Button>
      </div>
    );
  return (
    <div className={styles.ways}>
      {(scan.state === 'rejected' || scan.state === 'paused') && (
        <Button variant="text" onClick={() => (uploads.resume(id), outbox.retry(application))}>
          {t(scan.state === 'paused' ? SCAN_PANEL.resume : SCAN_PANEL.retry)} {of}
        </Button>
      )}
      {isBad && (
        <Link href={path} aria-label={`${t(SCAN_PANEL.again)}: ${label} (${kind})`}>
          {t(SCAN_PANEL.again)}
        </Link>
      )}
      <Button variant="text" onClick={() => setIsLeaving(true)}>
        {t(UNSENT.leaveOut)} {of}
      </Button>
    </div>
  );
}
