import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { api, bodyOf, ApiError } from '../api/client.ts';
import { RECORDED_READ } from '../api/recorded-read.ts';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { Rows } from '../queue/rows.tsx';
import { FIND } from '../texts/find.ts';
import { KEYS } from '../texts/keys.ts';
import styles from './find.module.css';
import { orCopy } from '../offline-copy/copy-source.ts';
import type { FoundApplications } from '../offline-copy/copy-source.ts';
import CopyNotice from '../offline-copy/copy-notice.tsx';

/** Search results by number, IDNP or name. The query is kept in memory only. */
export default function Find({ query }: { query: string }) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const [selected, setSelected] = useState<string>();
  const results = useQuery({
    queryKey: ['find', query],
    enabled: query !== '',
    queryFn: (): Promise<FoundApplications> =>
      orCopy(bodyOf(api.POST('/api/v1/applications/search', { body: { query } })), (copy) => copy.search(query)),
    ...RECORDED_READ,
    staleTime: 0,
    gcTime: 0,
  });
  const rows = results.data?.applications ?? [];
  const move = (delta: number) => {
    const next = rows[Math.max(rows.findIndex(({ id }) => id === selected) + delta, 0)];
    if (next) document.querySelector<HTMLElement>(`[data-row="${next.id}"]`)?.focus();
  };
  useKeys([
    { code: 'Escape', label: KEYS.queue, run: () => go('/') },
    { code: 'ArrowDown', label: KEYS.down, run: () => move(1), inFields: true },
    { code: 'ArrowUp', label: KEYS.up, run: () => move(-1) },
  ]);
  const { kind } = results.data ?? {};
  const isWrong = results.error instanceof ApiError && results.error.status === 400;
  return (
    <Screen flush>
      <div className={styles.head}>
        <Title focus={false}>{t(FIND.title)}</Title>
        <p role="status">{kind && t(FIND[kind], { n: rows.length })}</p>
      </div>
      {results.data?.copyTime !== undefined && <CopyNotice time={results.data.copyTime} isSearch />}
      {results.isFetching && <Skeleton />}
      {results.isError && !isWrong && <LoadError error={results.error} onRetry={() => void results.refetch()} />}
      {isWrong && <SearchHints intro={t(FIND.wrong)} />}
      {results.data && rows.length === 0 && <SearchHints intro={t(FIND.nothing)} />}
      {query === '' && <SearchHints intro={t(FIND.ask)} />}
      <Rows rows={rows} selected={selected} onSelect={setSelected} />
      {results.data?.more && <p className={styles.more}>{t(FIND.more)}</p>}
    </Screen>
  );
}

const SEARCH_HINTS = [FIND.byNumber, FIND.byIdnp, FIND.byPhone, FIND.byName];

/** Lists what can be searched for. */
function SearchHints({ intro }: { intro: string }) {
  const { t } = useLanguage();
  return (
    <div className={styles.ways}>
      <p>{intro}</p>
      <ul>
        {SEARCH_HINTS.map((hint) => (
          <li key={hint.ro}>{t(hint)}</li>
        ))}
      </ul>
    </div>
  );
}
