import type { CSSProperties } from 'react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { toCivilDate } from '@cups/application';
import type { Collection } from '../api/types.ts';
import { useRowKeys } from '../keys/use-row-keys.ts';
import { shortDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { personName } from '../language/person-name.ts';
import { Button } from '../parts/button.tsx';
import { EmptyState, LoadError, Skeleton } from '../parts/load-states.tsx';
import rowStyles from '../parts/rows.module.css';
import { Screen, Title } from '../parts/screen.tsx';
import { StatusIcon, toneClass } from '../queue/status-icon.tsx';
import columnStyles from '../queue/rows.module.css';
import { COLLECTIONS } from '../texts/collections.ts';
import { QUEUE } from '../texts/queue.ts';
import { SESSION } from '../texts/session.ts';
import { useCentreNames } from './centre-names.ts';
import { describeCollection } from './collection-texts.ts';
import { collectionsQuery } from './collections-api.ts';
import styles from './collections.module.css';

/** The results that this centre hands over for others, newest first. */
export default function CollectionList() {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const list = useRowKeys();
  const query = useInfiniteQuery(Object.assign({}, collectionsQuery, { refetchOnMount: 'always' as const }));
  const rows = query.data?.pages.flatMap(({ collections }) => collections) ?? [];
  const centreName = useCentreNames(rows.length > 0);
  return (
    <Screen flush>
      <div className={styles.listHead}>
        <nav aria-label={t(SESSION.queue)}>
          <Link href="/">{t(SESSION.queue)}</Link>
        </nav>
        <Title>{t(COLLECTIONS.title)}</Title>
      </div>
      {query.isPending && <Skeleton />}
      {query.isError && rows.length === 0 && <LoadError error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && rows.length === 0 && (
        <EmptyState action={<Button onClick={() => go('/')}>{t(SESSION.queue)}</Button>}>
          {t(COLLECTIONS.empty)}
        </EmptyState>
      )}
      <div ref={list}>
        <ul style={COLUMN_WIDTHS}>
          {rows.map((row) => (
            <CollectionRow key={row.id} row={row} centre={centreName(row.centre)} />
          ))}
        </ul>
      </div>
      {query.hasNextPage && (
        <div className={styles.more}>
          <Button onClick={() => void query.fetchNextPage()} busy={query.isFetchingNextPage}>
            {t(QUEUE.more)}
          </Button>
        </div>
      )}
    </Screen>
  );
}

/** The columns are those of the queue, at their maximum. */
const COLUMN_WIDTHS = { '--todo': '176px', '--date': '174px' } as CSSProperties;

function CollectionRow({ row, centre }: { row: Collection; centre: string }) {
  const { t } = useLanguage();
  const { icon, tone, todo } = describeCollection(row);
  const decideTime = row.decision?.correctTime ?? row.decision?.decideTime;
  return (
    <li>
      <Link href={`/collections/${row.id}`} data-row={row.id} className={`${rowStyles.row} ${columnStyles.columns}`}>
        <StatusIcon name={icon} tone={tone} />
        <span className={columnStyles.who}>
          <strong>{personName(row.applicant)}</strong>
          <span>{t(row.serviceTitle)}</span>
        </span>
        <span className={columnStyles.todo}>
          <strong className={toneClass(tone)}>{t(todo)}</strong>
          <span>{t(COLLECTIONS.filedAt, { centre })}</span>
        </span>
        <span className={columnStyles.date}>
          <span>{decideTime ? shortDate(toCivilDate(new Date(decideTime))) : ''}</span>
          <span>{decideTime ? t(COLLECTIONS.decided) : ''}</span>
        </span>
      </Link>
    </li>
  );
}
