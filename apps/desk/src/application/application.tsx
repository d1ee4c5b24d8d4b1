import { useEffect } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { detailsQuery, pollDetails } from '../api/queries.ts';
import type { ApplicationDetails } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { longDate, onDate, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { Banner } from '../parts/banner.tsx';
import { LoadScreen } from '../parts/load-screen.tsx';
import { SESSION } from '../texts/session.ts';
import { QUEUE } from '../texts/queue.ts';
import { APPLICATION } from '../texts/application.ts';
import { DATA_END_BANNERS } from '../texts/data-end.ts';
import CopyNotice from '../offline-copy/copy-notice.tsx';
import { OWN_APPLICATION } from '../texts/own-application.ts';
import { KEYS } from '../texts/keys.ts';
import { ApplicationActions } from './actions.tsx';
import { deskTimeText } from './desk-time-text.ts';
import { DeskAlerts } from './desk-alerts.tsx';
import { personName } from '../language/person-name.ts';
import { SidePane } from './side-pane.tsx';
import { StateBlock } from './state-block.tsx';
import { toApplicationRow } from './state-texts.ts';
import { Timeline } from './timeline.tsx';
import { toCivilDate, END_STATES } from '@cups/application';
import styles from './application.module.css';

/** How often the application screen polls for changes, beside each return to the window, in ms. */
const POLL_INTERVAL_MS = 20_000;

function useDetailsPolling(id: string): void {
  const queryClient = useQueryClient();
  useEffect(() => {
    const poll = () => {
      // The next poll retries; the banner shows that the platform is unavailable.
      if (!document.hidden) pollDetails(queryClient, id).catch(() => undefined);
    };
    const timer = setInterval(poll, POLL_INTERVAL_MS);
    document.addEventListener('visibilitychange', poll);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', poll);
    };
  }, [queryClient, id]);
}

/** One application: its state, the allowed actions and its history. */
export default function ApplicationScreen({ id }: { id: string }) {
  const [, go] = useLocation();
  const details = useQuery(detailsQuery(id));
  useDetailsPolling(id);
  useKeys([{ code: 'Escape', label: KEYS.queue, run: () => go('/') }]);
  if (!details.data) return <LoadScreen error={details.error} onRetry={() => void details.refetch()} />;
  return <ApplicationView details={details.data} />;
}

function ApplicationView({ details }: { details: ApplicationDetails }) {
  const { t } = useLanguage();
  const row = toApplicationRow(details);
  return (
    <Screen side={<SidePane details={details} />}>
      <div className={styles.page}>
        <ApplicationHeader details={details} />
        {details.copyTime !== undefined && <CopyNotice time={details.copyTime} />}
        {details.unavailableParts.length > 0 && <p className={styles.quiet}>{t(APPLICATION.somePartsAway)}</p>}
        <DeskAlerts details={details} />
        <StateBlock row={row} details={details} variant="full">
          <ApplicationActions details={details} />
        </StateBlock>
        <Timeline details={details} />
      </div>
    </Screen>
  );
}

function ApplicationHeader({ details: { application } }: { details: ApplicationDetails }) {
  const { t, language } = useLanguage();
  const { applicant, submitTime, createTime, trackingNumber, serviceTitle, training, state } = application;
  const openedAtDesk = deskTimeText(application.deskTime, createTime, t);
  const isOwn = application.ownApplication && !END_STATES.includes(state);
  const date = toCivilDate(new Date(submitTime ?? createTime));
  const day = submitTime
    ? t(QUEUE.filedOn, { day: onDate(date, language, today()) })
    : t(QUEUE.draftOf, { day: longDate(date, language, today()) });
  return (
    <div className={styles.head}>
      <nav aria-label={t(SESSION.queue)}>
        <Link href="/">{t(SESSION.queue)}</Link>
      </nav>
      <Title>{t(serviceTitle)}</Title>
      <p>
        <strong>{personName(applicant) || t(QUEUE.nobody)}</strong>
        <span> · {day.charAt(0).toLowerCase() + day.slice(1)}</span>
        {trackingNumber && <span className={styles.number}> · {trackingNumber}</span>}
      </p>
      {openedAtDesk && <p className={styles.quiet}>{openedAtDesk}</p>}
      {training && <Banner kind="practice">{t(SESSION.practice)}</Banner>}
      {application.erasure && <Banner kind="news">{t(DATA_END_BANNERS.erased)}</Banner>}
      {application.restriction && <Banner kind="news">{t(DATA_END_BANNERS.restricted)}</Banner>}
      {isOwn && <Banner kind="news">{t(state === 'draft' ? OWN_APPLICATION.draft : OWN_APPLICATION.filed)}</Banner>}
    </div>
  );
}
