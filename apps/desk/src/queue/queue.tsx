import { useEffect, useRef, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { BUCKET_TEXTS } from '@cups/application/texts';
import type { Bucket, ApplicationRow } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { longDate, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { EmptyState, LoadError, Skeleton } from '../parts/load-states.tsx';
import { useCatalog } from '../session/catalog.ts';
import { KEYS } from '../texts/keys.ts';
import { QUEUE } from '../texts/queue.ts';
import { CopyNotice } from '../offline-copy/lazy-copy-notice.ts';
import { BucketNav } from './bucket-nav.tsx';
import { QUEUE_SELECTION_KEY } from './queue-selection.ts';
import type { QueueSelection } from './queue-selection.ts';
import { lazyExtra } from '../lazy-screens.ts';
import { Rows } from './rows.tsx';
import { useQueue } from './use-queue.ts';
import type { QueueList } from './use-queue.ts';
import { applicationPath } from './row-links.ts';
import { useWideLayout } from './use-wide-layout.ts';
import styles from './queue.module.css';

const Envelope = lazyExtra(() => import('./envelope.tsx'));
const Preview = lazyExtra(() => import('./preview.tsx'));

/** The start screen: what is to do, by bucket, with a preview of the selected row. */

export function Queue() {
  const [selection, setSelection] = useQueueSelection();
  const queue = useQueue(selection.bucket);
  // Prefetches the catalog for all other screens.
  useCatalog();
  const row = queue.rows.find(({ id }) => id === selection.row) ?? queue.rows[0];
  const isWide = useWideLayout();
  const select = (id: string) => setSelection({ bucket: selection.bucket, row: id });
  return (
    <Screen
      flush
      rail={
        <BucketNav
          bucket={selection.bucket}
          counts={queue.counts}
          updatedAt={queue.updatedAt}
          onChoose={(bucket) => setSelection({ bucket })}
        />
      }
      side={isWide && row && <Preview row={row} />}
    >
      <QueueHeader bucket={selection.bucket} newCount={queue.newCount} onRefresh={queue.refresh} />
      {queue.copyTime !== undefined && <CopyNotice time={queue.copyTime} />}
      <QueueRows
        bucket={selection.bucket}
        queue={queue}
        row={row}
        isChosen={selection.row !== undefined}
        onSelect={select}
      />
    </Screen>
  );
}

/** Restores the selection on return to the queue. */
function useQueueSelection(): [QueueSelection, (selection: QueueSelection) => void] {
  const queryClient = useQueryClient();
  const [selection, setSelection] = useState<QueueSelection>(
    () => queryClient.getQueryData<QueueSelection>(QUEUE_SELECTION_KEY) ?? { bucket: 'today' },
  );
  useEffect(() => void queryClient.setQueryData(QUEUE_SELECTION_KEY, selection), [queryClient, selection]);
  return [selection, setSelection];
}

function QueueHeader({ bucket, newCount, onRefresh }: { bucket: Bucket; newCount: number; onRefresh: () => void }) {
  const { t, language } = useLanguage();
  const day = longDate(today(), language);
  return (
    <div className={styles.head}>
      <Title>{bucket === 'today' ? t(QUEUE.todayIs, { day }) : t(BUCKET_TEXTS[bucket])}</Title>
      <div role="status">
        {newCount > 0 && (
          <Button variant="text" onClick={onRefresh}>
            {t(QUEUE.fresh, { n: newCount })}
          </Button>
        )}
      </div>
    </div>
  );
}

interface ListProps {
  bucket: Bucket;
  queue: QueueList;
  row: ApplicationRow | undefined;
  /** Whether the user selected the row, or it is the first by default. */
  isChosen: boolean;
  onSelect: (id: string) => void;
}

function QueueRows({ bucket, queue, row, isChosen, onSelect }: ListProps) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const list = useRef<HTMLDivElement>(null);
  const { rows, isPending: pending, error } = queue;
  const move = (by: number) => {
    // Display order: groups may reorder rows.
    const shown = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
    const at = shown.findIndex((element) => element.dataset['row'] === row?.id);
    shown[isChosen ? at + by : Math.max(at, 0)]?.focus();
  };
  useKeys([
    { code: 'ArrowDown', label: KEYS.down, run: () => move(1) },
    { code: 'ArrowUp', label: KEYS.up, run: () => move(-1) },
    row && { code: 'Enter', label: KEYS.open, run: () => go(applicationPath(row)) },
    row?.allowedActions.includes('hand-over') && {
      code: 'KeyH',
      label: KEYS.handOver,
      run: () => go(`/applications/${row.id}/hand-over`),
    },
  ]);
  return (
    <div ref={list}>
      {pending && <Skeleton lines={9} />}
      {error !== undefined && <LoadError error={error} onRetry={queue.refresh} />}
      {!pending && error === undefined && rows.length === 0 && (
        <EmptyState action={<Button onClick={() => go('/visits/new')}>{t(QUEUE.begin)}</Button>}>
          {t(bucket === 'today' ? QUEUE.nothing : QUEUE.nothingHere)}
        </EmptyState>
      )}
      {bucket === 'on-the-way' && <Envelope rows={rows} />}
      <Rows rows={rows} bucket={bucket} selected={row?.id} onSelect={onSelect} />
      {queue.hasMore && (
        <div className={styles.more}>
          <Button onClick={queue.showMore}>{t(QUEUE.more)}</Button>
        </div>
      )}
    </div>
  );
}
