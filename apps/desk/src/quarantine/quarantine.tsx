import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { KEYS } from '../texts/keys.ts';
import { QUARANTINE } from '../texts/quarantine.ts';
import { ActDetails } from './act-details.tsx';
import { ActRows } from './act-rows.tsx';
import { ChainBreaks } from './chain-breaks.tsx';
import { QUARANTINE_KEY, quarantinedActsQuery } from './queries.ts';
import styles from './quarantine.module.css';

/** Acts of operators whose rights ended: a list, and one act beside its application now. */
export default function Quarantine() {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const queryClient = useQueryClient();
  const list = useQuery(quarantinedActsQuery);
  const [selected, setSelected] = useState<string>();
  const [done, setDone] = useState('');
  const acts = list.data?.acts ?? [];
  const at = acts.findIndex(({ id }) => id === selected);
  const select = (id: string | undefined) => {
    setSelected(id);
    setDone('');
  };
  const move = (step: number) => {
    const next = acts[Math.min(acts.length - 1, Math.max(0, at === -1 ? 0 : at + step))];
    if (next) select(next.id);
  };
  const onDone = (text: string) => {
    // The list no longer has the act; the next one of it moves to its place.
    setSelected(acts[at + 1]?.id);
    setDone(text);
    void queryClient.invalidateQueries({ queryKey: QUARANTINE_KEY });
  };
  useKeys([
    { code: 'ArrowDown', label: KEYS.down, run: () => move(1) },
    { code: 'ArrowUp', label: KEYS.up, run: () => move(-1) },
    { code: 'Escape', label: KEYS.back, run: () => (selected ? select(undefined) : go('/')) },
  ]);
  return (
    <Screen>
      <div className={styles.page}>
        <div className={styles.head}>
          <Title>{t(QUARANTINE.title)}</Title>
          <p>{t(QUARANTINE.lead)}</p>
        </div>
        <p role="status" className={styles.done}>
          {done}
        </p>
        {list.isPending && <Skeleton />}
        {list.isError && <LoadError error={list.error} onRetry={() => void list.refetch()} />}
        {list.data && acts.length === 0 && <p className={styles.quiet}>{t(QUARANTINE.none)}</p>}
        {list.data && acts.length > 0 && (
          <div className={styles.columns}>
            <ActRows acts={acts} names={list.data.names} selected={selected} onSelect={select} />
            {selected ? (
              <ActDetails key={selected} id={selected} names={list.data.names} onDone={onDone} />
            ) : (
              <p className={styles.quiet}>{t(QUARANTINE.choose)}</p>
            )}
          </div>
        )}
        <ChainBreaks />
      </div>
    </Screen>
  );
}
