import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { REASON_TEXTS } from '@cups/application/texts';
import { api, isTransient, ApiError } from '../api/client.ts';
import { ownSessionsQuery, providersQuery } from '../api/queries.ts';
import type { OwnSession } from '../api/types.ts';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { SESSION } from '../texts/session.ts';
import styles from './account-menu.module.css';

/** Lists the operator's sessions, and ends one left open on another computer. */
export default function OwnSessions() {
  const { t } = useLanguage();
  const sessions = useQuery(ownSessionsQuery);
  const providers = useQuery(providersQuery);
  const ending = useEndSession(() => void sessions.refetch());
  const nameOf = (provider: string) =>
    t(providers.data?.providers.find(({ name }) => name === provider)?.displayName) || provider;
  return (
    <section className={styles.sessions}>
      <h3>{t(SESSION.sessions)}</h3>
      {sessions.isPending && <Skeleton lines={2} />}
      {sessions.isError && <LoadError error={sessions.error} onRetry={() => void sessions.refetch()} />}
      <ul>
        {sessions.data?.sessions.map((session) => (
          <li key={session.id}>
            <span>
              <strong>{t(SESSION.since, { when: formatDayAndTime(session.createTime) })}</strong>
              <span>
                {[nameOf(session.provider), session.centre?.replace('centres/', '')].filter(Boolean).join(' · ')}
              </span>
            </span>
            {session.current ? (
              <span className={styles.current}>{t(SESSION.thisOne)}</span>
            ) : (
              <Button variant="danger" busy={ending.busy === session.id} onClick={() => void ending.end(session)}>
                {t(SESSION.end)}
                <span className="heard"> {formatDayAndTime(session.createTime)}</span>
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

function useEndSession(onEnded: () => void) {
  const { t } = useLanguage();
  const [busy, setBusy] = useState<string>();
  const [errorText, setErrorText] = useState('');
  const end = async ({ id }: OwnSession) => {
    setBusy(id);
    setErrorText('');
    try {
      await api.DELETE('/api/v1/sessions/{id}', { params: { path: { id } } });
    } catch (error) {
      if (!(error instanceof ApiError) && !isTransient(error)) throw error;
      // A session that has ended meanwhile is the desired result.
      const hasEnded = error instanceof ApiError && error.status === 404;
      if (!hasEnded) setErrorText(t(error instanceof ApiError ? REASON_TEXTS[error.reason] : SESSION.silent));
    } finally {
      setBusy(undefined);
      onEnded();
    }
  };
  return { busy, fault: errorText, end };
}
