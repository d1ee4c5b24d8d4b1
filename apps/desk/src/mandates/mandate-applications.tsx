import { useInfiniteQuery } from '@tanstack/react-query';
import { STATE_TEXTS } from '@cups/application/texts';
import { Link } from 'wouter';
import type { ApplicationRow } from '../api/types.ts';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { MANDATES } from '../texts/mandates.ts';
import { QUEUE } from '../texts/queue.ts';
import { mandateApplicationsQuery } from './mandates-api.ts';
import styles from './mandates.module.css';

/** The applications that name the mandate or were filed under it, newest first. */
export function MandateApplications({ id }: { id: string }) {
  const { t } = useLanguage();
  const query = useInfiniteQuery(mandateApplicationsQuery(id));
  const rows = query.data?.pages.flatMap(({ applications }) => applications) ?? [];
  return (
    <section className={styles.section}>
      <h2>{t(MANDATES.applications)}</h2>
      {query.isPending && <Skeleton />}
      {query.isError && <LoadError error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <p className={styles.quiet}>{t(MANDATES.noApplications)}</p>}
      {rows.length > 0 && (
        <ul className={styles.items}>
          {rows.map((row) => (
            <ApplicationItem key={row.id} row={row} />
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <div>
          <Button onClick={() => void query.fetchNextPage()} busy={query.isFetchingNextPage}>
            {t(QUEUE.more)}
          </Button>
        </div>
      )}
    </section>
  );
}

function ApplicationItem({ row }: { row: ApplicationRow }) {
  const { t } = useLanguage();
  const { id, trackingNumber, serviceTitle, state, submitTime, createTime } = row;
  return (
    <li>
      <div>
        <Link href={`/applications/${id}`}>{serviceTitle ? t(serviceTitle) : id}</Link>
        <p className={styles.quiet}>{trackingNumber}</p>
      </div>
      <div>
        <p>{t(STATE_TEXTS[state])}</p>
        <p className={styles.quiet}>{formatDayAndTime(submitTime ?? createTime)}</p>
      </div>
    </li>
  );
}
