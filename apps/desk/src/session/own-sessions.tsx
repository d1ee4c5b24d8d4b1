import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { REASON_TEXTS } from '@cups/application/texts';
import { api, isPassing, Refusal } from '../api/client.ts';
import { ownSessionsRead, providersRead } from '../api/reads.ts';
import type { OwnSession } from '../api/types.ts';
import { dayAndClock } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Failed, Skeleton } from '../parts/waiting.tsx';
import { SESSION } from '../texts/session.ts';
import styles from './me.module.css';

/** Where else somebody is signed in: what was left open on another computer is ended from here. */
export function OwnSessions() {
  const { t } = useLanguage();
  const sessions = useQuery(ownSessionsRead);
  const providers = useQuery(providersRead);
  const ending = useEnding(() => void sessions.refetch());
  const nameOf = (provider: string) =>
    t(providers.data?.providers.find(({ name }) => name === provider)?.displayName) || provider;
  return (
    <section className={styles.sessions}>
      <h3>{t(SESSION.sessions)}</h3>
      {sessions.isPending && <Skeleton lines={2} />}
      {sessions.isError && <Failed error={sessions.error} onAgain={() => void sessions.refetch()} />}
      <ul>
        {sessions.data?.sessions.map((one) => (
          <li key={one.id}>
            <span>
              <strong>{t(SESSION.since, { when: dayAndClock(one.createTime) })}</strong>
              <span>{[nameOf(one.provider), one.centre?.replace('centres/', '')].filter(Boolean).join(' · ')}</span>
            </span>
            {one.current ? (
              <span className={styles.current}>{t(SESSION.thisOne)}</span>
            ) : (
              <Button look="danger" busy={ending.busy === one.id} onClick={() => void ending.end(one)}>
                {t(SESSION.end)}
                <span className="heard"> {dayAndClock(one.createTime)}</span>
              </Button>
            )}
          </li>
        ))}
      </ul>
      <p role="alert" className={styles.fault}>
        {ending.fault}
      </p>
    </section>
  );
}

function useEnding(onEnded: () => void) {
  const { t } = useLanguage();
  const [busy, setBusy] = useState<string>();
  const [fault, setFault] = useState('');
  const end = async ({ id }: OwnSession) => {
    setBusy(id);
    setFault('');
    try {
      await api.DELETE('/api/v1/sessions/{id}', { params: { path: { id } } });
    } catch (error) {
      if (!(error instanceof Refusal) && !isPassing(error)) throw error;
      // One that has ended meanwhile is what was wanted.
      const isOver = error instanceof Refusal && error.status === 404;
      if (!isOver) setFault(t(error instanceof Refusal ? REASON_TEXTS[error.reason] : SESSION.silent));
    } finally {
      setBusy(undefined);
      onEnded();
    }
  };
  return { busy, fault, end };
}
