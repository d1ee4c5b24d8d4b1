import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { api, bodyOf, Refusal } from '../api/client.ts';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { Failed, Skeleton } from '../parts/waiting.tsx';
import { Rows } from '../queue/rows.tsx';
import { FIND } from '../texts/find.ts';
import { KEYS } from '../texts/keys.ts';
import styles from './find.module.css';

/** What was found by a number, an IDNP or a name. What was looked for is in the memory of the page only. */
export default function Find({ query }: { query: string }) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const [selected, setSelected] = useState<string>();
  const found = useQuery({
    queryKey: ['find', query],
    enabled: query !== '',
    queryFn: () => bodyOf(api.POST('/api/v1/applications/search', { body: { query } })),
    staleTime: 0,
    gcTime: 0,
  });
  const rows = found.data?.applications ?? [];
  const move = (by: number) => {
    const next = rows[Math.max(rows.findIndex(({ id }) => id === selected) + by, 0)];
    if (next) document.querySelector<HTMLElement>(`[data-row="${next.id}"]`)?.focus();
  };
  useKeys([
    { code: 'Escape', says: KEYS.queue, does: () => go('/') },
    { code: 'ArrowDown', says: KEYS.down, does: () => move(1), inFields: true },
    { code: 'ArrowUp', says: KEYS.up, does: () => move(-1) },
  ]);
  const { kind } = found.data ?? {};
  const isWrong = found.error instanceof Refusal && found.error.status === 400;
  return (
    <Screen flush>
      <div className={styles.head}>
        <Title focus={false}>{t(FIND.title)}</Title>
        <p role="status">{kind && t(FIND[kind], { n: rows.length })}</p>
      </div>
      {found.isFetching && <Skeleton />}
      {found.isError && !isWrong && <Failed error={found.error} onAgain={() => void found.refetch()} />}
      {isWrong && <Ways says={t(FIND.wrong)} />}
      {found.data && rows.length === 0 && <Ways says={t(FIND.nothing)} />}
      {query === '' && <Ways says={t(FIND.ask)} />}
      <Rows rows={rows} selected={selected} onSelect={setSelected} />
      {found.data?.more && <p className={styles.more}>{t(FIND.more)}</p>}
    </Screen>
  );
}

const WAYS = [FIND.byNumber, FIND.byIdnp, FIND.byPhone, FIND.byName];

/** What can be searched by, where nothing is shown. */
function Ways({ says }: { says: string }) {
  const { t } = useLanguage();
  return (
    <div className={styles.ways}>
      <p>{says}</p>
      <ul>
        {WAYS.map((way) => (
          <li key={way.ro}>{t(way)}</li>
        ))}
      </ul>
    </div>
  );
}
