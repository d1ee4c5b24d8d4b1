import { useMemo } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { REASON_TEXTS } from '@cups/application/texts';
import { Link } from 'wouter';
import { detailsQuery } from '../api/queries.ts';
import type { ApplicationDetails } from '../api/types.ts';
import { useUnsentScans } from '../documents/use-uploads.ts';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { personName } from '../language/person-name.ts';
import type { SyncStatus } from '../outbox/outbox.ts';
import type { Write } from '../outbox/write.ts';
import { usePendingApplications, useSyncStatus } from '../outbox/use-outbox.ts';
import { Button } from '../parts/button.tsx';
import { EmptyState } from '../parts/load-states.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { useCatalog } from '../session/catalog.ts';
import { useConnectivity } from '../session/connectivity.ts';
import { useSignedIn } from '../session/session.tsx';
import { SESSION } from '../texts/session.ts';
import { UNSENT } from '../texts/unsent.ts';
import { findService } from '../visit/model/service.ts';
import { draftPath } from '../visit/visit-store.ts';
import { useVisits } from '../visit/visits.tsx';
import { Decision } from './decision.tsx';
import { actTitle } from './describe-act.ts';
import { useDiscardedActs } from './discarded-acts.ts';
import { UnsentScans } from './unsent-scans.tsx';
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
        {applications.length === 0 && <EmptyState>{t(UNSENT.none)}</EmptyState>}
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
  const { name, service, path } = useApplicationName(application, status);
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
      {refusal && head && <Decision {...{ application, name, service, refusal, head }} />}
    </section>
  );

  /** Why an act waits. */
  function waitText(write: Write, at: number, sync: SyncStatus, canSend: boolean): string {
    if (sync.hasStorageError) return t(UNSENT.notStored);
    if (at === 0 && sync.refusal) return t(UNSENT.waitsForDecision);
    if (at > 0) return t(UNSENT.waitsForOther);
    if (write.key === sync.undoableKey) return t(UNSENT.waitsForUndo);
    if (sync.waitsFor) return t(REASON_TEXTS[sync.waitsFor.reason]);
    return t(canSend && sync.unreachableSince === undefined ? UNSENT.sending : UNSENT.waitsForLine);
  }
}

/** The person, the service and the screen of an application, from what this page has. */
function useApplicationName(application: string, { pending }: SyncStatus) {
  const { t } = useLanguage();
  const { store } = useVisits();
  const { outbox } = useSignedIn();
  const catalog = useCatalog();
  const details = useQueryClient().getQueryData<ApplicationDetails>(detailsQuery(application).queryKey)?.application;
  const draft = store.draft(application);
  const known = outbox.known(application) ?? details;
  const typed = [draft?.typed['/applicant/givenName'], draft?.typed['/applicant/familyName']].filter(Boolean).join(' ');
  const created = pending.find(({ kind }) => kind === 'create')?.body;
  const number = draft?.trackingNumber ?? known?.trackingNumber ?? application.slice(-6);
  const code = draft?.service ?? known?.publicService.replace('publicServices/', '') ?? created?.['publicService'];
  const name = typed || (known && personName(known.applicant)) || t(UNSENT.unnamed, { number });
  const visit = draft && store.all().find(({ drafts }) => drafts.includes(draft));
  const path = visit ? draftPath(visit, draft) : known && `/applications/${application}`;
  return { name, path, service: catalog && findService(catalog, code as string | undefined) };
}
