import { useEffect, useRef, useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { registryRead } from '../api/reads.ts';
import type { Bucket, Row } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { longDate, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Screen } from '../parts/screen.tsx';
import { Empty, Failed, Skeleton } from '../parts/waiting.tsx';
import { useSignedIn } from '../session/session.tsx';
import { KEYS } from '../texts/keys.ts';
import { LISTS, QUEUE } from '../texts/queue.ts';
import { Lists } from './lists.tsx';
import { Preview } from './preview.tsx';
import { Rows } from './rows.tsx';
import { useQueue } from './use-queue.ts';
import { pageOf } from './where.ts';
import { useWide } from './wide.ts';
import styles from './queue.module.css';

/** The first screen of a day: what is to be done, list by list, with what is known of the one that is looked at. */

interface Place {
  bucket: Bucket;
  row?: string | undefined;
}
/** Where she was, for as long as she is signed in. */
const PLACE = ['place', 'queue'];

export function Queue() {
  const { t, language } = useLanguage();
  const { session } = useSignedIn();
  const reads = useQueryClient();
  const [, go] = useLocation();
  const [place, setPlace] = useState<Place>(() => reads.getQueryData<Place>(PLACE) ?? { bucket: 'today' });
  useEffect(() => void reads.setQueryData(PLACE, place), [reads, place]);
  const queue = useQueue(place.bucket);
  useRegistryAhead(session.centre);
  const { rows } = queue;
  const at = Math.max(
    rows.findIndex(({ id }) => id === place.row),
    0,
  );
  const row: Row | undefined = rows[at];
  const wide = useWide();
  const list = useRef<HTMLDivElement>(null);
  const choose = (bucket: Bucket) => setPlace({ bucket });
  const move = (by: number) => {
    const next = rows[at + by];
    if (!next) return;
    setPlace({ bucket: place.bucket, row: next.id });
    list.current?.querySelector<HTMLElement>(`[data-row="${next.id}"]`)?.focus();
  };
  const open = () => row && go(pageOf(row));
  useKeys([
    { code: 'ArrowDown', says: KEYS.down, does: () => move(row && place.row === undefined ? 0 : 1) },
    { code: 'ArrowUp', says: KEYS.up, does: () => move(-1) },
    { code: 'Enter', says: KEYS.open, does: () => void open() },
    row?.allowedActions.includes('hand-over') && {
      code: 'KeyH',
      says: KEYS.handOver,
      does: () => go(`/applications/${row.id}/hand-over`),
    },
  ]);
  const day = longDate(today(), language);
  return (
    <Screen
      flush
      rail={<Lists bucket={place.bucket} counts={queue.counts} updatedAt={queue.updatedAt} onChoose={choose} />}
      side={wide && <Preview row={row} />}
    >
      <div className={styles.head}>
        <h1>{place.bucket === 'today' ? t(QUEUE.todayIs, { day }) : t(LISTS[place.bucket])}</h1>
        {queue.fresh > 0 && (
          <Button look="text" onClick={queue.showFresh}>
            {t(QUEUE.fresh, { n: queue.fresh })}
          </Button>
        )}
      </div>
      <div ref={list}>
        {queue.pending && <Skeleton lines={9} />}
        {queue.error !== undefined && <Failed error={queue.error} onAgain={queue.showFresh} />}
        {!queue.pending && queue.error === undefined && rows.length === 0 && (
          <Empty act={<Button onClick={() => go('/visits/new')}>{t(QUEUE.begin)}</Button>}>
            {t(place.bucket === 'today' ? QUEUE.nothing : QUEUE.nothingHere)}
          </Empty>
        )}
        <Rows
          rows={rows}
          grouped={place.bucket === 'today'}
          selected={row?.id}
          onSelect={(id) => setPlace({ bucket: place.bucket, row: id })}
        />
        {queue.hasMore && (
          <div className={styles.more}>
            <Button onClick={queue.showMore}>{t(QUEUE.more)}</Button>
          </div>
        )}
      </div>
    </Screen>
  );
}

/** What every other screen needs of the registry comes when the queue is there, not before. */
function useRegistryAhead(centre: string | undefined): void {
  const code = centre?.replace('centres/', '') ?? '';
  useQuery(Object.assign({ enabled: code !== '' }, registryRead(code)));
}
