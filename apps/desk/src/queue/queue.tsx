import { useEffect, useRef, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { BUCKET_TEXTS } from '@cups/application/texts';
import type { Bucket, Row } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { longDate, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { Empty, Failed, Skeleton } from '../parts/waiting.tsx';
import { useRegistry } from '../session/registry.ts';
import { KEYS } from '../texts/keys.ts';
import { QUEUE } from '../texts/queue.ts';
import { Lists } from './lists.tsx';
import { PLACE } from './place.ts';
import type { Place } from './place.ts';
import { Preview } from './preview.tsx';
import { Rows } from './rows.tsx';
import { useQueue } from './use-queue.ts';
import type { QueueList } from './use-queue.ts';
import { pageOf } from './where.ts';
import { useWide } from './wide.ts';
import styles from './queue.module.css';

/** The first screen of a day: what is to be done, list by list, with what is known of the one that is looked at. */

export function Queue() {
  const [place, setPlace] = usePlace();
  const queue = useQueue(place.bucket);
  // What every other screen needs of the registry comes with the queue.
  useRegistry();
  const row = queue.rows.find(({ id }) => id === place.row) ?? queue.rows[0];
  const wide = useWide();
  const select = (id: string) => setPlace({ bucket: place.bucket, row: id });
  return (
    <Screen
      flush
      rail={
        <Lists
          bucket={place.bucket}
          counts={queue.counts}
          updatedAt={queue.updatedAt}
          onChoose={(bucket) => setPlace({ bucket })}
        />
      }
      side={wide && <Preview row={row} />}
    >
      <Head bucket={place.bucket} fresh={queue.fresh} onFresh={queue.showFresh} />
      <List bucket={place.bucket} queue={queue} row={row} touched={place.row !== undefined} onSelect={select} />
    </Screen>
  );
}

/** Where she was is where she comes back to. */
function usePlace(): [Place, (place: Place) => void] {
  const reads = useQueryClient();
  const [place, setPlace] = useState<Place>(() => reads.getQueryData<Place>(PLACE) ?? { bucket: 'today' });
  useEffect(() => void reads.setQueryData(PLACE, place), [reads, place]);
  return [place, setPlace];
}

function Head({ bucket, fresh, onFresh }: { bucket: Bucket; fresh: number; onFresh: () => void }) {
  const { t, language } = useLanguage();
  const day = longDate(today(), language);
  return (
    <div className={styles.head}>
      <Title>{bucket === 'today' ? t(QUEUE.todayIs, { day }) : t(BUCKET_TEXTS[bucket])}</Title>
      <div role="status">
        {fresh > 0 && (
          <Button look="text" onClick={onFresh}>
            {t(QUEUE.fresh, { n: fresh })}
          </Button>
        )}
      </div>
    </div>
  );
}

interface ListProps {
  bucket: Bucket;
  queue: QueueList;
  row: Row | undefined;
  /** Whether somebody chose the row, or it only is the first. */
  touched: boolean;
  onSelect: (id: string) => void;
}

function List({ bucket, queue, row, touched, onSelect }: ListProps) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const list = useRef<HTMLDivElement>(null);
  const { rows, pending, error } = queue;
  const move = (by: number) => {
    // As the eye sees them: groups may order them anew.
    const shown = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
    const at = shown.findIndex((one) => one.dataset['row'] === row?.id);
    shown[touched ? at + by : Math.max(at, 0)]?.focus();
  };
  useKeys([
    { code: 'ArrowDown', says: KEYS.down, does: () => move(1) },
    { code: 'ArrowUp', says: KEYS.up, does: () => move(-1) },
    row && { code: 'Enter', says: KEYS.open, does: () => go(pageOf(row)) },
    row?.allowedActions.includes('hand-over') && {
      code: 'KeyH',
      says: KEYS.handOver,
      does: () => go(`/applications/${row.id}/hand-over`),
    },
  ]);
  return (
    <div ref={list}>
      {pending && <Skeleton lines={9} />}
      {error !== undefined && <Failed error={error} onAgain={queue.showFresh} />}
      {!pending && error === undefined && rows.length === 0 && (
        <Empty act={<Button onClick={() => go('/visits/new')}>{t(QUEUE.begin)}</Button>}>
          {t(bucket === 'today' ? QUEUE.nothing : QUEUE.nothingHere)}
        </Empty>
      )}
      <Rows
        rows={rows}
        grouped={bucket === 'today'}
        ringing={bucket === 'to-ring'}
        selected={row?.id}
        onSelect={onSelect}
      />
      {queue.hasMore && (
        <div className={styles.more}>
          <Button onClick={queue.showMore}>{t(QUEUE.more)}</Button>
        </div>
      )}
    </div>
  );
}
