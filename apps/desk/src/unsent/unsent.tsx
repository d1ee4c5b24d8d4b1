import { useMemo } from 'react';
import { REASON_TEXTS } from '@cups/application/texts';
import { Link } from 'wouter';
import { useUnsentScans } from '../documents/use-uploads.ts';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import type { SyncStatus } from '../outbox/outbox.ts';
import type { Write } from '../outbox/write.ts';
import { usePendingApplications, useSyncStatus } from '../outbox/use-outbox.ts';
import { Button } from '../parts/button.tsx';
import { EmptyState } from '../parts/load-states.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { useCatalog } from '../session/catalog.ts';
import { useConnectivity } from '../session/connectivity.ts';
import { useSignedIn } from '../session/session.tsx';
import { useStoredUnsent } from '../session/use-stored-unsent.ts';
import { SESSION } from '../texts/session.ts';
import { UNSENT } from '../texts/unsent.ts';
import { UNSENT_LATER } from '../texts/unsent-later.ts';
import { Decision } from './decision.tsx';
import { actTitle } from './describe-act.ts';
import { useDiscardedActs } from './discarded-acts.ts';
import { OtherCentre } from './other-centre.tsx';
import { UnsentScans } from './unsent-scans.tsx';
import { useApplicationNames } from './use-application-name.ts';
import styles from './unsent.module.css';

/** All acts of this device that have not reached the platform, by application. */
export default function Unsent() {
  const { t } = useLanguage();
  const { outbox, uploads, localStore } = useSignedIn();
  const pending = usePendingApplications();
  const scans = useUnsentScans();
  const applications = useMemo(
    () => [...new Set([...pending, ...scans.map(({ record }) => record.application)])],
    [pending, scans],
  );
  const discarded = useDiscardedActs(localStore, applications);
  const { isReachable } = useConnectivity();
  const zone = useTimeZone();
  const stored = useStoredUnsent();
  return (
    <Screen>
      <div className={styles.page}>
        <nav aria-label={t(SESSION.queue)}>
          <Link href="/">{t(SESSION.queue)}</Link>
        </nav>
        <div className={styles.head}>
          <div>
            <Title>{t(UNSENT.title)}</Title>
            <p>{t(UNSENT.lead)}</p>
          </div>
          {applications.length > 0 && isReachable && (
            <Button onClick={() => (outbox.flush(), outbox.resume(), uploads.resumeAll())}>{t(UNSENT.again)}</Button>
          )}
        </div>
        {stored.count > 0 && <EmptyState>{t(UNSENT_LATER.storedUnsent, stored)}</EmptyState>}
        {applications.length + stored.count === 0 && <EmptyState>{t(UNSENT.none)}</EmptyState>}
        {applications.map((application) => (
          <UnsentApplication key={application} application={application} />
        ))}
        {discarded.length > 0 && (
          <section>
            <h2>{t(UNSENT.discarded)}</h2>
            <ul className={styles.acts}>
              {discarded.map(({ id, name, trackingNumber, acts, reason, time }) => (
                <li key={id}>
                  <strong>{[name, trackingNumber].filter(Boolean).join(' · ')}</strong>
                  <span>{[acts, reason, formatDayAndTime(time, zone)].join(' · ')}</span>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </Screen>
  );
}

function useTimeZone(): string {
  return useCatalog()?.centre.timeZone ?? 'Europe/Chisinau';
}

function UnsentApplication({ application }: { application: string }) {
  const { t } = useLanguage();
  const { outbox: _outbox, ...status } = useSyncStatus(application);
  const { name, service, path } = useApplicationNames()(application);
  const zone = useTimeZone();
  const { isReachable } = useConnectivity();
  const { refusal, pending } = status;
  const [head] = pending;
  return (
    <section className={styles.application} aria-label={name}>
      <h2>{path ? <Link href={path}>{name}</Link> : name}</h2>
      {service && <p className={styles.quiet}>{t(service.version?.title)}</p>}
      <ul className={styles.acts}>
        {pending.map((write, at) => (
          <li key={write.key}>
            <strong>{t(actTitle(write))}</strong>
            <span>{t(UNSENT.madeAt, { time: formatDayAndTime(write.madeAt, zone) })}</span>
            <span data-alert={(at === 0 && refusal !== undefined) || status.hasStorageError || undefined}>
              {waitText(write, at, status, isReachable)}
            </span>
          </li>
        ))}
      </ul>
      <UnsentScans application={application} />
      {status.isElsewhere && head && <OtherCentre application={application} writes={pending} />}
      {refusal && head && <Decision {...{ application, name, service, refusal, head }} />}
    </section>
  );

  /** Why an act waits. */
  function waitText(write: Write, at: number, sync: SyncStatus, canSend: boolean): string {
    if (sync.hasStorageError) return t(UNSENT.notStored);
    if (at === 0 && sync.refusal) return t(UNSENT.waitsForDecision);
    if (at > 0) return t(UNSENT.waitsForOther);
    if (sync.isElsewhere) return '';
    if (write.key === sync.undoableKey) return t(UNSENT.waitsForUndo);
    if (sync.waitsFor) return t(REASON_TEXTS[sync.waitsFor.reason]);
    return t(canSend && sync.unreachableSince === undefined ? UNSENT.sending : UNSENT.waitsForLine);
  }
}
