import { useEffect } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { fileRead, pollFile } from '../api/reads.ts';
import type { ApplicationFile } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { longDate, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { Strip } from '../parts/strip.tsx';
import { Failed, Skeleton } from '../parts/waiting.tsx';
import { SESSION } from '../texts/session.ts';
import { QUEUE } from '../texts/queue.ts';
import { FILE, OWN } from '../texts/application.ts';
import { KEYS } from '../texts/keys.ts';
import { Acts } from './acts.tsx';
import { DeskNews } from './desk-news.tsx';
import { nameOfPerson } from '../language/people.ts';
import { Side } from './side.tsx';
import { StateBlock } from './state-block.tsx';
import { rowOf } from './state-words.ts';
import { Timeline } from './timeline.tsx';
import { civilDay, END_STATES } from '@cups/application';
import styles from './application.module.css';

/** How often the page of an application asks whether something moved, in ms. */
const POLL_INTERVAL_MS = 20_000;

function useFilePoll(id: string): void {
  const reads = useQueryClient();
  useEffect(() => {
    const poll = () => {
      // The next one comes by itself, and the strip says that the platform is away.
      if (!document.hidden) pollFile(reads, id).catch(() => undefined);
    };
    const timer = setInterval(poll, POLL_INTERVAL_MS);
    return () => clearInterval(timer);
  }, [reads, id]);
}

/** One application: who has it, what can be done now, and how it came here. */
export default function ApplicationScreen({ id }: { id: string }) {
  const [, go] = useLocation();
  const file = useQuery(fileRead(id));
  useFilePoll(id);
  useKeys([{ code: 'Escape', says: KEYS.queue, does: () => go('/') }]);
  if (file.isPending) return <Skeleton />;
  if (!file.data) return <Failed error={file.error} onAgain={() => void file.refetch()} />;
  return <Known file={file.data} />;
}

function Known({ file }: { file: ApplicationFile }) {
  const { t } = useLanguage();
  const row = rowOf(file);
  return (
    <Screen side={<Side file={file} />}>
      <div className={styles.page}>
        <Head file={file} />
        {file.missing.length > 0 && <p className={styles.quiet}>{t(FILE.somePartsAway)}</p>}
        <DeskNews file={file} />
        <StateBlock row={row} file={file} look="full">
          <Acts file={file} />
        </StateBlock>
        <Timeline file={file} />
      </div>
    </Screen>
  );
}

function Head({ file: { application } }: { file: ApplicationFile }) {
  const { t, language } = useLanguage();
  const { applicant, submitTime, createTime, trackingNumber, serviceTitle, training, state } = application;
  const isOwn = application.ownApplication && !END_STATES.includes(state);
  const filed = longDate(civilDay(new Date(submitTime ?? createTime)), language, today());
  const day = t(submitTime ? QUEUE.filedOn : QUEUE.draftOf, { day: filed });
  return (
    <div className={styles.head}>
      <nav aria-label={t(SESSION.queue)}>
        <Link href="/">{t(SESSION.queue)}</Link>
      </nav>
      <Title>{t(serviceTitle)}</Title>
      <p>
        <strong>{nameOfPerson(applicant) || t(QUEUE.nobody)}</strong>
        <span> · {day.charAt(0).toLowerCase() + day.slice(1)}</span>
        {trackingNumber && <span className={styles.number}> · {trackingNumber}</span>}
      </p>
      {training && <Strip kind="practice">{t(SESSION.practice)}</Strip>}
      {isOwn && <Strip kind="news">{t(state === 'draft' ? OWN.draft : OWN.filed)}</Strip>}
    </div>
  );
}
