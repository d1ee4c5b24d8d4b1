import { useCallback, useState } from 'react';
import type { ReactNode } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { Inbox, Lock, Map as MapIcon, Plus, Search, Users } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { Cap } from '../keys/cap.tsx';
import { KeysList } from '../keys/keys-list.tsx';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { Strip } from '../parts/strip.tsx';
import { useWaiting } from '../outbox/use-outbox.ts';
import { KEYS } from '../texts/keys.ts';
import { PARTS } from '../texts/parts.ts';
import { SESSION } from '../texts/session.ts';
import { LanguageChoice } from './language-choice.tsx';
import { Me } from './me.tsx';
import { useReach } from './reach.ts';
import { hasTeam, worksAtDesk } from './roles.ts';
import { useDoors, useSignedIn } from './session.tsx';
import styles from './shell.module.css';

/** Around all screens: where she is, what is open, who she is, and the key that covers all of it. */

interface ShellProps {
  /** Tabs of the visits that are open. */
  tabs?: ReactNode;
  /** How many are to be done today. */
  count?: number | undefined;
  onVisit: () => void;
  onFind: (query: string) => void;
  children: ReactNode;
}

export function Shell({ tabs, count, onVisit, onFind, children }: ShellProps) {
  const { t } = useLanguage();
  const { cover } = useDoors();
  const { session } = useSignedIn();
  const works = worksAtDesk(session.operator);
  const [path] = useLocation();
  useKeys([{ code: 'F8', says: KEYS.lock, does: cover }, works && { code: 'KeyN', says: KEYS.visit, does: onVisit }]);
  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip}>
        {t(PARTS.skip)}
      </a>
      <header className={styles.top}>
        <Place />
        <nav className={styles.tabs}>
          {works && (
            <Link href="/" aria-current={path === '/' ? 'page' : undefined}>
              <Inbox size={18} aria-hidden="true" />
              <strong>{t(SESSION.queue)}</strong>
              {count !== undefined && <span>{count}</span>}
            </Link>
          )}
          {session.operator.roles.includes('supervisor') && (
            <Link href="/centres" aria-current={path === '/centres' ? 'page' : undefined}>
              <MapIcon size={18} aria-hidden="true" />
              <strong>{t(SESSION.centres)}</strong>
            </Link>
          )}
          {tabs}
          {works && (
            <button type="button" className={styles.fresh} onClick={onVisit}>
              <Plus size={18} aria-hidden="true" />
              <span className={styles.words}>{t(SESSION.newVisit)}</span>
              <Cap code="KeyN" />
            </button>
          )}
          {hasTeam(session.operator) && (
            <Link href="/team" className={styles.team} aria-current={path.startsWith('/team') ? 'page' : undefined}>
              <Users size={18} aria-hidden="true" />
              <strong>{t(SESSION.team)}</strong>
            </Link>
          )}
        </nav>
        {works && <Finder onFind={onFind} />}
        <LanguageChoice />
        <Me />
        <button type="button" className={styles.lock} aria-label={`${t(KEYS.lock)} (F8)`} onClick={cover}>
          <Lock size={18} aria-hidden="true" />
        </button>
      </header>
      <Strips />
      {children}
      <KeysList />
    </div>
  );
}

function Place() {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const here = session.centres?.find(({ name }) => name === session.centre);
  return (
    <div className={styles.place}>
      <strong>{here?.displayName ?? 'CUPS'}</strong>
      <span>{here ? [here.district, 'CUPS'].filter(Boolean).join(' · ') : t(SESSION.platform)}</span>
    </div>
  );
}

/** What is looked for stands in no address and no history. */
function Finder({ onFind }: { onFind: (query: string) => void }) {
  const { t } = useLanguage();
  const [query, setQuery] = useState('');
  const [field, setField] = useState<HTMLInputElement | null>(null);
  useKeys([{ code: 'F2', says: KEYS.search, does: () => field?.select() }]);
  return (
    <form
      role="search"
      className={styles.finder}
      onSubmit={(event) => {
        event.preventDefault();
        if (query.trim()) onFind(query.trim());
      }}
    >
      <Search size={18} aria-hidden="true" />
      <input
        ref={setField}
        type="search"
        autoComplete="off"
        spellCheck={false}
        aria-label={t(SESSION.search)}
        placeholder={t(SESSION.search)}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      <Cap code="F2" quiet />
    </form>
  );
}

function Strips() {
  const { t } = useLanguage();
  const { session, keeping, outbox } = useSignedIn();
  const reads = useQueryClient();
  const waiting = useWaiting();
  const { answers } = useReach(
    useCallback(() => {
      outbox.wake();
      void reads.invalidateQueries();
    }, [outbox, reads]),
  );
  return (
    <>
      {session.training && <Strip kind="practice">{t(SESSION.practice)}</Strip>}
      {!answers && (
        <Strip kind="away">
          {t(keeping.durable ? SESSION.away : SESSION.awayInMemory)}
          {waiting > 0 && ` (${t(SESSION.toSend, { n: waiting })})`}
        </Strip>
      )}
    </>
  );
}
